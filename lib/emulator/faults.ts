/** Faults on demand: what the emulator does wrong when it is told to. */

/**
 * Which calls a fault is for. `shopper` is everything a browser calls; `checkout` the three calls of the Checkout API;
 * `external` the merchant's half of the login bridge.
 */
export const FAULT_TARGETS = [
  ...(['any', 'validate', 'complete', 'admit', 'deny'] as const),
  ...(['checkout', 'external', 'shopper'] as const),
] as const;
export type FaultTarget = (typeof FAULT_TARGETS)[number];
export type CallKind = Exclude<FaultTarget, 'any'>;

interface Common {
  /** Default `any`. */
  readonly on?: FaultTarget;
  /** Milliseconds to wait before anything else. Default 0. */
  readonly latencyMs?: number;
}

/** How a status fault tells when to come back: every form the vendor's pages show. */
export const RETRY_AFTER_FORMS = ['seconds', 'iso', 'http-date', 'body'] as const;
export type RetryAfterForm = (typeof RETRY_AFTER_FORMS)[number];

export interface StatusFault extends Common {
  readonly kind: 'status';
  /** 400 to 599. */
  readonly status: number;
  /** Told in `retryAfterForm`; absent: nothing is told. */
  readonly retryAfterSeconds?: number;
  /** Default `seconds`. `body` sends `retryAfter` in the JSON and no header. */
  readonly retryAfterForm?: RetryAfterForm;
  /** Do the work first, then answer wrongly. Default false. */
  readonly afterEffect?: boolean;
}

/**
 * - `latency`: only slow (`latencyMs`).
 * - `reset`: the connection is reset before anything is done.
 * - `answer-lost`: the work is done, then the connection is reset.
 * - `malformed-json`, `huge-body`: the work is done, the answer cannot be read.
 * - `black-hole`: never answers.
 * - `redirect`: 307 to `/redirected` on the same host.
 * - `device-mismatch`: Fanfare's FP002.
 */
export const SIMPLE_FAULT_KINDS = [
  'latency',
  'reset',
  'answer-lost',
  'malformed-json',
  'huge-body',
  'black-hole',
  'redirect',
  'device-mismatch',
] as const;

export interface SimpleFault extends Common {
  readonly kind: (typeof SIMPLE_FAULT_KINDS)[number];
}

export type Fault = StatusFault | SimpleFault;

export interface Faults {
  /** From now on every matching call meets this fault; replaces the standing fault of the same `on`. */
  set(fault: Fault): void;
  /** The next matching call (or the next `times`) meets this fault, before any standing one. */
  once(fault: Fault, times?: number): void;
  /** Back to normal: all faults, or those of one `on`. */
  clear(on?: FaultTarget): void;
  /** What is still to come, `once` first. */
  list(): readonly Fault[];
}

const WAITING_KEPT = 1_000;

/** The faults, and `take`, which uses them up. */
export function createFaults(): Faults & { take(kind: CallKind): Fault | undefined } {
  let waiting: Fault[] = [];
  const standing = new Map<FaultTarget, Fault>();
  return {
    set(fault) {
      standing.set(targetOf(fault), fault);
    },
    once(fault, times = 1) {
      const room = Math.max(0, WAITING_KEPT - waiting.length);
      waiting.push(...Array.from({ length: Math.min(times, room) }, () => fault));
    },
    clear(on) {
      if (on === undefined) standing.clear();
      else standing.delete(on);
      waiting = waiting.filter((fault) => on !== undefined && targetOf(fault) !== on);
    },
    list: () => [...waiting, ...standing.values()],
    take(kind) {
      const index = waiting.findIndex((fault) => ['any', kind].includes(targetOf(fault)));
      if (index >= 0) return waiting.splice(index, 1)[0];
      return standing.get(kind) ?? standing.get('any');
    },
  };
}

function targetOf(fault: Fault): FaultTarget {
  return fault.on ?? 'any';
}
