/** Notes in and out of their table: the statements, and what of a note is written into which column. */
import type { Note } from './note.js';
import type { SqliteValue } from './sqlite-driver.js';

/** Every statement about notes, by name. */
export const NOTE_STATEMENTS = {
  note: 'SELECT record FROM fanfare_notes WHERE kind = ? AND key = ?',
  openNotes: `SELECT record FROM fanfare_notes
    WHERE kind = ? AND done = 0 AND until > ? AND (created_at, key) > (?, ?) ORDER BY created_at, key LIMIT ?`,
  countOpen: 'SELECT count(*) AS number FROM fanfare_notes WHERE kind = ? AND done = 0 AND until > ?',
  putNote: `INSERT INTO fanfare_notes (kind, key, created_at, until, done, record) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (kind, key) DO UPDATE SET created_at = excluded.created_at, until = excluded.until,
      done = excluded.done, record = excluded.record`,
  purgeNotes: `DELETE FROM fanfare_notes WHERE (kind, key) IN (
      SELECT kind, key FROM fanfare_notes WHERE until <= ? LIMIT ?)`,
} as const;

/** A note as the values of `putNote`, in its order. */
export function columnsOfNote(note: Note): SqliteValue[] {
  return [note.kind, note.key, note.createdAt, note.until, Number(note.done), JSON.stringify(note)];
}
