/** The last calls to the emulator, for the page and for tests. Holds no token and no key. */
import { iso } from './admission-record.js';
import type { CallKind } from './faults.js';

/** One call. */
export interface RequestView {
  /** ISO 8601. */
  readonly at: string;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  /** Absent: not one of Fanfare's own routes. */
  readonly kind?: CallKind;
  /** Absent while there is no answer, and for ever where the connection was cut. */
  readonly status?: number;
  /** The kind of the fault this call met. */
  readonly fault?: string;
  readonly idempotencyKey?: string;
}

export interface LoggedRequest {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly kind: CallKind | undefined;
  readonly idempotencyKey: string | undefined;
  status?: number;
  fault?: string;
}

const REQUESTS_KEPT = 1_000;
const LONGEST_TEXT = 200;

export class RequestLog {
  readonly #requests: LoggedRequest[] = [];

  add(request: LoggedRequest): LoggedRequest {
    const kept = {
      ...request,
      path: request.path.slice(0, LONGEST_TEXT),
      idempotencyKey: request.idempotencyKey?.slice(0, LONGEST_TEXT),
    };
    this.#requests.push(kept);
    if (this.#requests.length > REQUESTS_KEPT) this.#requests.shift();
    return kept;
  }

  /** Oldest first. */
  views(): readonly RequestView[] {
    return this.#requests.map(({ at, method, path, ...rest }) => ({
      ...{ at: iso(at), method, path },
      ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    }));
  }
}

const KINDS: readonly (readonly [RegExp, CallKind])[] = [
  // Completing a timed release below /api is the shopper's own call.
  [/^\/api\/timed-releases\/[^/]+\/complete$/, 'shopper'],
  [/^(\/v1|\/api\/v1|\/api)?\/(queues|draws|auctions)\/[^/]+\/validate$/, 'validate'],
  [/^(\/v1)?\/admission\/validate$/, 'validate'],
  [/^\/api\/handoffs\/validate$/, 'validate'],
  [/^(\/v1|\/api\/v1|\/api)?\/(queues|draws|auctions|timed-releases)\/[^/]+\/complete$/, 'complete'],
  [/^\/api(\/v1)?\/(queues|draws)\/[^/]+\/deny$/, 'deny'],
  [/^\/api(\/v1)?\/queues\/[^/]+\/admit$/, 'admit'],
  [/^\/api\/(checkout|payments\/(cancellations|refunds))$/, 'checkout'],
  [/^(\/v1|\/api\/v1|\/api)?\/auth\/external\/authorize$/, 'external'],
  [/^(\/v1|\/api\/v1|\/api)?\/(auth|experiences|queues|draws|auctions|timed-releases)(\/|$)/, 'shopper'],
];

/** What a path is for; undefined when Fanfare has no such path. */
export function callKindOf(path: string): CallKind | undefined {
  return KINDS.find(([pattern]) => pattern.test(path))?.[1];
}
