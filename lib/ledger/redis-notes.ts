/** The notes of the Redis ledger, each step a script. */
import type { Triple } from '../admission/identity.js';
import type { DenialRecord, NewNote, Note, NoteKind, NotePlace, Notes } from './note.js';
import { denialKey } from './note.js';
import { ADD_NOTE, DENY, FIND_NOTE, FINISH_NOTE, OPEN_NOTES, USE_NOTE } from './redis-note-scripts.js';
import type { Script } from './redis-script.js';
import { atLeastNone } from './redis-script.js';

export abstract class RedisNotes implements Notes {
  addNote({ kind, key, value, until }: NewNote, mostOpen?: number): Promise<boolean> {
    return this.done(ADD_NOTE, { kind, key, value, until, mostOpen });
  }

  async findNote(kind: NoteKind, key: string): Promise<Note | undefined> {
    return (await this.told(FIND_NOTE, { kind, key })) as Note | undefined;
  }

  async useNote(kind: NoteKind, key: string, limit: number): Promise<Note | undefined> {
    return (await this.told(USE_NOTE, { kind, key, limit })) as Note | undefined;
  }

  async openNotes(kind: NoteKind, limit: number, after?: NotePlace): Promise<readonly Note[]> {
    const behind = after && { createdAt: after.createdAt, key: after.key };
    const request = { kind, limit: atLeastNone(limit), after: behind };
    return (await this.tellsAll(OPEN_NOTES, request)) as Note[];
  }

  finishNote(kind: NoteKind, key: string, value = ''): Promise<boolean> {
    return this.done(FINISH_NOTE, { kind, key, value });
  }

  async deny(triple: Triple, { deniedAt, until }: DenialRecord): Promise<void> {
    await this.done(DENY, { key: denialKey(triple), deniedAt, until });
  }

  /** Whether the script has done what it was asked. */
  protected abstract done(script: Script, request: object): Promise<boolean>;
  /** What it tells of, if anything. */
  protected abstract told(script: Script, request: object): Promise<unknown>;
  /** The list it tells of. */
  protected abstract tellsAll(script: Script, request: object): Promise<unknown[]>;
}
