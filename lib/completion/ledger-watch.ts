/** How this room asks the ledger: always with a limit, and never silently when it is away. */
import type { Clock } from '../clock.js';
import { FanfareError } from '../errors.js';
import type { OnEvent } from '../events.js';
import type { Ledger } from '../ledger/ledger.js';
import { within } from './time-limit.js';

/** While somebody waits for it. */
const SHORT_LIMIT_MS = 2_000;
const LONG_LIMIT_MS = 10_000;
const SAID_AGAIN_AFTER_MS = 60_000;

export interface LedgerParts {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Must not throw. */
  readonly emit: OnEvent;
}

/** The ledger as background work sees it: when it is away, the work is simply done later. */
export interface LedgerWatch {
  /** What `work` resolves to; `undefined` when the ledger could not be asked, which is said at most once a minute. */
  ask<T>(work: (ledger: Ledger) => Promise<T>): Promise<T | undefined>;
}

export function watchLedger({ ledger, clock, emit }: LedgerParts): LedgerWatch {
  let saidAt = -Infinity;
  const say = (cause: unknown): void => {
    if (clock.now() - saidAt < SAID_AGAIN_AFTER_MS) return;
    saidAt = clock.now();
    sayUnavailable(emit, ledger.engine, cause);
  };
  return {
    async ask<T>(work: (ledger: Ledger) => Promise<T>): Promise<T | undefined> {
      try {
        return await within(clock, LONG_LIMIT_MS, nameOf(ledger), () => work(ledger));
      } catch (error) {
        say(error);
        return undefined;
      }
    },
  };
}

/** Asks once, for somebody who waits: rejects with `LEDGER_UNAVAILABLE` and `message` after at most two seconds. */
export async function askLedger<T>(
  { ledger, clock, emit }: LedgerParts,
  message: string,
  work: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  try {
    return await within(clock, SHORT_LIMIT_MS, nameOf(ledger), () => work(ledger));
  } catch (error) {
    sayUnavailable(emit, ledger.engine, error);
    throw new FanfareError('LEDGER_UNAVAILABLE', { message, cause: error });
  }
}

function sayUnavailable(emit: OnEvent, engine: string, cause: unknown): void {
  const message = `The ${engine} ledger could not be asked.`;
  emit({ type: 'ledger.unavailable', level: 'error', message, engine, cause });
}

function nameOf({ engine }: Ledger): string {
  return `The ${engine} ledger`;
}
