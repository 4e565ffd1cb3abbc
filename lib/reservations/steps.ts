/** What can happen to the holds of one admission; each step is one transaction, and the only one at these holds. */
import { randomUUID } from 'node:crypto';
import { compact } from '../admission/compact.js';
import { FanfareError } from '../errors.js';
import type { Hold } from './hold.js';
import { isHeld } from './hold.js';
import { type LeaveNeeded, leaveNeeded } from './leave.js';
import type { CartLine } from './lines.js';
import { liveHolds, refuseUsed, settleBack } from './settling.js';
import type { Statements } from './statements.js';
import type { Step } from './step.js';
import { move, movesOf } from './stock.js';

/** What a step leaves, and which of it is new. */
export interface Changed {
  readonly holds: readonly Hold[];
  readonly changed: readonly Hold[];
}

export interface Holding {
  readonly cart: readonly Required<CartLine>[];
  /** Tells the end of a hold from the end that it had before. */
  readonly until: (before: number | undefined) => number;
  /** The attempt that asks, if one does. */
  readonly attemptId: string | undefined;
  readonly leave: LeaveNeeded | undefined;
}

/** Holds every line, or none. A line that is held already is brought to what is asked for now; the difference moves. */
export function* hold(
  statements: Statements,
  admissionId: string,
  { cart, until, attemptId, leave }: Holding,
  now: number,
): Step<Changed | LeaveNeeded> {
  const live = yield* liveHolds(statements, admissionId);
  refuseUsed(live);
  const wanted = cart.map((line): Hold => {
    const before = live.find((held) => held.line === line.line);
    const { id = randomUUID(), heldAt = now } = before ?? {};
    const asks = compact({ attemptId: attemptId ?? before?.attemptId });
    return { ...line, id, admissionId, state: 'held', heldAt, expiresAt: until(before?.expiresAt), ...asks };
  });
  const replaced = live.filter(({ id }) => wanted.some((one) => one.id === id));
  const needed = leaveNeeded(
    replaced.filter((before) => wanted.some((one) => takesFrom(before, one))),
    leave,
  );
  if (needed !== undefined) return needed;
  yield* takeAll(statements, cart, movesOf(wanted, replaced));
  yield* write(statements, wanted, replaced);
  return { holds: wanted, changed: wanted.filter((one) => !replaced.some((before) => isSame(before, one))) };
}

/** Gives back what is held of these lines. */
export function* release(
  statements: Statements,
  admissionId: string,
  {
    lines,
    leave,
  }: { readonly lines: readonly string[] | undefined; readonly leave: LeaveNeeded | undefined },
  now: number,
): Step<readonly Hold[] | LeaveNeeded> {
  const live = yield* liveHolds(statements, admissionId);
  const held = live.filter((one) => isHeld(one) && (lines?.includes(one.line) ?? true));
  return leaveNeeded(held, leave) ?? (yield* settleBack(statements, held, 'released', now));
}

/** Gives back what is held past its time. */
export function* expire(statements: Statements, admissionId: string, now: number): Step<readonly Hold[]> {
  const live = yield* liveHolds(statements, admissionId);
  const over = live.filter((one) => isHeld(one) && one.expiresAt <= now);
  return yield* settleBack(statements, over, 'expired', now);
}

function* takeAll(
  statements: Statements,
  cart: readonly Required<CartLine>[],
  moves: ReturnType<typeof movesOf>,
): Step<void> {
  const short = yield* move(statements, moves);
  if (short.length === 0) return;
  const lines = cart.filter(({ item }) => short.includes(item)).map(({ line }) => line);
  throw new FanfareError('SOLD_OUT', { lines });
}

/** Which attempt asks is written even where nothing moves: it takes the leave from whoever has asked the ledger before. */
function* write(statements: Statements, wanted: readonly Hold[], replaced: readonly Hold[]): Step<void> {
  for (const one of wanted) {
    const before = replaced.find(({ id }) => id === one.id);
    if (before === undefined) yield statements.put(one);
    else if (!isSame(before, one) || before.attemptId !== one.attemptId) yield statements.change(one);
  }
}

function takesFrom(before: Hold, { id, item, quantity }: Hold): boolean {
  return before.id === id && (before.item !== item || before.quantity > quantity);
}

function isSame(one: Hold, other: Hold): boolean {
  const { id, item, quantity, expiresAt } = one;
  return (
    other.id === id && other.item === item && other.quantity === quantity && other.expiresAt === expiresAt
  );
}
