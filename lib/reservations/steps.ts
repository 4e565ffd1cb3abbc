/** What can happen to the holds of one admission; each step is one transaction, and the only one at these holds. */
import { randomUUID } from 'node:crypto';
import { FanfareError } from '../errors.js';
import type { Hold } from './hold.js';
import { holdsIn } from './hold.js';
import type { CartLine } from './lines.js';
import type { Statements } from './statements.js';
import type { Step } from './step.js';
import { giveBack, move, movesOf } from './stock.js';

/** What a step leaves, and which of it is new. */
export interface Changed {
  readonly holds: readonly Hold[];
  readonly changed: readonly Hold[];
}

export interface Converting {
  readonly orderId: string;
  /** Absent: all that are held. */
  readonly lines: readonly string[] | undefined;
}

/** What an order took, what it left, and which holds this step has settled. */
export interface Converted {
  readonly converted: readonly Hold[];
  readonly released: readonly Hold[];
  readonly settled: readonly Hold[];
}

/**
 * Holds every line, or none. A line that is held already is brought to what is asked for now, and only the difference
 * moves. `until` tells the end of a hold from the end that it had before.
 */
export function* hold(
  statements: Statements,
  admissionId: string,
  cart: readonly Required<CartLine>[],
  until: (before: number | undefined) => number,
  now: number,
): Step<Changed> {
  const live = yield* liveHolds(statements, admissionId);
  refuseUsed(live);
  const wanted = cart.map((line): Hold => {
    const before = live.find((held) => held.line === line.line);
    const { id = randomUUID(), heldAt = now } = before ?? {};
    return { ...line, id, admissionId, state: 'held', heldAt, expiresAt: until(before?.expiresAt) };
  });
  const replaced = live.filter(({ id }) => wanted.some((one) => one.id === id));
  const short = yield* move(statements, movesOf(wanted, replaced));
  if (short.length > 0) {
    const lines = cart.filter(({ item }) => short.includes(item)).map(({ line }) => line);
    throw new FanfareError('SOLD_OUT', { lines });
  }
  const changed = wanted.filter((one) => !replaced.some((before) => isSame(before, one)));
  for (const one of changed) {
    yield replaced.some(({ id }) => id === one.id) ? statements.change(one) : statements.put(one);
  }
  return { holds: wanted, changed };
}

/** The order's lines are its own for good; whatever else the admission held goes back, since it is used up. */
export function* convert(
  statements: Statements,
  admissionId: string,
  { orderId, lines }: Converting,
  now: number,
): Step<Converted> {
  const live = yield* liveHolds(statements, admissionId);
  refuseUsed(live.filter((one) => one.orderId !== orderId));
  const missing = lines?.filter((line) => !live.some((one) => one.line === line)) ?? [];
  if (live.length === 0 || missing.length > 0) {
    throw new FanfareError('RESERVATION_MISSING', { lines: missing });
  }
  const isOrdered = ({ line }: Hold): boolean => lines?.includes(line) ?? true;
  const held = live.filter(({ state }) => state === 'held');
  const taken = yield* settle(statements, held.filter(isOrdered), { state: 'converted', orderId }, now);
  const left = held.filter((one) => !isOrdered(one));
  const released = yield* settle(statements, left, { state: 'released' }, now);
  yield* giveBack(statements, released);
  const converted = [...live.filter(({ state }) => state === 'converted'), ...taken];
  return { converted, released, settled: [...taken, ...released] };
}

/** Gives back what is held of these lines. */
export function* release(
  statements: Statements,
  admissionId: string,
  lines: readonly string[] | undefined,
  now: number,
): Step<readonly Hold[]> {
  const live = yield* liveHolds(statements, admissionId);
  const held = live.filter(({ state, line }) => state === 'held' && (lines?.includes(line) ?? true));
  return yield* settleBack(statements, held, 'released', now);
}

/** Gives back what is held past its time. */
export function* expire(statements: Statements, admissionId: string, now: number): Step<readonly Hold[]> {
  const live = yield* liveHolds(statements, admissionId);
  const over = live.filter(({ state, expiresAt }) => state === 'held' && expiresAt <= now);
  return yield* settleBack(statements, over, 'expired', now);
}

function* settleBack(
  statements: Statements,
  holds: readonly Hold[],
  state: 'released' | 'expired',
  now: number,
): Step<readonly Hold[]> {
  const settled = yield* settle(statements, holds, { state }, now);
  yield* giveBack(statements, settled);
  return settled;
}

function* settle(
  statements: Statements,
  holds: readonly Hold[],
  outcome: Pick<Hold, 'state' | 'orderId'>,
  now: number,
): Step<readonly Hold[]> {
  for (const { id } of holds) {
    const written = yield statements.settle(id, outcome.state, outcome.orderId ?? null, now);
    if (written.length !== 1) throw new Error(`The hold ${id} was settled by somebody else meanwhile.`);
  }
  return holds.map((one) => ({ ...one, ...outcome, settledAt: now }));
}

/** What stands between an admission's lines and the stock. */
function* liveHolds(statements: Statements, admissionId: string): Step<readonly Hold[]> {
  const all = holdsIn(yield statements.byAdmission(admissionId));
  return all.filter(({ state }) => state === 'held' || state === 'converted');
}

function refuseUsed(holds: readonly Hold[]): void {
  const used = holds.find(({ state }) => state === 'converted');
  if (used?.orderId !== undefined) throw new FanfareError('ADMISSION_USED', { orderId: used.orderId });
}

function isSame(one: Hold, other: Hold): boolean {
  const { id, item, quantity, expiresAt } = one;
  return (
    other.id === id && other.item === item && other.quantity === quantity && other.expiresAt === expiresAt
  );
}
