/** The notes of the PostgreSQL ledger. */
import type { Notes } from './note.js';

/** Not kept here yet: whoever asks is told so. */
export abstract class PostgresNotes implements Notes {
  readonly addNote = notYet;
  readonly findNote = notYet;
  readonly useNote = notYet;
  readonly openNotes = notYet;
  readonly finishNote = notYet;
  readonly deny = notYet;
}

function notYet(): Promise<never> {
  return Promise.reject(new Error('The postgres ledger keeps no notes yet.'));
}
