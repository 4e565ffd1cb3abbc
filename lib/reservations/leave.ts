/** Nobody may give back, or make less, what an order attempt may be paying for, or an order has. Pure. */
import { FanfareError } from '../errors.js';
import { isLink } from '../ledger/link.js';
import type { OpenAttempt, Row } from '../ledger/row.js';
import { isUsed } from '../ledger/row.js';
import type { Hold } from './hold.js';

/** What a step would take from holds of an admission, and has not, since the ledger is to be asked first. */
export class LeaveNeeded {
  /** The holds, each with the attempt that asked for it last: leave is good for just this. */
  readonly marks: string;

  constructor(holds: readonly Hold[]) {
    this.marks = holds.map(({ id, attemptId = '' }) => `${id} ${attemptId}`).join();
  }
}

/** @param leave what the ledger has been asked about, and said yes to */
export function leaveNeeded(holds: readonly Hold[], leave: LeaveNeeded | undefined): LeaveNeeded | undefined {
  const needed = new LeaveNeeded(holds);
  return holds.length === 0 || needed.marks === leave?.marks ? undefined : needed;
}

/** Whether an order may still come of it: then its holds are left alone, whatever the time. */
export function openAttempt(row: Row | undefined): OpenAttempt | undefined {
  return row !== undefined && 'attempt' in row && !isLink(row.attempt) ? row.attempt : undefined;
}

/**
 * Throws where this attempt, or somebody without one, may take nothing from the holds of the row's admission:
 * `ADMISSION_USED`, since what is held still is the order's, or `ADMISSION_IN_USE`.
 */
export function refuseLeave(row: Row | undefined, attemptId: string | undefined): void {
  if (row !== undefined && isUsed(row)) {
    throw new FanfareError('ADMISSION_USED', { orderId: row.order.orderId });
  }
  const open = openAttempt(row);
  if (open === undefined) return;
  // Its own handler may change the cart, until it has a payment or has answered.
  const isOwn = row?.state === 'active' && open.id === attemptId && open.reference === undefined;
  if (!isOwn) throw new FanfareError('ADMISSION_IN_USE');
}
