/** The notes of a ledger over any store that answers at once. */
import type { Triple } from '../admission/identity.js';
import type { LocalStore } from './local-store.js';
import type { DenialRecord, NewNote, Note, NoteKind, NotePlace, Notes } from './note.js';
import { denialKey } from './note.js';
import { add, deny, finish, lasting, use } from './noting.js';
import type { Step } from './transitions.js';

export abstract class LocalNotes implements Notes {
  protected abstract readonly store: LocalStore;

  addNote(note: NewNote, mostOpen = Infinity): Promise<boolean> {
    return this.#step(note.kind, note.key, (kept, now) => {
      const step = add(kept, note, now);
      const isFull = step.outcome && this.store.countOpen(note.kind, now) >= mostOpen;
      return isFull ? { outcome: false } : step;
    });
  }

  findNote(kind: NoteKind, key: string): Promise<Note | undefined> {
    return this.read((now) => lasting(this.store.note(kind, key), now));
  }

  useNote(kind: NoteKind, key: string, limit: number): Promise<Note | undefined> {
    return this.#step(kind, key, (kept, now) => use(kept, limit, now));
  }

  openNotes(kind: NoteKind, limit: number, after?: NotePlace): Promise<readonly Note[]> {
    return this.read((now) => this.store.openNotes(kind, Math.max(0, limit), after, now));
  }

  finishNote(kind: NoteKind, key: string, value = ''): Promise<boolean> {
    return this.#step(kind, key, (kept, now) => finish(kept, value, now));
  }

  deny(triple: Triple, denial: DenialRecord): Promise<void> {
    return this.#step('denied', denialKey(triple), (kept, now) => deny(kept, triple, denial, now));
  }

  /** Hands `work` the engine's time. */
  protected abstract read<Result>(work: (now: number) => Result): Promise<Result>;
  /** The same, while nobody else writes. */
  protected abstract write<Result>(work: (now: number) => Result): Promise<Result>;

  #step<Outcome>(
    kind: NoteKind,
    key: string,
    step: (kept: Note | undefined, now: number) => Step<Outcome, Note>,
  ): Promise<Outcome> {
    return this.write((now) => {
      const { outcome, write } = step(this.store.note(kind, key), now);
      if (write !== undefined) this.store.putNote(write);
      return outcome;
    });
  }
}
