/** Requests over a pool of connections to one origin. Every fault is a result; nothing here throws or rejects. */
import type * as Undici from 'undici';
import { delay, systemClock } from '../clock.js';
import type { Deadline } from './deadline.js';
import { exchange, type Message } from './exchange.js';
import type { Failure } from './failure.js';
import type { Answer } from './http-answer.js';
import { createRetryBudget } from './retry-budget.js';
import type * as SharedLookup from './shared-lookup.js';

/** A request for what is there. */
export interface Get {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Covers everything from the connection to the last byte of the answer. */
  readonly deadline: Deadline;
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

/** Hears each answer as it comes; must not throw. */
export type OnAnswer = (answer: Answer) => void;

/** Makes the transport to an origin such as `https://api.fanfare.io`. Loads and opens nothing yet. */
export function createTransport(origin: string, onAnswer: OnAnswer = () => undefined): Transport {
  const running = new Set<Promise<unknown>>();
  const retries = createRetryBudget();
  let pool: Undici.Pool | undefined;
  let closing: Promise<void> | undefined;

  const attempt = async (message: Message, deadline: Deadline): Promise<Answer | Failure> => {
    pool ??= openPool(origin);
    const outcome = await exchange(pool, message, deadline);
    if ('status' in outcome) onAnswer(outcome);
    return outcome;
  };

  const attempts = async (message: Message, { deadline, retryUnsent }: Post): Promise<Answer | Failure> => {
    retries.called();
    const first = await attempt(message, deadline);
    if (!retryUnsent || !('unsent' in first) || !retries.spend()) return first;
    await delay(systemClock, RETRY_PAUSE_MS);
    return attempt(message, deadline);
  };

  const unlessClosed = async (start: () => Promise<Answer | Failure>): Promise<Answer | Failure> => {
    if (closing !== undefined) return { failed: 'this client is closed' };
    const call = start();
    running.add(call);
    return call.finally(() => running.delete(call));
  };

  return {
    get: ({ path, headers, deadline }) =>
      unlessClosed(() => attempt({ method: 'GET', path, headers }, deadline)),
    post(request) {
      const { path, headers, body } = request;
      return unlessClosed(() => attempts({ method: 'POST', path, headers, body }, request));
    },
    warm() {
      if (closing === undefined) pool ??= openPool(origin);
    },
    close() {
      // Destroyed, not closed: closing would wait for connections that nobody wants any more.
      closing ??= Promise.all(running).then(() => destroyed(pool));
      return closing;
    },
  };
}

async function destroyed(pool: Undici.Pool | undefined): Promise<void> {
  await pool?.destroy();
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
