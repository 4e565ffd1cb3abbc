/** The rows in a SQLite file, one prepared statement per question. */
import type { Admission } from '../admission/admission.js';
import type { OrderedRow } from './delivering.js';
import { byUrgency } from './delivering.js';
import type { LeadRecord } from './lead.js';
import type { RowQuery } from './ledger.js';
import type { LocalStore, Outlives } from './local-store.js';
import type { Note, NoteKind, NotePlace } from './note.js';
import type { CountQuery, Counts, SearchKey } from './overview.js';
import type { Row, RowStateName } from './row.js';
import { connect, type Connection, type SqliteSettings } from './sqlite-connection.js';
import type { SqliteStatement, SqliteValue } from './sqlite-driver.js';
import { columnsOfNote } from './sqlite-notes.js';
import { countBy, searching } from './sqlite-overview.js';
import { warningsOfPlace } from './sqlite-place.js';
import { columnsOf, recordOf, STATEMENTS } from './sqlite-rows.js';
import { inTransaction } from './sqlite-schema.js';
import { byAge, standing } from './standing.js';

export class SqliteStore implements LocalStore {
  readonly engine = 'sqlite';
  readonly #settings: SqliteSettings;
  #connection: Connection | undefined;

  constructor(settings: SqliteSettings) {
    this.#settings = settings;
  }

  open(): void {
    this.#opened();
  }

  warnings(): readonly string[] {
    return warningsOfPlace(this.#settings.file);
  }

  close(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.database.close();
  }

  exclusively<Result>(work: () => Result, outlives: Outlives): Result {
    const { database, checkFile } = this.#opened();
    database.exec(`PRAGMA synchronous = ${outlives === 'power-cut' ? 'FULL' : 'NORMAL'}`);
    return inTransaction(database, () => {
      const result = work();
      checkFile();
      return result;
    });
  }

  byId(id: string): Row | undefined {
    return this.#record('byId', id) as Row | undefined;
  }

  neighbours(admission: Admission, tokenHash?: string): readonly Row[] {
    const { id, consumerId, distributionId, distributionType } = admission;
    return this.#rows('neighbours', id, tokenHash ?? null, consumerId, distributionId, distributionType);
  }

  due(now: number, limit: number): readonly OrderedRow[] {
    return (this.#rows('due', now, limit) as OrderedRow[]).sort(byUrgency);
  }

  list({ states, olderThanMs = 0, limit }: RowQuery, now: number): readonly Row[] {
    const before = now - olderThanMs;
    const inStates = [...new Set<RowStateName>(states)].flatMap((state) =>
      this.#rows('listed', state, before, now, limit),
    );
    const lapsed = states.includes('unresolved') ? this.#rows('lapsed', Math.min(now, before), limit) : [];
    return [...inStates, ...lapsed]
      .map((row) => standing(row, now))
      .sort(byAge)
      .slice(0, limit);
  }

  count(query: CountQuery, now: number): Counts {
    return countBy((...asked) => this.#number(...asked), query, now);
  }

  countOrders(after: number): number {
    return this.#number('ordersAfter', after);
  }

  search(key: SearchKey, limit: number): readonly Row[] {
    return this.#rows(...searching(key), limit);
  }

  put(row: Row): void {
    this.#changed('put', ...columnsOf(row));
  }

  purge(now: number, limit: number): number {
    const rows = this.#changed('purge', now, limit);
    return rows + this.#changed('purgeNotes', now, limit - rows);
  }

  lead(): LeadRecord | undefined {
    return this.#record('lead') as LeadRecord | undefined;
  }

  putLead(record: LeadRecord): void {
    this.#changed('putLead', JSON.stringify(record));
  }

  note(kind: NoteKind, key: string): Note | undefined {
    return this.#record('note', kind, key) as Note | undefined;
  }

  openNotes(kind: NoteKind, limit: number, after: NotePlace | undefined, now: number): readonly Note[] {
    const { createdAt, key } = after ?? { createdAt: -1, key: '' };
    return this.#records('openNotes', kind, now, createdAt, key, limit) as Note[];
  }

  countOpen(kind: NoteKind, now: number): number {
    return this.#number('countOpen', kind, now);
  }

  putNote(note: Note): void {
    this.#changed('putNote', ...columnsOfNote(note));
  }

  #record(name: keyof typeof STATEMENTS, ...values: SqliteValue[]): unknown {
    const selected = this.#prepared(name).get(...values);
    // Drivers differ: one says undefined, the other may say null.
    return selected ? recordOf(selected) : undefined;
  }

  #rows(name: keyof typeof STATEMENTS, ...values: SqliteValue[]): Row[] {
    return this.#records(name, ...values) as Row[];
  }

  #records(name: keyof typeof STATEMENTS, ...values: SqliteValue[]): unknown[] {
    return Array.from(this.#prepared(name).all(...values), recordOf);
  }

  #number(name: keyof typeof STATEMENTS, ...values: SqliteValue[]): number {
    return Number((this.#prepared(name).get(...values) as { readonly number: number | bigint }).number);
  }

  /** How many records a statement has written or deleted. */
  #changed(name: keyof typeof STATEMENTS, ...values: SqliteValue[]): number {
    return Number(this.#prepared(name).run(...values).changes);
  }

  #prepared(name: keyof typeof STATEMENTS): SqliteStatement {
    const { database, statements } = this.#opened();
    const known = statements.get(name);
    if (known !== undefined) return known;
    const statement = database.prepare(STATEMENTS[name]);
    statements.set(name, statement);
    return statement;
  }

  #opened(): Connection {
    return (this.#connection ??= connect(this.#settings));
  }
}
