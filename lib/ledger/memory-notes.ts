/** The notes of the memory ledger. */
import type { Note, NoteKind, NotePlace } from './note.js';
import { byPlace, lasting } from './noting.js';

export class MemoryNotes {
  readonly #notes = new Map<string, Note>();

  clear(): void {
    this.#notes.clear();
  }

  find(kind: NoteKind, key: string): Note | undefined {
    return this.#notes.get(nameOf({ kind, key }));
  }

  put(note: Note): void {
    this.#notes.set(nameOf(note), Object.freeze(note));
  }

  open(kind: NoteKind, limit: number, after: NotePlace | undefined, now: number): readonly Note[] {
    return this.#open(kind, now)
      .filter((note) => after === undefined || byPlace(note, after) > 0)
      .sort(byPlace)
      .slice(0, limit);
  }

  countOpen(kind: NoteKind, now: number): number {
    return this.#open(kind, now).length;
  }

  /** Deletes up to so many that are past; returns how many there were. */
  purge(now: number, limit: number): number {
    const past = [...this.#notes].filter(([, { until }]) => until <= now);
    for (const [name] of past.slice(0, limit)) this.#notes.delete(name);
    return past.length;
  }

  #open(kind: NoteKind, now: number): Note[] {
    return [...this.#notes.values()].filter(
      (note) => note.kind === kind && !note.done && lasting(note, now) !== undefined,
    );
  }
}

function nameOf({ kind, key }: Pick<Note, 'kind' | 'key'>): string {
  return `${kind}:${key}`;
}
