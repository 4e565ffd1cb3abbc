/** The options that all databases share, read. */
import { type Clock, systemClock } from '../clock.js';
import type { LedgerParts } from '../completion/ledger-watch.js';
import { within } from '../completion/time-limit.js';
import { type OnEvent, safely, warnOnStderr } from '../events.js';
import { UNOBSERVED } from '../observer.js';
import { kindOf } from '../option-checks.js';
import { createTeller } from '../teller.js';
import type { AskableLedger, LedgerAlone, ReservationOptions } from './reservations.js';

/** `ledger` answers in time, or rejects. */
export interface SharedOptions extends LedgerParts<AskableLedger> {
  readonly windowMs: number;
}

/** For a sweep, which nobody waits for; whoever waits has a shorter limit. */
const LIMIT_MS = 10_000;

const LONGEST_SECONDS = 400 * 86_400;

/** Throws a `TypeError` that names the option. */
export function readShared(factory: string, options: ReservationOptions): SharedOptions {
  const { windowSeconds = 1_800, clock = systemClock } = options;
  const windowMs = readSeconds(`${factory}: "windowSeconds"`, windowSeconds);
  const { ledger, emit } = readLedger(factory, options);
  return { windowMs, clock, emit, ledger: inTime(ledger, clock) };
}

interface Told {
  readonly ledger: AskableLedger;
  readonly emit: OnEvent;
}

function readLedger(factory: string, options: ReservationOptions): Told {
  const { fanfare } = options;
  if (fanfare === undefined) return readAlone(factory, options);
  const { ledger, onEvent } = options as { readonly ledger?: unknown; readonly onEvent?: unknown };
  if (ledger !== undefined || onEvent !== undefined) {
    throw new TypeError(`${factory}: "fanfare" has a ledger and listeners: leave "ledger" and "onEvent" out`);
  }
  const { backstage } = Object(fanfare) as Partial<typeof fanfare>;
  if (backstage !== undefined) return backstage;
  throw new TypeError(`${factory}: "fanfare" must be what createFanfare() returned, got ${kindOf(fanfare)}`);
}

function inTime(ledger: AskableLedger, clock: Clock): AskableLedger {
  const { engine } = ledger;
  return { engine, find: (id) => within(clock, LIMIT_MS, `The ${engine} ledger`, () => ledger.find(id)) };
}

/** Without a `Fanfare` the channel hears all the same. */
function readAlone(factory: string, { ledger, onEvent = warnOnStderr }: LedgerAlone): Told {
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
