/** What an operator may ask about completions, and do with those that Fanfare has not taken. */
import { compact } from '../admission/compact.js';
import { isId } from '../admission/identity.js';
import { FanfareError } from '../errors.js';
import type { Ledger, RowQuery } from '../ledger/ledger.js';
import { isUsed } from '../ledger/row.js';
import type { Completion, CompletionState } from './completion-view.js';
import { completionOf } from './completion-view.js';
import { discardedEvent, rescheduledEvent } from './delivery-events.js';
import type { LedgerParts } from './ledger-watch.js';
import { askLedger } from './ledger-watch.js';

/** In the order in which a completion comes through them. */
export const COMPLETION_STATES: readonly CompletionState[] = ['ordered', 'delivered', 'dead', 'discarded'];
/** More than this in one list is more than anybody reads. */
export const LONGEST_LIST = 10_000;
/** In seconds: a thousand years. */
const LONGEST_AGE = 31_536_000_000;
const BATCH = 500;
/** Due by every engine's clock, with a schedule that begins anew. */
const AT_ONCE = { attempts: 0, nextAttemptAt: 0 } as const;

/** How many there are in each state that was asked for; 0 is told, too. */
export type CompletionCounts = Readonly<Partial<Record<CompletionState, number>>>;

export interface CompletionQuery {
  /** Default: `ordered` and `dead`, which Fanfare has not heard of. */
  readonly states?: readonly CompletionState[];
  /** Only what has waited at least this long (`since`); default 0. */
  readonly olderThanSeconds?: number;
  /** At most this many, the oldest first: 1 to 10,000, default 100. */
  readonly limit?: number;
}

/**
 * Every method rejects with `LEDGER_UNAVAILABLE` when the ledger does not answer within two seconds, and with
 * `INVALID_ADMISSION_DATA`, which names the field, when it is given something else than it takes.
 */
export interface Completions {
  list(query?: CompletionQuery): Promise<readonly Completion[]>;
  /** How many there are, whatever their number; of the same states as `list`. */
  count(query?: Pick<CompletionQuery, 'states'>): Promise<CompletionCounts>;
  /** `undefined`: no order is recorded for this admission. */
  show(admissionId: string): Promise<Completion | undefined>;
  /**
   * Puts a dead or waiting completion back on the schedule, due at once and with its attempts at 0. `false`: there is
   * none, it is delivered or discarded, or somebody is sending it right now.
   */
  retry(admissionId: string): Promise<boolean>;
  /** The same for all dead ones, each once; resolves to how many. After an error it is safe to call again. */
  retryAll(): Promise<number>;
  /** Gives a dead completion up for good: Fanfare will not hear of it. `false`: there is none, or it is not dead. */
  discard(admissionId: string): Promise<boolean>;
}

/** The operator's view of a ledger; it opens, starts and keeps nothing of its own. */
export function completionsOf(parts: LedgerParts): Completions {
  return {
    async list(query = {}) {
      const read = readQuery(query);
      const message = unable('The completions could not be listed');
      const rows = await askLedger(parts, message, (ledger) => ledger.list(read));
      return rows.filter(isUsed).map(completionOf);
    },
    async count({ states } = {}) {
      const query = readQuery(compact({ states }));
      const message = unable('The completions could not be counted');
      return askLedger(parts, message, (ledger) => ledger.count({ states: query.states }));
    },
    async show(admissionId) {
      const row = await askOne(parts, admissionId, 'looked up', (ledger) => ledger.find(admissionId));
      return row !== undefined && isUsed(row) ? completionOf(row) : undefined;
    },
    async retry(admissionId) {
      const done = await askOne(parts, admissionId, 'retried', (ledger) =>
        ledger.reschedule(admissionId, AT_ONCE),
      );
      if (done) parts.emit(rescheduledEvent(admissionId));
      return done;
    },
    retryAll: () => retryAll(parts),
    async discard(admissionId) {
      const done = await askOne(parts, admissionId, 'discarded', (ledger) => ledger.discard(admissionId));
      if (done) parts.emit(discardedEvent(admissionId));
      return done;
    },
  };
}

async function retryAll(parts: LedgerParts): Promise<number> {
  // What dies again meanwhile would otherwise keep this going for as long as Fanfare refuses it.
  const seen = new Set<string>();
  let retried = 0;
  const ask = <T>(work: (ledger: Ledger) => Promise<T>): Promise<T> =>
    askLedger(parts, unable(`${retried} completions are retried, the others could not be`), work);
  for (;;) {
    const dead = await ask((ledger) => ledger.list({ states: ['dead'], limit: BATCH }));
    const fresh = dead.map(({ admission }) => admission.id).filter((id) => !seen.has(id));
    if (fresh.length === 0) return retried;
    for (const id of fresh) {
      seen.add(id);
      if (await ask((ledger) => ledger.reschedule(id, AT_ONCE))) {
        retried += 1;
        parts.emit(rescheduledEvent(id));
      }
      // An engine that answers at once would hold up every request behind it.
      await new Promise(setImmediate);
    }
  }
}

/** Async, so that a bad id rejects as everything else does. */
async function askOne<T>(
  parts: LedgerParts,
  admissionId: unknown,
  done: string,
  work: (ledger: Ledger) => Promise<T>,
): Promise<T> {
  if (!isId(admissionId)) {
    throw invalid('"admissionId" must be 1 to 128 of the characters A-Z, a-z, 0-9, "_" and "-"');
  }
  return askLedger(parts, unable(`The completion ${admissionId} could not be ${done}`), work);
}

function readQuery({
  states = ['ordered', 'dead'],
  olderThanSeconds = 0,
  limit = 100,
}: CompletionQuery): RowQuery {
  if (!areStates(states)) throw invalid(`"states" must be a list of ${COMPLETION_STATES.join(', ')}`);
  if (!isBetween(olderThanSeconds, 0, LONGEST_AGE)) {
    throw invalid('"olderThanSeconds" must be a number of seconds of at least 0');
  }
  if (!Number.isInteger(limit) || !isBetween(limit, 1, LONGEST_LIST)) {
    throw invalid(`"limit" must be a whole number from 1 to ${LONGEST_LIST}`);
  }
  return { states, olderThanMs: olderThanSeconds * 1_000, limit };
}

function areStates(value: unknown): boolean {
  return Array.isArray(value) && value.every((state) => COMPLETION_STATES.some((known) => known === state));
}

/** A text such as a query string holds would pass the comparisons alone. */
function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && value >= least && value <= most;
}

function unable(what: string): string {
  return `${what}: the ledger cannot be asked. It is safe to try again.`;
}

function invalid(message: string): FanfareError {
  return new FanfareError('INVALID_ADMISSION_DATA', { message });
}
