/** The options that all databases share, read. */
import { type OnEvent, safely, warnOnStderr } from '../events.js';
import type { Ledger } from '../ledger/ledger.js';
import { UNOBSERVED } from '../observer.js';
import { kindOf } from '../option-checks.js';
import { createTeller } from '../teller.js';
import type { LedgerAlone, ReservationOptions } from './reservations.js';

export interface SharedOptions {
  readonly ledger: Pick<Ledger, 'find'>;
  /** Must not throw. */
  readonly emit: OnEvent;
  readonly windowMs: number;
}

const LONGEST_SECONDS = 400 * 86_400;

/** Throws a `TypeError` that names the option. */
export function readShared(factory: string, options: ReservationOptions): SharedOptions {
  const { fanfare, windowSeconds = 1_800 } = options;
  const windowMs = readSeconds(`${factory}: "windowSeconds"`, windowSeconds);
  if (fanfare === undefined) return { windowMs, ...readAlone(factory, options) };
  const { ledger, onEvent } = options as { readonly ledger?: unknown; readonly onEvent?: unknown };
  if (ledger !== undefined || onEvent !== undefined) {
    throw new TypeError(`${factory}: "fanfare" has a ledger and listeners: leave "ledger" and "onEvent" out`);
  }
  const { backstage } = Object(fanfare) as Partial<typeof fanfare>;
  if (backstage !== undefined) return { windowMs, ledger: backstage.ledger, emit: backstage.emit };
  throw new TypeError(`${factory}: "fanfare" must be what createFanfare() returned, got ${kindOf(fanfare)}`);
}

/** Without a `Fanfare` the channel hears all the same. */
function readAlone(
  factory: string,
  { ledger, onEvent = warnOnStderr }: LedgerAlone,
): Pick<SharedOptions, 'ledger' | 'emit'> {
  if (typeof (ledger as Partial<typeof ledger> | undefined)?.find !== 'function') {
    throw new TypeError(
      `${factory} needs either "fanfare", what createFanfare() returned, or its "ledger", got ${kindOf(ledger)}`,
    );
  }
  if (typeof onEvent !== 'function') {
    throw new TypeError(`${factory}: "onEvent" must be a function, got ${kindOf(onEvent)}`);
  }
  return { ledger, emit: createTeller(safely('onEvent', onEvent), UNOBSERVED) };
}

/** To milliseconds. */
export function readSeconds(option: string, seconds: unknown): number {
  if (typeof seconds === 'number' && seconds >= 1 && seconds <= LONGEST_SECONDS) return seconds * 1_000;
  throw new TypeError(
    `${option} must be a number of seconds from 1 to ${LONGEST_SECONDS}, got ${kindOf(seconds)}`,
  );
}
