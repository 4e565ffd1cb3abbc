/** Asks Fanfare about each admission that was let in unchecked, until it has answered: work of whoever leads. */
import { compact } from '../admission/compact.js';
import { isPast } from '../admission/expiry.js';
import { failureOf } from '../admission/outage.js';
import type { No, Unknown, Verdict, Yes } from '../admission/verdict.js';
import type { Note, NotePlace } from '../ledger/note.js';
import type { Row } from '../ledger/row.js';
import { isUsed } from '../ledger/row.js';
import type { LedWork } from './leadership.js';
import type { LedgerParts, LedgerWatch } from './ledger-watch.js';
import { watchLedger } from './ledger-watch.js';
import { repeat } from './repeat.js';
import {
  type Claimed,
  CONFIRMED,
  readClaimed,
  type Recalled,
  REFUSED,
  type Seal,
} from './unverified-note.js';

export interface RevalidationParts extends LedgerParts {
  readonly seal: Seal;
  /** Asks Fanfare; never rejects. */
  readonly ask: (claimed: Claimed) => Promise<Verdict>;
}

const ASK_EVERY_MS = 5_000;
const PAGE = 100;

/** Puts it together; it does nothing before `start()`. */
export function createRevalidation(parts: RevalidationParts): LedWork {
  return new Revalidation(parts);
}

class Revalidation implements LedWork {
  readonly #parts: RevalidationParts;
  readonly #ledger: LedgerWatch;
  readonly #rounds;
  /** Whose answer has been said but could not be written down yet. */
  readonly #told = new Set<string>();
  /** Behind whom a round was stopped: a token that only ever meets an outage must not stand before the others. */
  #from: NotePlace | undefined;
  #stopped = false;

  constructor(parts: RevalidationParts) {
    this.#parts = parts;
    this.#ledger = watchLedger(parts);
    this.#rounds = repeat(parts.clock, ASK_EVERY_MS, () => this.#askAll());
  }

  start(): void {
    this.#stopped = false;
    this.#rounds.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#rounds.stop();
  }

  async #askAll(): Promise<void> {
    const from = this.#from;
    this.#from = undefined;
    if (from !== undefined && !(await this.#askBehind(from))) return;
    await this.#askBehind(undefined);
  }

  /** `false`: it is no use to go on. */
  async #askBehind(place: NotePlace | undefined): Promise<boolean> {
    for (let after = place; ;) {
      const page = await this.#ledger.ask((ledger) => ledger.openNotes('unverified', PAGE, after));
      after = page?.at(-1);
      if (after === undefined) return page !== undefined;
      if (!(await this.#askAbout(page ?? []))) return false;
    }
  }

  /** One after the other: after an outage Fanfare has enough to do. */
  async #askAbout(notes: readonly Note[]): Promise<boolean> {
    for (const note of notes) {
      if (this.#stopped) return false;
      if (await this.#settle(note)) continue;
      this.#from = note;
      return false;
    }
    return true;
  }

  async #settle(note: Note): Promise<boolean> {
    const found = await this.#ledger.ask(async (ledger) => ({ row: await ledger.find(note.key) }));
    if (found === undefined) return false;
    // Fanfare took the order, and may say no to the token for that very reason.
    const verdict = found.row?.state === 'delivered' ? YES : await this.#verdictOn(note);
    if (verdict === 'stop') return false;
    return verdict === 'unclear' || this.#finish(note.key, verdict, found.row);
  }

  async #verdictOn(note: Note): Promise<Yes | No | 'unclear' | 'stop'> {
    const claimed = readClaimed(this.#parts.seal, note);
    const verdict = isWhole(claimed) ? await this.#parts.ask(claimed) : SEALED;
    if (verdict.answer !== 'unknown') return verdict;
    if (failureOf(verdict) !== 'unclear') return 'stop';
    // A token that Fanfare never answers properly must not keep its place for ever.
    return isPast(claimed.expiresAt, this.#parts.clock.now())
      ? { answer: 'no', code: 'ADMISSION_EXPIRED' }
      : 'unclear';
  }

  /** Said first: a crash in between says it twice, and never not at all. */
  async #finish(admissionId: string, verdict: Yes | No, row: Row | undefined): Promise<boolean> {
    if (!this.#told.has(admissionId)) this.#tell(admissionId, verdict, row);
    this.#told.add(admissionId);
    const lastWord = verdict.answer === 'yes' ? CONFIRMED : REFUSED;
    const finished = await this.#ledger.ask((ledger) =>
      ledger.finishNote('unverified', admissionId, lastWord),
    );
    if (finished === undefined) return false;
    this.#told.delete(admissionId);
    return true;
  }

  #tell(admissionId: string, verdict: Yes | No, row: Row | undefined): void {
    const { emit } = this.#parts;
    if (verdict.answer === 'yes') {
      const message = 'An admission that was let in unchecked is genuine.';
      emit({ type: 'admission.unverified_confirmed', level: 'info', message, admissionId });
      return;
    }
    const { code } = verdict;
    const orderId = row !== undefined && isUsed(row) ? row.order.orderId : undefined;
    const made = orderId === undefined ? 'no order was made with it' : 'an order was made with it';
    const message = `An admission that was let in unchecked is refused by Fanfare (${code}); ${made}.`;
    const level = orderId === undefined ? ('warn' as const) : ('error' as const);
    emit(
      compact({ type: 'admission.unverified_refused' as const, level, message, admissionId, code, orderId }),
    );
  }
}

function isWhole(claimed: Recalled): claimed is Claimed {
  return claimed.token !== undefined;
}

const YES: Yes = Object.freeze({ answer: 'yes' });

/** Another process may still have the secret. */
const SEALED: Unknown = Object.freeze({
  answer: 'unknown',
  reason: 'the token was sealed with another secret',
  failure: 'unclear',
});
