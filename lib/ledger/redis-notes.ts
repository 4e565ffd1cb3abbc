/** The notes of the Redis ledger. */
import type { Notes } from './note.js';

/** Not kept here yet: whoever asks is told so. */
export abstract class RedisNotes implements Notes {
  readonly addNote = notYet;
  readonly findNote = notYet;
  readonly useNote = notYet;
  readonly openNotes = notYet;
  readonly finishNote = notYet;
  readonly deny = notYet;
}

function notYet(): Promise<never> {
  return Promise.reject(new Error('The redis ledger keeps no notes yet.'));
}
