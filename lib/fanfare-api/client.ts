/** What a checkout asks Fanfare, in two methods. Neither ever rejects: a fault is an answer like any other. */
import type { Question, Verdict } from '../admission/verdict.js';
import type { Clock } from '../clock.js';
import type { OnEvent } from '../events.js';
import { type Observer, UNOBSERVED } from '../observer.js';
import type { DeliveryAnswer } from './answers.js';
import { parseBaseUrl } from './base-url.js';
import type { CompletionReport, Dialect } from './dialect.js';
import { createGapReport } from './gaps.js';
import type * as LineModule from './line.js';
import type { Line } from './line.js';
import type { SecretKey } from './secret-key.js';
import type { Supplied } from './supplied.js';
import type * as WaysModule from './ways.js';
import type { OnAnswer } from './transport.js';

export type { CompletionReport } from './dialect.js';

export interface FanfareClientOptions {
  readonly organizationId: string;
  readonly secretKey: SecretKey;
  /** Default: the dialect's own. Checked by {@link parseBaseUrl}, which throws a TypeError. */
  readonly baseUrl?: string;
  readonly dialect: Dialect;
  /** The merchant's own functions, for what the dialect has no operation for. */
  readonly supplied?: Supplied;
  /** For reading `Retry-After`. Deadlines run on the machine's clock. */
  readonly clock: Clock;
  /** Hears of what the dialect has no operation for. Must not throw. */
  readonly emit: OnEvent;
  /** Total time for one validation, in milliseconds; default 2,000. */
  readonly deadlineMs?: number;
  /** Total time for one completion, in milliseconds; default 10,000. */
  readonly completionDeadlineMs?: number;
  readonly onAnswer?: OnAnswer;
  readonly observer?: Observer;
}

export interface FanfareClient {
  /** Asks whether a token is good. `waitedMs` of the deadline are spent already. */
  validate(question: Question, spent?: { readonly waitedMs: number }): Promise<Verdict>;
  /** Tells Fanfare that an order used an admission, once: trying again is the caller's. */
  complete(report: CompletionReport): Promise<DeliveryAnswer>;
  /** The connection that both use, for whatever else is said below the same base. */
  readonly line: Line;
  /** Loads what the first call would load. */
  warm(): Promise<void>;
  /** Lets running calls end, then closes the connections. */
  close(): Promise<void>;
}

/** Makes a client. Opens no connection and loads no HTTP library before the first call or `warm()`. */
export function createFanfareClient(options: FanfareClientOptions): FanfareClient {
  const { organizationId, secretKey, dialect, supplied = {}, clock } = options;
  const { deadlineMs = 2_000, completionDeadlineMs = 10_000, observer = UNOBSERVED } = options;
  const base = parseBaseUrl(options.baseUrl ?? dialect.baseUrl);
  let opened: Line | undefined;
  let closed = false;
  const open = (): Line => {
    const told = { authenticate: dialect.authenticate, onAnswer: options.onAnswer, observer };
    const made = lineModule().createLine({ organizationId, secretKey, base, ...told });
    // It is a closed line that refuses calls.
    if (closed) void made.close();
    return made;
  };
  const line = (): Line => (opened ??= open());
  const sayGap = createGapReport(clock, options.emit);
  let loaded: WaysModule.Ways | undefined;
  const ways = (): WaysModule.Ways =>
    (loaded ??= new (waysModule().Ways)({ dialect, supplied, line: line(), clock, sayGap }));

  return {
    get line() {
      return line();
    },
    async validate(question, spent = { waitedMs: 0 }) {
      const leftMs = deadlineMs - Math.max(0, spent.waitedMs);
      // A call that has no time to be answered only burdens whoever is slow.
      if (leftMs < deadlineMs / 8)
        return { answer: 'unknown', failure: 'busy', reason: 'no time left after waiting for a turn' };
      const timing = { withinMs: leftMs, startedLate: spent.waitedMs > deadlineMs / 2 };
      return observer.validation(question.distributionType, () => ways().validate(question, timing));
    },
    complete: async (report) => ways().complete(report, completionDeadlineMs),
    // eslint-disable-next-line @typescript-eslint/require-await -- a fault while loading must reject, not throw
    async warm() {
      ways();
      line().warm();
    },
    async close() {
      closed = true;
      await opened?.close();
    },
  };
}

/* eslint-disable @typescript-eslint/no-require-imports -- by the first call or `warm()`, not at import */
function lineModule(): typeof LineModule {
  return require('./line.js') as typeof LineModule;
}

function waysModule(): typeof WaysModule {
  return require('./ways.js') as typeof WaysModule;
}
