/**
 * The durable record: one row per admission, and the states it can be in.
 *
 * ```
 *             claim            answered without an order          release
 *   (none) ─────────▶ active ────────────────────────────▶ pending ───────▶ free ──▶ active …
 *                       │ lease over          │ time over
 *                       └──────▶ unresolved ◀─┘   (settled by findOrder, or taken by a new claim)
 *   any of these, and no row at all ── complete ──▶ ordered ──▶ delivered | dead
 *                                                      ▲ retry ───┘  └─▶ discarded
 * ```
 * All times are milliseconds since the epoch, by the engine's clock.
 */
import type { Admission } from '../admission/admission.js';
import type { Order } from '../admission/order.js';

/** An order attempt that has begun and has no outcome yet. */
export interface OpenAttempt {
  readonly number: number;
  readonly id: string;
  /** Which process runs it. */
  readonly owner: string;
  readonly startedAt: number;
  /** What `deferAdmission` kept. */
  readonly reference?: string;
}

export interface RecordedOrder extends Order {
  readonly completedAt: number;
}

/** How far telling Fanfare has come. */
export interface DeliveryProgress {
  /** Attempts that count towards the schedule. */
  readonly attempts: number;
  readonly nextAttemptAt: number;
  /** Since when Fanfare has refused this completion without a break. */
  readonly refusedSince?: number;
  readonly lastStatus?: number;
  /** Short and safe to log. */
  readonly lastReason?: string;
  /** How many leases in a row ended without a word: whoever sent it died. */
  readonly crashes?: number;
  /** Who is sending it right now, and until when nobody else may. */
  readonly lease?: { readonly id: string; readonly until: number };
}

export type RowState =
  | { readonly state: 'free' }
  | { readonly state: 'active'; readonly attempt: OpenAttempt; readonly leaseUntil: number }
  | { readonly state: 'pending'; readonly attempt: OpenAttempt; readonly pendingUntil: number }
  | { readonly state: 'unresolved'; readonly attempt: OpenAttempt; readonly since: number }
  | { readonly state: 'ordered'; readonly order: RecordedOrder; readonly delivery: DeliveryProgress }
  | { readonly state: 'delivered'; readonly order: RecordedOrder; readonly deliveredAt: number }
  | { readonly state: 'dead'; readonly order: RecordedOrder; readonly delivery: DeliveryProgress }
  | { readonly state: 'discarded'; readonly order: RecordedOrder; readonly discardedAt: number };

export type Row = RowState & {
  readonly admission: Admission;
  /** SHA-256 (base64url) of the token that made the first claim: a second unique key, so that one token under two spellings of its ids is still one. */
  readonly tokenHash?: string;
  /** SHA-256 (base64url) of the session that made the latest attempt. */
  readonly sidHash?: string;
  /** The latest attempt's number; 0 before the first. */
  readonly attempts: number;
  /** Only on a row made from three ids alone: every admission of the triple granted up to here is used up by it. */
  readonly usesUpBefore?: number;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export type RowStateName = RowState['state'];

/** A row that an order has used, for good. */
export type UsedRow = Extract<Row, { readonly order: RecordedOrder }>;

export function isUsed(row: Row): row is UsedRow {
  return 'order' in row;
}
