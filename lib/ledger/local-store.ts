/** What a ledger needs of a store that answers at once, in this process. */
import type { Admission } from '../admission/admission.js';
import type { OrderedRow } from './delivering.js';
import type { LeadRecord } from './lead.js';
import type { RowQuery } from './ledger.js';
import type { Note, NoteKind, NotePlace } from './note.js';
import type { CountQuery, Counts, SearchKey } from './overview.js';
import type { Row } from './row.js';

/**
 * What a step outlives: `power-cut` is everything that may befall the machine; `crash` is the end of this process, for steps
 * that are simply done again.
 */
export type Outlives = 'power-cut' | 'crash';

/** Where the rows are. Every method may throw; nothing but `open` and `close` is called on a store that is not open. */
export interface LocalStore {
  readonly engine: string;
  /** Idempotent. */
  open(): void;
  /** What an operator should know, one sentence each. */
  warnings(): readonly string[];
  /** Idempotent. */
  close(): void;
  /** Runs `work` while nobody else writes. What it wrote is durable when this returns, and undone when it throws. */
  exclusively<Result>(work: () => Result, outlives: Outlives): Result;
  byId(id: string): Row | undefined;
  /** Every row with this id, this token hash or this triple. */
  neighbours(admission: Admission, tokenHash?: string): readonly Row[];
  /** Ordered rows that may be sent at `now`, the most urgent first. */
  due(now: number, limit: number): readonly OrderedRow[];
  /** Rows as they stand at `now`, the oldest first. */
  list(query: RowQuery, now: number): readonly Row[];
  /** Of rows as they stand at `now`. */
  count(query: CountQuery, now: number): Counts;
  /** Rows whose order was recorded after this time. */
  countOrders(after: number): number;
  /** As they are stored, the newest first. */
  search(key: SearchKey, limit: number): readonly Row[];
  put(row: Row): void;
  /** Deletes at most `limit` rows and notes whose time is over; how many it were. */
  purge(now: number, limit: number): number;
  lead(): LeadRecord | undefined;
  putLead(record: LeadRecord): void;
  /** As it is kept, past or not. */
  note(kind: NoteKind, key: string): Note | undefined;
  /** Notes that are neither done nor past at `now`, by place, behind `after`. */
  openNotes(kind: NoteKind, limit: number, after: NotePlace | undefined, now: number): readonly Note[];
  countOpen(kind: NoteKind, now: number): number;
  putNote(note: Note): void;
}
