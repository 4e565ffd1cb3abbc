/** The notes of the PostgreSQL ledger, each step a call of its function in the database. */
import type { Triple } from '../admission/identity.js';
import type { DenialRecord, NewNote, Note, NoteKind, NotePlace, Notes } from './note.js';

export abstract class PostgresNotes implements Notes {
  addNote({ kind, key, value, until }: NewNote, mostOpen?: number): Promise<boolean> {
    return this.step('add_note', [kind, key, value, until, mostOpen]);
  }

  findNote(kind: NoteKind, key: string): Promise<Note | undefined> {
    return this.step('find_note', [kind, key]);
  }

  useNote(kind: NoteKind, key: string, limit: number): Promise<Note | undefined> {
    return this.step('use_note', [kind, key, limit]);
  }

  openNotes(kind: NoteKind, limit: number, after?: NotePlace): Promise<readonly Note[]> {
    return this.step('open_notes', [kind, limit, after?.createdAt, after?.key]);
  }

  finishNote(kind: NoteKind, key: string, value = ''): Promise<boolean> {
    return this.step('finish_note', [kind, key, value]);
  }

  deny(
    { distributionType, distributionId, consumerId }: Triple,
    { deniedAt, until }: DenialRecord,
  ): Promise<void> {
    return this.step('deny', [distributionType, distributionId, consumerId, deniedAt, until]);
  }

  /** Calls a function of the database with these values and the time. */
  protected abstract step<Answer>(name: string, values: readonly unknown[]): Promise<Answer>;
}
