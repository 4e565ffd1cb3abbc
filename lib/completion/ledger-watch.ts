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

/** `Asked`: as much of a ledger as is asked. */
export interface LedgerParts<Asked extends Pick<Ledger, 'engine'> = Ledger> {
  readonly ledger: Asked;
  readonly clock: Clock;
  /** Must not throw. */
  readonly emit: OnEvent;
}

/** The ledger as background work sees it: when it is away, the work is simply done later. */
export interface LedgerWatch {
  /** What `work` resolves to; `undefined` when the ledger could not be asked, which is said at most once a minute. */
  ask<T>(work: (ledger: Ledger) => Promise<T>): Promise<T | undefined>;
}

export function watchLedger(parts: LedgerParts): LedgerWatch {
  const { clock } = parts;
  let saidAt = -Infinity;
  return {
    async ask<T>(work: (ledger: Ledger) => Promise<T>): Promise<T | undefined> {
      try {
        return await askWithin(parts, LONG_LIMIT_MS, work);
      } catch (error) {
        if (clock.now() - saidAt >= SAID_AGAIN_AFTER_MS) {
          saidAt = clock.now();
          sayUnavailable(parts, error);
        } else if (failures.has(parts.emit)) failures.set(parts.emit, { cause: error });
        return undefined;
      }
    },
  };
}

/** Asks once, for somebody who waits: rejects with `LEDGER_UNAVAILABLE` and `message` after at most two seconds. */
export async function askLedger<T, Asked extends Pick<Ledger, 'engine'>>(
  parts: LedgerParts<Asked>,
  message: string,
  work: (ledger: Asked) => Promise<T>,
): Promise<T> {
  try {
    return await askWithin(parts, SHORT_LIMIT_MS, work);
  } catch (error) {
    sayUnavailable(parts, error);
    throw new FanfareError('LEDGER_UNAVAILABLE', { message, cause: error });
  }
}

async function askWithin<T, Asked extends Pick<Ledger, 'engine'>>(
  { ledger, clock, emit }: LedgerParts<Asked>,
  limitMs: number,
  work: (ledger: Asked) => Promise<T>,
): Promise<T> {
  const before = failures.get(emit);
  const answer = await within(clock, limitMs, `The ${ledger.engine} ledger`, () => work(ledger));
  // An answer to what was asked before the latest failure says nothing about now.
  if (before !== undefined && failures.get(emit) === before) sayRecovered(emit, ledger.engine);
  return answer;
}

/** The latest failure since `ledger.unavailable` was said, until the ledger is back: one for all who ask for an instance. */
const failures = new WeakMap<OnEvent, { readonly cause: unknown }>();

function sayUnavailable(
  { ledger: { engine }, emit }: LedgerParts<Pick<Ledger, 'engine'>>,
  cause: unknown,
): void {
  failures.set(emit, { cause });
  const message = `The ${engine} ledger could not be asked.`;
  emit({ type: 'ledger.unavailable', level: 'error', message, engine, cause });
}

function sayRecovered(emit: OnEvent, engine: string): void {
  failures.delete(emit);
  emit({ type: 'ledger.recovered', level: 'info', message: `The ${engine} ledger answers again.`, engine });
}
