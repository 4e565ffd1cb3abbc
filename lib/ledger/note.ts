/**
 * What the ledger remembers beside its rows: small texts under a name of their own, each until a time of its own. Every
 * method is one atomic step, like those of the port, and durable when it resolves.
 */
import { createHash } from 'node:crypto';
import type { Triple } from '../admission/identity.js';

/** What notes are about. Names are unique within a kind. */
export type NoteKind =
  | 'handoff'
  | 'winner'
  | 'webhook'
  | 'unverified'
  | 'denied'
  | 'cancelled'
  | 'webhook_hold'
  | 'webhook_mark'
  | 'webhook_dead';

/** Times are milliseconds since the epoch, by the engine's clock. */
export interface Note {
  readonly kind: NoteKind;
  /** 1 to 128 of `A-Z`, `a-z`, `0-9`, `_`, `.`, `:` and `-`. */
  readonly key: string;
  /** At most 16 KB of text without NUL. */
  readonly value: string;
  /** How often `useNote` has counted. */
  readonly uses: number;
  /** From then on it is as good as gone. */
  readonly until: number;
  readonly done: boolean;
  readonly createdAt: number;
}

/** A denial is written by `deny` alone. */
export type NewNote = Pick<Note, 'key' | 'value' | 'until'> & {
  readonly kind: Exclude<NoteKind, 'denied'>;
};

/** Where a note stands among those of its kind: the oldest first, those of the same age by key. */
export type NotePlace = Pick<Note, 'createdAt' | 'key'>;

/** What Fanfare said about a consumer who may not buy. */
export interface DenialRecord {
  /** Admissions granted up to here may not be claimed any more, nor those whose time is not known. */
  readonly deniedAt: number;
  /** Until when it must be remembered. */
  readonly until: number;
}

/** The part of the ledger that keeps notes. */
export interface Notes {
  /**
   * Writes a note down, unless there is one of this name that is not past: `false`, and nothing has changed.
   *
   * @param mostOpen also `false` when so many of its kind are open already
   */
  addNote(note: NewNote, mostOpen?: number): Promise<boolean>;
  findNote(kind: NoteKind, key: string): Promise<Note | undefined>;
  /** Counts one use, and resolves to the note with it. `undefined`: there is none, it is done or used `limit` times. */
  useNote(kind: NoteKind, key: string, limit: number): Promise<Note | undefined>;
  /** Up to `limit` notes that are not done, the oldest first; with `after`, those behind that place. */
  openNotes(kind: NoteKind, limit: number, after?: NotePlace): Promise<readonly Note[]>;
  /**
   * Marks it done, with `value` in place of its own (default: empty); its name stays taken. `false`: there is none, or it
   * is done already.
   */
  finishNote(kind: NoteKind, key: string, value?: string): Promise<boolean>;
  /**
   * Refuses claims of this consumer from now on. Told again, the later time of each counts. Kept as a note of kind
   * `denied`: its key is SHA-256 (base64url) of the length-prefixed type, distribution and consumer, its value `deniedAt`.
   */
  deny(triple: Triple, denial: DenialRecord): Promise<void>;
}

/** The key of the note that keeps a triple's denial. */
export function denialKey({ distributionType, distributionId, consumerId }: Triple): string {
  const hash = createHash('sha256');
  for (const part of [distributionType, distributionId, consumerId]) {
    hash.update(`${Buffer.byteLength(part)}:${part}`);
  }
  return hash.digest('base64url');
}

/** Whether a note of kind `denied` is about an admission of its triple that was granted at this time. */
export function denies(denial: Note | undefined, admittedAt: number | undefined): boolean {
  if (denial === undefined) return false;
  return admittedAt === undefined || admittedAt <= Number(denial.value);
}
