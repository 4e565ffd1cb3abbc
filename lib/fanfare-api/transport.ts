/** Requests over a pool of connections to one origin. Every fault is a result; nothing here throws or rejects. */
import type * as Undici from 'undici';
import { delay, systemClock } from '../clock.js';
import { unlessAborted } from './deadline.js';
import { errorName } from './failure.js';
import type { Failure } from './failure.js';
import type { Answer } from './http-answer.js';
import { createRetryBudget } from './retry-budget.js';
import type * as SharedLookup from './shared-lookup.js';

/** A request for what is there. */
export interface Get {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Covers everything from the connection to the last byte of the answer. */
  readonly signal: AbortSignal;
}

/** A request that does something. */
export interface Post extends Get {
  readonly body: string;
  /** Whether to try once more when the request surely never left this machine, and few others were tried again. */
  readonly retryUnsent: boolean;
}

export interface Transport {
  get(request: Get): Promise<Answer | Failure>;
  post(request: Post): Promise<Answer | Failure>;
  /** Loads what the first call would load. */
  warm(): void;
  /** Lets running calls end, then closes the connections. Later calls fail. */
  close(): Promise<void>;
}

const CONNECTIONS = 50;
/** Sockets of a peer that never accepts go away after this, whatever became of the calls that wanted them. */
const CONNECT_TIMEOUT_MS = 2_000;
const LONGEST_BODY_BYTES = 65_536;
const RETRY_PAUSE_MS = 50;
/** Faults before there was a connection. A timeout while connecting is one too, but leaves no time for a retry. */
const UNSENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** Faults of a connection: lost, never made, without TLS or with a certificate we do not trust, or not speaking HTTP. */
const BROKEN =
  /^(ECONN|EPIPE$|ETIMEDOUT$|UND_ERR_(SOCKET|CONNECT_TIMEOUT)$|HPE_|ERR_(SSL|TLS)_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_)/;

/** Hears each answer as it comes; must not throw. */
export type OnAnswer = (answer: Answer) => void;

/** Makes the transport to an origin such as `https://api.fanfare.io`. Loads and opens nothing yet. */
export function createTransport(origin: string, onAnswer: OnAnswer = () => undefined): Transport {
  const running = new Set<Promise<unknown>>();
  const retries = createRetryBudget();
  let pool: Undici.Pool | undefined;
  let closing: Promise<void> | undefined;

  const open = (): Undici.Pool => (pool ??= openPool(origin));

  const attempts = async (request: Post): Promise<Answer | Failure> => {
    retries.called();
    const first = await attempt(open, onAnswer, 'POST', request);
    if (!request.retryUnsent || !('unsent' in first) || !retries.spend()) return first;
    await delay(systemClock, RETRY_PAUSE_MS);
    return attempt(open, onAnswer, 'POST', request);
  };

  const unlessClosed = async (start: () => Promise<Answer | Failure>): Promise<Answer | Failure> => {
    if (closing !== undefined) return { failed: 'this client is closed' };
    const call = start();
    running.add(call);
    return call.finally(() => running.delete(call));
  };

  return {
    get: (request) => unlessClosed(() => attempt(open, onAnswer, 'GET', request)),
    post: (request) => unlessClosed(() => attempts(request)),
    warm() {
      if (closing === undefined) open();
    },
    close() {
      // Destroyed, not closed: closing would wait for connections that nobody wants any more.
      closing ??= Promise.all(running).then(async () => {
        await pool?.destroy();
      });
      return closing;
    },
  };
}

async function attempt(
  open: () => Undici.Pool,
  onAnswer: OnAnswer,
  method: 'GET' | 'POST',
  { path, headers, body, signal }: Get & Partial<Post>,
): Promise<Answer | Failure> {
  try {
    const response = open().request({ method, path, headers, body: body ?? null, signal });
    // A request that waits for a connection does not hear the signal by itself.
    const answer = await readAnswer(await unlessAborted(signal, response), signal);
    onAnswer(answer);
    return answer;
  } catch (error) {
    return failureOf(error, signal);
  }
}

function openPool(origin: string): Undici.Pool {
  // undici puts its own dispatcher behind the shop's `fetch`, unless Node's is there already, as it is from here on.
  Reflect.get(globalThis, 'Headers');
  /* eslint-disable @typescript-eslint/no-require-imports -- takes 89 ms to load: on first need, not at import */
  const undici = require('undici') as typeof Undici;
  const { createSharedLookup } = require('./shared-lookup.js') as typeof SharedLookup;
  /* eslint-enable @typescript-eslint/no-require-imports */
  return new undici.Pool(origin, {
    connections: CONNECTIONS,
    pipelining: 1,
    connect: { timeout: CONNECT_TIMEOUT_MS, lookup: createSharedLookup() },
    // The caller's deadline is the only one: two more timers for each call would measure the same time again.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: LONGEST_BODY_BYTES,
  });
}

/** The status counts from the moment it is there, even if the body never arrives whole. */
async function readAnswer(response: Undici.Dispatcher.ResponseData, signal: AbortSignal): Promise<Answer> {
  const { statusCode: status, headers } = response;
  try {
    return { status, headers, body: await unlessAborted(signal, response.body.text()) };
  } catch (error) {
    return { status, headers, body: { cut: cutOf(error, signal) } };
  }
}

function cutOf(error: unknown, signal: AbortSignal): string {
  const name = errorName(error);
  if (name === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'body too long';
  return signal.aborted ? 'body not there in time' : `body broken off (${name})`;
}

function failureOf(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) return { failed: 'no answer in time', away: true };
  const name = errorName(error);
  if (UNSENT.has(name)) return { failed: name, unsent: true, away: true };
  return BROKEN.test(name) ? { failed: name, away: true } : { failed: name };
}
