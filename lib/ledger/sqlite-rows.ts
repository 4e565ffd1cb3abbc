/** Rows in and out of the table: the statements, and what of a row is written into which column. */
import { dueAt } from './delivering.js';
import type { Row } from './row.js';
import type { SqliteValue } from './sqlite-driver.js';
import { NOTE_STATEMENTS } from './sqlite-notes.js';
import { OVERVIEW_STATEMENTS } from './sqlite-overview.js';
import { agesFrom, deletableAt, lapsesAt } from './standing.js';

/** Every statement of the engine, by name. */
export const STATEMENTS = {
  byId: 'SELECT record FROM fanfare_admissions WHERE id = ?',
  neighbours: `SELECT record FROM fanfare_admissions
    WHERE id = ? OR token_hash = ? OR (consumer_id = ? AND distribution_id = ? AND distribution_type = ?)`,
  due: `SELECT record FROM fanfare_admissions WHERE id IN (
      SELECT id FROM fanfare_admissions WHERE due_at <= ?
      ORDER BY expires_at NULLS LAST, since_at, id LIMIT ?)`,
  /** Rows in a state that has not lapsed. */
  listed: `SELECT record FROM fanfare_admissions
    WHERE state = ? AND since_at <= ? AND (lapses_at IS NULL OR lapses_at > ?) ORDER BY since_at, id LIMIT ?`,
  lapsed: 'SELECT record FROM fanfare_admissions WHERE lapses_at <= ? ORDER BY lapses_at, id LIMIT ?',
  purge: `DELETE FROM fanfare_admissions WHERE id IN (
      SELECT id FROM fanfare_admissions WHERE delete_at <= ? LIMIT ?)`,
  // Only the id may be there already: a token that another row holds is an error, not a reason to replace that row.
  put: `INSERT INTO fanfare_admissions
      (id, token_hash, consumer_id, distribution_id, distribution_type, state, since_at, expires_at, lapses_at, due_at,
       delete_at, record)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET token_hash = excluded.token_hash, state = excluded.state,
      since_at = excluded.since_at, expires_at = excluded.expires_at, lapses_at = excluded.lapses_at,
      due_at = excluded.due_at, delete_at = excluded.delete_at, record = excluded.record`,
  lead: 'SELECT record FROM fanfare_lead WHERE one = 1',
  ...NOTE_STATEMENTS,
  ...OVERVIEW_STATEMENTS,
  putLead: 'INSERT INTO fanfare_lead VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET record = excluded.record',
} as const;

/** A row as the values of `put`, in its order. */
export function columnsOf(row: Row): SqliteValue[] {
  const { id, consumerId, distributionId, distributionType, expiresAt } = row.admission;
  return [
    id,
    row.tokenHash ?? null,
    consumerId,
    distributionId,
    distributionType,
    row.state,
    agesFrom(row),
    expiresAt ?? null,
    lapsesAt(row) ?? null,
    row.state === 'ordered' ? dueAt(row) : null,
    deletableAt(row) ?? null,
    JSON.stringify(row),
  ];
}

/** What the column `record` holds: a row, a note, or the lead. */
export function recordOf(selected: unknown): unknown {
  return JSON.parse((selected as { readonly record: string }).record);
}
