/** What becomes of a note, as pure steps: the note in, outcome and the note to write out. */
import type { Triple } from '../admission/identity.js';
import type { DenialRecord, NewNote, Note, NotePlace } from './note.js';
import { denialKey } from './note.js';
import type { Step } from './transitions.js';

type NoteStep<Outcome> = Step<Outcome, Note>;

/** The note as it stands at `now`: past its time there is none. */
export function lasting(note: Note | undefined, now: number): Note | undefined {
  return note !== undefined && now < note.until ? note : undefined;
}

/** Writes a note down, unless its name is taken. */
export function add(
  kept: Note | undefined,
  { kind, key, value, until }: NewNote,
  now: number,
): NoteStep<boolean> {
  if (lasting(kept, now) !== undefined) return { outcome: false };
  return { outcome: true, write: { kind, key, value, uses: 0, until, done: false, createdAt: now } };
}

/** Counts one use. */
export function use(kept: Note | undefined, limit: number, now: number): NoteStep<Note | undefined> {
  const note = lasting(kept, now);
  if (note === undefined || note.done || note.uses >= limit) return { outcome: undefined };
  const used = { ...note, uses: note.uses + 1 };
  return { outcome: used, write: used };
}

/** Marks a note done, with another value. */
export function finish(kept: Note | undefined, value: string, now: number): NoteStep<boolean> {
  const note = lasting(kept, now);
  if (note === undefined || note.done) return { outcome: false };
  return { outcome: true, write: { ...note, value, done: true } };
}

/** Writes a denial down; of two the later time counts. */
export function deny(
  kept: Note | undefined,
  triple: Triple,
  { deniedAt, until }: DenialRecord,
  now: number,
): NoteStep<undefined> {
  const note = lasting(kept, now);
  return {
    outcome: undefined,
    write: {
      kind: 'denied',
      key: denialKey(triple),
      value: String(Math.max(deniedAt, note === undefined ? -Infinity : Number(note.value))),
      uses: 0,
      until: Math.max(until, note?.until ?? -Infinity),
      done: false,
      createdAt: note?.createdAt ?? now,
    },
  };
}

/** Oldest first; those of the same age in the order of their keys, so that every engine lists alike. */
export function byPlace(one: NotePlace, other: NotePlace): number {
  if (one.createdAt !== other.createdAt) return one.createdAt - other.createdAt;
  if (one.key === other.key) return 0;
  return one.key < other.key ? -1 : 1;
}
