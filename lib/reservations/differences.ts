/** Where holds, stock and orders do not go together. Pure. */
import { compact } from '../admission/compact.js';
import type { Row } from '../ledger/row.js';
import { isUsed } from '../ledger/row.js';
import { type Hold, isConverted, isHeld } from './hold.js';
import { openAttempt } from './leave.js';

/**
 * `overdue`: held past its time, and no order attempt is open: `sweep` is not called.
 * `unresolved`: held past its time for an order attempt that nobody knows the outcome of.
 * `not_converted`: the ledger knows an order, and its holds are still open.
 * `sold_unheld`: the ledger knows an order, and everything that was held for it has been given back.
 * `no_order`: converted, and the ledger knows no such order.
 * `no_stock_row`: the stock table has no row for an item that is held or sold.
 * `negative_stock`: fewer than none.
 * `wrong_sum`: what is there, held and sold is not the total; `by` says how many too many there are.
 */
export type DifferenceKind =
  | ('overdue' | 'unresolved' | 'not_converted' | 'sold_unheld' | 'no_order')
  | ('no_stock_row' | 'negative_stock' | 'wrong_sum');

export interface Difference {
  readonly kind: DifferenceKind;
  readonly item?: string;
  readonly by?: number;
  readonly admissionId?: string;
  readonly orderId?: string;
}

/** How an item stands. */
export interface ItemCount {
  readonly item: string;
  /** What the stock table says; absent when it has no row. */
  readonly available?: number;
  readonly held: number;
  /** Converted. */
  readonly sold: number;
  /** Where the stock table has a column for it. */
  readonly total?: number;
}

export function differencesOfItem({ item, available, held, sold, total }: ItemCount): readonly Difference[] {
  if (available === undefined) return held + sold > 0 ? [{ kind: 'no_stock_row', item }] : [];
  const by = total === undefined ? 0 : available + held + sold - total;
  return [
    ...(available < 0 ? ([{ kind: 'negative_stock', item }] as const) : []),
    ...(by === 0 ? [] : ([{ kind: 'wrong_sum', item, by }] as const)),
  ];
}

/** @param row the admission's, as the ledger has it; `holds` are all of that admission's */
export function differencesOfAdmission(
  admissionId: string,
  holds: readonly Hold[],
  row: Row | undefined,
  now: number,
): readonly Difference[] {
  const kinds =
    row !== undefined && isUsed(row) ? ofOrdered(holds, row.order.orderId) : ofOpen(holds, row, now);
  const orderId = row !== undefined && isUsed(row) ? row.order.orderId : holds.find(isConverted)?.orderId;
  return kinds.map((kind) => compact({ kind, admissionId, orderId }));
}

function ofOrdered(holds: readonly Hold[], orderId: string): readonly DifferenceKind[] {
  const sold = holds.filter(isConverted);
  return [
    ...(holds.some(isHeld) ? (['not_converted'] as const) : []),
    ...(sold.some((one) => one.orderId !== orderId) ? (['no_order'] as const) : []),
    ...(sold.length === 0 && !holds.some(isHeld) ? (['sold_unheld'] as const) : []),
  ];
}

function ofOpen(holds: readonly Hold[], row: Row | undefined, now: number): readonly DifferenceKind[] {
  const isOver = holds.some((one) => isHeld(one) && one.expiresAt <= now);
  return [...(holds.some(isConverted) ? (['no_order'] as const) : []), ...(isOver ? ofOver(row) : [])];
}

function ofOver(row: Row | undefined): readonly DifferenceKind[] {
  if (openAttempt(row) === undefined) return ['overdue'];
  return row?.state === 'unresolved' ? ['unresolved'] : [];
}
