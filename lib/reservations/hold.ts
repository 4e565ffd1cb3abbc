/** A hold: so many of one item kept for one line of one admission's cart, from the stock until it is settled. */
import { compact } from '../admission/compact.js';
import type { Rows } from './step.js';

/**
 * `held` is open; the others are outcomes, and final. `converted`: an order has it. `released`: given back at the
 * merchant's word. `expired`: given back because its time was over.
 */
export type HoldState = 'held' | 'converted' | 'released' | 'expired';

export const HOLD_STATES: readonly HoldState[] = ['held', 'converted', 'released', 'expired'];

/** All times are milliseconds since the epoch, by the engine's clock. */
export interface Hold {
  readonly id: string;
  readonly admissionId: string;
  /** The line of the cart. */
  readonly line: string;
  /** What is held, as in the item column of the stock table. */
  readonly item: string;
  readonly quantity: number;
  readonly state: HoldState;
  readonly heldAt: number;
  /** Until when it is held for sure: a minute past the admission's end. */
  readonly expiresAt: number;
  /** The order attempt that asked for it last, if one did. */
  readonly attemptId?: string;
  /** Only of a converted one. */
  readonly orderId?: string;
  /** When it came to its outcome. */
  readonly settledAt?: number;
}

/** Drivers differ in how they give large numbers: as numbers, as text, as BigInt. */
export function holdsIn(rows: Rows): readonly Hold[] {
  return rows.map((row) =>
    compact({
      id: row['id'] as string,
      admissionId: row['admission_id'] as string,
      line: row['line'] as string,
      item: row['item'] as string,
      quantity: Number(row['quantity']),
      state: row['state'] as HoldState,
      heldAt: Number(row['held_at']),
      expiresAt: Number(row['expires_at']),
      attemptId: (row['attempt_id'] as string | null) ?? undefined,
      orderId: (row['order_id'] as string | null) ?? undefined,
      settledAt: row['settled_at'] === null ? undefined : Number(row['settled_at']),
    }),
  );
}

export function isHeld({ state }: Hold): boolean {
  return state === 'held';
}

export function isConverted({ state }: Hold): boolean {
  return state === 'converted';
}
