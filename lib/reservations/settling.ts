/** How holds come to their outcomes, within a step. */
import { FanfareError } from '../errors.js';
import type { Hold } from './hold.js';
import { holdsIn, isConverted, isHeld } from './hold.js';
import type { Statements } from './statements.js';
import type { Step } from './step.js';
import { giveBack } from './stock.js';

/** What stands between an admission's lines and the stock. */
export function* liveHolds(statements: Statements, admissionId: string): Step<readonly Hold[]> {
  const all = holdsIn(yield statements.byAdmission(admissionId));
  return all.filter((one) => isHeld(one) || isConverted(one));
}

/** An order has used the admission, and it is none but this one that may go on. */
export function refuseUsed(live: readonly Hold[], except?: string): void {
  const orderId = live.find((one) => isConverted(one) && one.orderId !== except)?.orderId;
  if (orderId !== undefined) throw new FanfareError('ADMISSION_USED', { orderId });
}

export function* settle(
  statements: Statements,
  hold: Hold,
  outcome: Pick<Hold, 'state' | 'orderId'>,
  now: number,
): Step<Hold> {
  const written = yield statements.settle(hold.id, outcome.state, outcome.orderId ?? null, now);
  if (written.length !== 1) throw new Error(`The hold ${hold.id} was settled by somebody else meanwhile.`);
  return { ...hold, ...outcome, settledAt: now };
}

export function* settleBack(
  statements: Statements,
  holds: readonly Hold[],
  state: 'released' | 'expired',
  now: number,
): Step<readonly Hold[]> {
  const settled: Hold[] = [];
  for (const one of holds) settled.push(yield* settle(statements, one, { state }, now));
  yield* giveBack(statements, settled);
  return settled;
}
