/** Webhook events that were given up: kept as they were, until somebody has them worked once more or throws them away. */
import type { Ledger } from '../ledger/ledger.js';
import type { Note } from '../ledger/note.js';
import { askLedger, type LedgerParts } from './ledger-watch.js';

/** An event that was given up. Times are milliseconds since the epoch. */
export interface DeadEvent {
  /** Names it for `retry` and `discard`. */
  readonly id: string;
  /** The receiver's `name`. */
  readonly receiver: string;
  readonly eventId: string;
  /** Why its last attempt failed: the message of what was thrown, at most 300 characters. */
  readonly reason: string;
  readonly diedAt: number;
  /** Until when it is kept. */
  readonly until: number;
  /** What the receiver was to do, for whoever looks into it: an order and its admission, or an event of Fanfare's. No token. */
  readonly work: Readonly<Record<string, unknown>>;
}

/** Every method rejects with `LEDGER_UNAVAILABLE` when the ledger does not answer within two seconds. */
export interface DeadEvents {
  /** The oldest first, at most `limit`; default 100. */
  list(limit?: number): Promise<readonly DeadEvent[]>;
  /**
   * Has it worked once more, with all its attempts, by a process that has the receiver: within 15 seconds. `false`: there is
   * none, or it was retried or discarded already.
   */
  retry(id: string): Promise<boolean>;
  /** Throws it away. `false`: there is none, or it was retried or discarded already. */
  discard(id: string): Promise<boolean>;
}

/** How long an event is known: longer than any sender's redeliveries go on. */
export const KEPT_MS = 14 * 24 * 60 * 60 * 1_000;
const DEAD_MS = 90 * 24 * 60 * 60 * 1_000;
const AWAY = 'The dead events could not be read or changed: the ledger cannot be asked. Call again.';
const NOTE_KEY = /^[\w.:-]{1,128}$/;
const LONGEST_REASON = 300;
/** Of its fields, as many as fit in a line. */
const MOST_SAID = 12;

/** Moves a note to the dead ones, with what its last attempt threw. Safe to repeat: what was moved halfway is moved. */
export async function bury(ledger: Ledger, note: Note, cause: unknown, now: number): Promise<true> {
  const { key } = note;
  const reason = (cause instanceof Error ? cause.message : String(cause)).slice(0, LONGEST_REASON);
  const value = JSON.stringify({ ...keptIn(note), reason });
  await ledger.addNote({ kind: 'webhook_dead', key, value, until: now + DEAD_MS });
  await ledger.finishNote('webhook', key);
  return true;
}

export function isEventId(id: unknown): id is string {
  return typeof id === 'string' && NOTE_KEY.test(id);
}

/** The operator's view of them; it opens, starts and keeps nothing of its own. */
export function deadEventsOf(parts: LedgerParts): DeadEvents {
  const ask = <T>(work: (ledger: Ledger) => Promise<T>): Promise<T> => askLedger(parts, AWAY, work);
  return {
    list: (limit = 100) =>
      ask(async (ledger) => (await ledger.openNotes('webhook_dead', limit)).map(deadEventOf)),
    retry: (id) =>
      ask(async (ledger) => {
        const dead = isEventId(id) ? await ledger.findNote('webhook_dead', id) : undefined;
        if (dead === undefined || dead.done) return false;
        await ledger.addNote({ ...revived(dead), until: parts.clock.now() + KEPT_MS });
        return ledger.finishNote('webhook_dead', id);
      }),
    discard: (id) => ask(async (ledger) => isEventId(id) && (await ledger.finishNote('webhook_dead', id))),
  };
}

/** Its own name stays taken, so that the sender's redeliveries are known; the new one is the same for all who retry it. */
function revived({
  key,
  value,
  createdAt,
}: Note): Pick<Note, 'key' | 'value'> & { readonly kind: 'webhook' } {
  const [first = key] = key.split('.');
  return { kind: 'webhook', key: `${first}.${createdAt}`, value };
}

type Kept = Pick<DeadEvent, 'receiver' | 'eventId' | 'work' | 'reason'>;

function keptIn({ value }: Note): Kept {
  return JSON.parse(value) as Kept;
}

function deadEventOf(note: Note): DeadEvent {
  const { key: id, createdAt: diedAt, until } = note;
  const { receiver, eventId, work, reason } = keptIn(note);
  const plain = Object.entries(work).filter(([name]) => name !== 'sealedToken');
  return { id, receiver, eventId, reason, diedAt, until, work: Object.fromEntries(plain) };
}

/** What the receiver was to do, in one line: its fields by their own names. */
export function workSaid({ work }: DeadEvent): string {
  return plainIn(work)
    .slice(0, MOST_SAID)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function plainIn(fields: object): readonly (readonly [string, string])[] {
  return Object.entries(fields).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? plainIn(value) : [[name, String(value)] as const],
  );
}
