/** Everything that is said to Fanfare, in two methods. Neither ever rejects: a fault is an answer like any other. */
import type { Question, Unknown, Verdict } from '../admission/verdict.js';
import type { Clock } from '../clock.js';
import type * as Answers from './answers.js';
import type { DeliveryAnswer } from './answers.js';
import { parseBaseUrl, pathBelow } from './base-url.js';
import { withDeadline } from './deadline.js';
import { DIALECTS } from './dialects.js';
import type { CompletionReport, Dialect, DialectName, Operation } from './dialects.js';
import { errorName } from './failure.js';
import type { Failure } from './failure.js';
import type { Answer } from './http-answer.js';
import { currentKey } from './secret-key.js';
import type { SecretKey } from './secret-key.js';
import { createTransport } from './transport.js';
import type { Transport } from './transport.js';

export type { CompletionReport } from './dialects.js';

export interface FanfareClientOptions {
  readonly organizationId: string;
  readonly secretKey: SecretKey;
  /** Default: the dialect's own. Checked by {@link parseBaseUrl}, which throws a TypeError. */
  readonly baseUrl?: string;
  readonly dialect: DialectName;
  /** For reading `Retry-After`. Deadlines run on the machine's clock. */
  readonly clock: Clock;
  /** Total time for one validation, in milliseconds; default 2,000. */
  readonly deadlineMs?: number;
  /** Total time for one completion, in milliseconds; default 10,000. */
  readonly completionDeadlineMs?: number;
}

export interface FanfareClient {
  /** Asks whether a token is good. `waitedMs` of the deadline are spent already. */
  validate(question: Question, spent?: { readonly waitedMs: number }): Promise<Verdict>;
  /** Tells Fanfare that an order used an admission, once: trying again is the caller's. */
  complete(report: CompletionReport): Promise<DeliveryAnswer>;
  /** Loads what the first call would load. */
  warm(): Promise<void>;
  /** Lets running calls end, then closes the connections. */
  close(): Promise<void>;
}

interface Call<Subject> {
  readonly operation: Operation<Subject>;
  readonly subject: Subject & { readonly distributionId: string };
  readonly headers: Readonly<Record<string, string>>;
  readonly retryUnsent: boolean;
}

/** Makes a client. Opens no connection and loads no HTTP library before the first call or `warm()`. */
export function createFanfareClient(options: FanfareClientOptions): FanfareClient {
  const { clock, deadlineMs = 2_000, completionDeadlineMs = 10_000 } = options;
  const dialect: Dialect = DIALECTS[options.dialect];
  const base = parseBaseUrl(options.baseUrl ?? dialect.baseUrl);
  const transport = createTransport(base.origin);

  const send = <Subject>(milliseconds: number, call: Call<Subject>): Promise<Answer | Failure> =>
    withDeadline(milliseconds, (signal) => sendBefore(signal, call, { options, dialect, base, transport }));

  return {
    async validate(question, spent = { waitedMs: 0 }) {
      const leftMs = deadlineMs - Math.max(0, spent.waitedMs);
      // A call that has no time to be answered only burdens whoever is slow.
      if (leftMs < deadlineMs / 8)
        return { answer: 'unknown', failure: 'busy', reason: 'no time left after waiting for a turn' };
      const answer = await send(leftMs, {
        operation: dialect.validate[question.distributionType],
        subject: question,
        headers: {},
        retryUnsent: true,
      });
      if ('failed' in answer) return unanswered(answer, spent.waitedMs > deadlineMs / 2);
      return answers().readVerdict(answer, question, clock.now());
    },
    async complete(report) {
      const answer = await send(completionDeadlineMs, {
        operation: dialect.complete[report.distributionType],
        subject: report,
        headers: { 'X-Idempotency-Key': report.idempotencyKey },
        retryUnsent: false,
      });
      if ('failed' in answer) return { kind: 'failed', reason: answer.failed };
      return answers().readDelivery(answer, clock.now());
    },
    // eslint-disable-next-line @typescript-eslint/require-await -- a fault while loading must reject, not throw
    async warm() {
      transport.warm();
      answers();
    },
    close: () => transport.close(),
  };
}

/** With little time left a slow answer looks like none, and a crowd of shoppers is no outage. */
function unanswered({ failed: reason, away }: Failure, startedLate: boolean): Unknown {
  if (away !== true) return { answer: 'unknown', failure: 'fault', reason };
  return { answer: 'unknown', failure: startedLate ? 'busy' : 'away', reason };
}

interface Line {
  readonly options: FanfareClientOptions;
  readonly dialect: Dialect;
  readonly base: URL;
  readonly transport: Transport;
}

async function sendBefore<Subject>(
  signal: AbortSignal,
  { operation, subject, headers, retryUnsent }: Call<Subject>,
  { options, dialect, base, transport }: Line,
): Promise<Answer | Failure> {
  try {
    const secretKey = await currentKey(options.secretKey, signal);
    if (typeof secretKey !== 'string') return secretKey;
    const answer = await transport.post({
      path: pathBelow(base, operation.path, subject.distributionId),
      headers: {
        ...dialect.authenticate({ organizationId: options.organizationId, secretKey }),
        ...headers,
        'Content-Type': 'application/json',
        Accept: 'application/json',
        'User-Agent': 'express-fanfare',
      },
      body: JSON.stringify(operation.body(subject)),
      signal,
      retryUnsent,
    });
    return withoutKey(answer, secretKey);
  } catch (error) {
    // Data that no request can be made of, such as an id with half a character pair, fails like a network does.
    return { failed: `the request could not be made (${errorName(error)})` };
  }
}

/** An error body that repeats our key goes no further with it: its words end in reasons and events. */
function withoutKey(answer: Answer | Failure, secretKey: string): Answer | Failure {
  if ('failed' in answer || answer.status < 300 || typeof answer.body !== 'string') return answer;
  return { ...answer, body: answer.body.replaceAll(secretKey, '[...]') };
}

function answers(): typeof Answers {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- by the first answer or `warm()`, not at import
  return require('./answers.js') as typeof Answers;
}
