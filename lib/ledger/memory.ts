/** The ledger for tests and tries: everything in this process's memory, and gone with it. */
import type { Admission } from '../admission/admission.js';
import type { Triple } from '../admission/identity.js';
import type { Clock } from '../clock.js';
import { systemClock } from '../clock.js';
import type { OrderedRow } from './delivering.js';
import { frozenCopy } from './frozen-copy.js';
import type { LeadRecord } from './lead.js';
import type { Ledger, RowQuery } from './ledger.js';
import type { LocalStore } from './local-store.js';
import { LocalLedger } from './local-ledger.js';
import { MemoryNotes } from './memory-notes.js';
import { checkNames } from './engine-options.js';
import type { Note, NoteKind, NotePlace } from './note.js';
import { countOrders, countRows, searchRows } from './overseeing.js';
import type { CountQuery, Counts, SearchKey } from './overview.js';
import type { Row } from './row.js';
import { agesFrom, byAge, deletableAt, standing } from './standing.js';
import { WaitingOrders } from './waiting-orders.js';

export interface MemoryLedgerOptions {
  /** The engine's time; default: the machine's. */
  readonly clock?: Clock;
  /** Permits `NODE_ENV=production`; default `false`, since a restart forgets every order. */
  readonly allowInProduction?: boolean;
}

/**
 * A ledger in memory. Orders and claims are forgotten when the process ends and unknown to other processes, so it throws
 * a `TypeError` when `NODE_ENV` is `production`, unless `allowInProduction` is `true`.
 */
export function memoryLedger(options: MemoryLedgerOptions = {}): Ledger {
  checkNames('memoryLedger', options, ['clock', 'allowInProduction']);
  if (process.env['NODE_ENV'] === 'production' && options.allowInProduction !== true) {
    throw new TypeError(
      'memoryLedger would forget every order at a restart, so it does not run with NODE_ENV=production. ' +
        'Use sqliteLedger from "express-fanfare/sqlite", or set "allowInProduction: true" if losing orders is acceptable.',
    );
  }
  return new LocalLedger(new MemoryStore(), options.clock ?? systemClock);
}

class MemoryStore implements LocalStore {
  readonly engine = 'memory';
  readonly #rows = new Map<string, Row>();
  readonly #idByToken = new Map<string, string>();
  readonly #idsByTriple = new Map<string, Set<string>>();
  readonly #waiting = new WaitingOrders();
  readonly #notes = new MemoryNotes();
  #lead: LeadRecord | undefined;

  open(): void {
    // Nothing to open: the maps are there from the start.
  }

  warnings(): readonly string[] {
    return [];
  }

  close(): void {
    this.#rows.clear();
    this.#idByToken.clear();
    this.#idsByTriple.clear();
    this.#waiting.clear();
    this.#notes.clear();
  }

  exclusively<Result>(work: () => Result): Result {
    return work();
  }

  byId(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  neighbours(admission: Admission, tokenHash?: string): readonly Row[] {
    const sameToken = tokenHash === undefined ? undefined : this.#idByToken.get(tokenHash);
    const ids = new Set([
      admission.id,
      ...(sameToken === undefined ? [] : [sameToken]),
      ...(this.#idsByTriple.get(tripleKey(admission)) ?? []),
    ]);
    return [...ids].map((id) => this.#rows.get(id)).filter((row) => row !== undefined);
  }

  due(now: number, limit: number): readonly OrderedRow[] {
    return this.#waiting.due(now, limit);
  }

  list({ states, olderThanMs = 0, limit }: RowQuery, now: number): readonly Row[] {
    return [...this.#rows.values()]
      .map((row) => standing(row, now))
      .filter((row) => states.includes(row.state) && agesFrom(row) <= now - olderThanMs)
      .sort(byAge)
      .slice(0, limit);
  }

  count(query: CountQuery, now: number): Counts {
    return countRows(this.#rows.values(), query, now);
  }

  countOrders(after: number): number {
    return countOrders(this.#rows.values(), after);
  }

  search(key: SearchKey, limit: number): readonly Row[] {
    return searchRows(this.#rows.values(), key, limit);
  }

  put(given: Row): void {
    const { id } = given.admission;
    const before = this.#rows.get(id);
    const row = frozenCopy(given, before);
    this.#rows.set(id, row);
    if (row.tokenHash !== undefined) this.#idByToken.set(row.tokenHash, id);
    if (before === undefined) this.#addToTriple(row);
    this.#waiting.put(row, before);
  }

  purge(now: number, limit: number): number {
    const over = [...this.#rows.values()].filter((row) => (deletableAt(row) ?? Infinity) <= now);
    for (const row of over.slice(0, limit)) this.#delete(row);
    const past = this.#notes.purge(now, Math.max(0, limit - over.length));
    return Math.min(over.length + past, limit);
  }

  lead(): LeadRecord | undefined {
    return this.#lead;
  }

  putLead(record: LeadRecord): void {
    this.#lead = record;
  }

  note(kind: NoteKind, key: string): Note | undefined {
    return this.#notes.find(kind, key);
  }

  openNotes(kind: NoteKind, limit: number, after: NotePlace | undefined, now: number): readonly Note[] {
    return this.#notes.open(kind, limit, after, now);
  }

  countOpen(kind: NoteKind, now: number): number {
    return this.#notes.countOpen(kind, now);
  }

  putNote(note: Note): void {
    this.#notes.put(note);
  }

  #addToTriple({ admission }: Row): void {
    const key = tripleKey(admission);
    this.#idsByTriple.set(key, (this.#idsByTriple.get(key) ?? new Set()).add(admission.id));
  }

  #delete(row: Row): void {
    const { id } = row.admission;
    this.#rows.delete(id);
    if (row.tokenHash !== undefined) this.#idByToken.delete(row.tokenHash);
    const key = tripleKey(row.admission);
    const ids = this.#idsByTriple.get(key);
    ids?.delete(id);
    if (ids?.size === 0) this.#idsByTriple.delete(key);
  }
}

function tripleKey({ distributionType, distributionId, consumerId }: Triple): string {
  return JSON.stringify([distributionType, distributionId, consumerId]);
}
