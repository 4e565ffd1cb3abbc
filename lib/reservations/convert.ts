/** What an order takes for good, and what it leaves; one transaction. */
import { randomUUID } from 'node:crypto';
import { FanfareError } from '../errors.js';
import type { Hold } from './hold.js';
import { isConverted, isHeld } from './hold.js';
import type { CartLine } from './lines.js';
import { liveHolds, refuseUsed, settle } from './settling.js';
import type { Statements } from './statements.js';
import type { Step } from './step.js';
import { giveBack } from './stock.js';

export interface Converting {
  readonly orderId: string;
  /** What was ordered; absent: nobody knows, so all that is held. */
  readonly lines: readonly Required<CartLine>[] | undefined;
}

/** What an order took, what it left, and which holds this step has settled. */
export interface Converted {
  readonly converted: readonly Hold[];
  readonly released: readonly Hold[];
  readonly settled: readonly Hold[];
}

/** The order's lines are its own for good; whatever else the admission held goes back, since it is used up. */
export function* convert(
  statements: Statements,
  admissionId: string,
  { orderId, lines }: Converting,
  now: number,
): Step<Converted> {
  const live = yield* liveHolds(statements, admissionId);
  refuseUsed(live, orderId);
  refuseMissing(live, lines ?? []);
  const taken: Hold[] = [];
  const released: Hold[] = [];
  for (const one of live.filter(isHeld)) {
    const quantity = orderedOf(one, lines);
    if (quantity === 0) {
      released.push(yield* settle(statements, one, { state: 'released' }, now));
      continue;
    }
    if (quantity < one.quantity) released.push(yield* cutOff(statements, one, quantity, now));
    taken.push(yield* settle(statements, { ...one, quantity }, { state: 'converted', orderId }, now));
  }
  yield* giveBack(statements, released);
  return {
    converted: [...live.filter(isConverted), ...taken],
    released,
    settled: [...taken, ...released],
  };
}

/** A line may have been given back or made less since it was ordered, or be of another item now. */
function refuseMissing(live: readonly Hold[], ordered: readonly Required<CartLine>[]): void {
  const missing = ordered
    .map((line) => ({ ...line, quantity: line.quantity - (heldFor(live, line)?.quantity ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
  if (missing.length === 0) return;
  throw new FanfareError('RESERVATION_MISSING', { lines: missing.map(({ line }) => line), missing });
}

function heldFor(live: readonly Hold[], { line, item }: Required<CartLine>): Hold | undefined {
  return live.find((one) => one.line === line && one.item === item);
}

function orderedOf(held: Hold, lines: Converting['lines']): number {
  if (lines === undefined) return held.quantity;
  const ordered = lines.find(({ line, item }) => line === held.line && item === held.item);
  return Math.min(held.quantity, ordered?.quantity ?? 0);
}

/** Leaves so many in a hold; the rest is a hold of its own, given back. */
function* cutOff(statements: Statements, hold: Hold, quantity: number, now: number): Step<Hold> {
  const rest = {
    id: randomUUID(),
    quantity: hold.quantity - quantity,
    state: 'released',
    settledAt: now,
  } as const;
  yield statements.change({ ...hold, quantity });
  yield statements.put({ ...hold, ...rest });
  return { ...hold, ...rest };
}
