/**
 * The port every ledger engine implements. Each method is one atomic step: two processes that call it at once see it
 * happen in some order, never half. An engine that cannot be asked rejects; the callers make that `LEDGER_UNAVAILABLE`.
 * Time is the engine's own: no method takes a `now`.
 */
import type { Admission } from '../admission/admission.js';
import type { Triple } from '../admission/identity.js';
import type { Order } from '../admission/order.js';
import type { Notes } from './note.js';
import type { Overview } from './overview.js';
import type { DeliveryProgress, OpenAttempt, Row, RowStateName, UsedRow } from './row.js';

export interface ClaimRequest {
  readonly admission: Admission;
  readonly tokenHash: string;
  readonly sidHash: string;
  /** A new random id for this attempt. */
  readonly attemptId: string;
  readonly owner: string;
  readonly leaseMs: number;
  /** Whether a pending attempt of the same session may be taken over. */
  readonly supersede: boolean;
  /** Whether an unresolved attempt may be taken over (there is no `findOrder` to settle it). */
  readonly takeUnresolved: boolean;
}

export type ClaimOutcome =
  | {
      readonly outcome: 'claimed';
      readonly attempt: OpenAttempt;
      /** The attempt whose place this one took, and in which state it was. */
      readonly took?: { readonly attempt: OpenAttempt; readonly from: 'pending' | 'unresolved' };
    }
  /** `row` stands in the way: this admission's own, one that holds the same token, or one that used up the triple. */
  | { readonly outcome: 'refused'; readonly row: Row }
  /** No row stands in the way, but the consumer has been denied (`deny`) since this admission was granted. */
  | { readonly outcome: 'denied' };

/** Names one attempt of one admission: whoever has both ids speaks for it. */
export interface Holder {
  readonly admissionId: string;
  readonly attemptId: string;
}

/** What became of an attempt that made no order. */
export type AttemptOutcome =
  /** With `unresolvedSince` only while it stands unresolved since then, by the engine's clock: once renewed it runs again. */
  | { readonly to: 'free'; readonly unresolvedSince?: number }
  /** `pendingMs` from now, at most until `notAfter`. */
  | { readonly to: 'pending'; readonly pendingMs: number; readonly notAfter?: number }
  | { readonly to: 'unresolved' };

export type CompletionTarget =
  /** Known in full; a row is made when there is none. */
  | { readonly by: 'admission'; readonly admission: Admission }
  /** Only its id; there must be a row. */
  | { readonly by: 'id'; readonly id: string }
  /** The one row of the triple without an order; `admission` is what to record when the triple has no row at all. */
  | { readonly by: 'triple'; readonly admission: Admission };

export interface CompletionRequest {
  readonly target: CompletionTarget;
  readonly order: Order;
  /** The attempt that made the order, if there is one: only to say afterwards whether it still held the claim. */
  readonly attemptId?: string;
}

export type CompletionOutcome =
  /** `before` is the row as it was, `undefined` when there was none. */
  | { readonly outcome: 'recorded'; readonly row: UsedRow; readonly before: Row | undefined }
  /** This very order was recorded already. */
  | { readonly outcome: 'same'; readonly row: UsedRow }
  /** Another order was first. */
  | { readonly outcome: 'used'; readonly row: UsedRow }
  /** Several rows of the triple are without an order. */
  | { readonly outcome: 'ambiguous' }
  /** No row has this id. */
  | { readonly outcome: 'missing' };

/** One completion, leased to whoever took it. */
export interface DueDelivery {
  readonly row: Extract<Row, { readonly state: 'ordered' }>;
  readonly leaseId: string;
  /** The engine's time when it was taken. */
  readonly takenAt: number;
}

/** What came of one attempt to tell Fanfare. */
export type DeliveryOutcome =
  | { readonly to: 'delivered' }
  | { readonly to: 'ordered'; readonly delivery: Omit<DeliveryProgress, 'lease'> }
  | { readonly to: 'dead'; readonly delivery: Omit<DeliveryProgress, 'lease'> };

/** One process's word that it does the ledger's background work, and what the next one to do it should know. */
export interface LeadRequest {
  readonly owner: string;
  /** The same from everybody; 0 gives the lead up. */
  readonly leaseMs: number;
  /** At most 64 KB of text; absent: what is kept stays. */
  readonly memo?: string;
}

/** `memo` is what was kept last, by whoever led before. */
export type Lead = { readonly leads: true; readonly memo?: string } | { readonly leads: false };

export interface RowQuery {
  readonly states: readonly RowStateName[];
  /** Only rows that have not changed hands for this long: unresolved by `since`, ordered by `completedAt`, others by `updatedAt`. */
  readonly olderThanMs?: number;
  /** At most this many, the oldest first. */
  readonly limit: number;
}

export interface Ledger extends Notes, Overview {
  /** For messages: `memory`, `sqlite`, … */
  readonly engine: string;
  /**
   * Opens what there is to open and checks that it is safe; idempotent. Other methods do it on first need. Rejects when
   * orders would be lost; resolves to what an operator should know all the same, one sentence each.
   */
  open(): Promise<readonly string[]>;
  /** The row as it stands now: an attempt past its lease or its pending time is read as unresolved. */
  find(admissionId: string): Promise<Row | undefined>;
  /** Every row of these three ids, as it stands, in no order; for who knows an admission by them alone. */
  rowsOf(triple: Triple): Promise<readonly Row[]>;
  claim(request: ClaimRequest): Promise<ClaimOutcome>;
  /** Extends the lease of an active attempt. `false`: it does not hold the claim any more. */
  renew(holder: Holder, leaseMs: number): Promise<boolean>;
  /** Keeps the merchant's reference with an open attempt. `false`: it is not open any more. */
  defer(holder: Holder, reference: string): Promise<boolean>;
  /** Ends or parks an open attempt (active, pending or unresolved). `false`: it is not the open attempt any more. */
  settle(holder: Holder, outcome: AttemptOutcome): Promise<boolean>;
  /** Throws a `TypeError` that says why no order can be recorded inside this: it is no open transaction of this engine's. */
  checkTransaction(transaction: unknown): void;
  /** Records an order, first one wins. Durable when it resolves, unless a transaction was handed in. */
  complete(request: CompletionRequest, transaction?: unknown): Promise<CompletionOutcome>;
  /**
   * Leases up to `limit` due completions, nearest `expiresAt` first. A lease that nobody settled in time counts as a
   * crash of its sender (`delivery.crashes`).
   */
  takeDue(limit: number, leaseMs: number): Promise<readonly DueDelivery[]>;
  /** Leases this completion, due or not. `undefined`: it is not waiting to be sent, or somebody is sending it. */
  take(admissionId: string, leaseMs: number): Promise<DueDelivery | undefined>;
  /** Writes down what came of it. `false`: the lease is not ours any more, nothing was written. */
  settleDelivery(admissionId: string, leaseId: string, outcome: DeliveryOutcome): Promise<boolean>;
  /** Puts an unleased ordered row, or a dead one, back on the schedule. `false`: there is no such row. */
  reschedule(admissionId: string, delivery: Omit<DeliveryProgress, 'lease'>): Promise<boolean>;
  /** Gives a dead completion up for good, at an operator's word. `false`: there is no such row. */
  discard(admissionId: string): Promise<boolean>;
  /**
   * Takes or keeps the lead in the background work: it is free, lapsed, the owner's own, or has more than two leases left,
   * so that the engine's clock was set back since.
   */
  lead(request: LeadRequest): Promise<Lead>;
  list(query: RowQuery): Promise<readonly Row[]>;
  /**
   * Deletes free rows 24 hours after the end of their admission; 400 days after their order or their lapse, rows that
   * are delivered or discarded and attempts nobody ever settled; notes past their time. Ordered and dead rows stay.
   * Resolves to how many rows and notes it were.
   */
  purge(): Promise<number>;
  close(): Promise<void>;
}
