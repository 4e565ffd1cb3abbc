/** How an order and the claim on its admission went together. Pure. */
import type { FanfareEvent } from '../events.js';
import type { Row } from '../ledger/row.js';

/** What the ledger held for the admission when the order came. */
export type ClaimStanding = Extract<FanfareEvent, { type: 'completion.recorded' }>['claim'];

/**
 * Says how the claim stood, from the row as it was before the order.
 *
 * A claim that still stood, or another attempt's, is the more telling fact; `expired` is said when neither is there and
 * the admission could not have been claimed any more at `now` either (`endsAt`: its end, with the grace for orders).
 */
export function claimStanding(
  before: Row | undefined,
  attemptId: string | undefined,
  endsAt: number | undefined,
  now: number,
): ClaimStanding {
  const stood = openStanding(before, attemptId);
  if (stood === 'held' || stood === 'pending' || stood === 'superseded') return stood;
  if (endsAt !== undefined && now > endsAt) return 'expired';
  return stood ?? (before === undefined ? 'none' : 'released');
}

function openStanding(before: Row | undefined, attemptId: string | undefined): ClaimStanding | undefined {
  if (before === undefined || !('attempt' in before)) return undefined;
  // Nobody named an attempt: an order webhook, for instance, speaks for whichever is open.
  if (attemptId !== undefined && attemptId !== before.attempt.id) return 'superseded';
  if (before.state === 'active') return 'held';
  return before.state === 'pending' ? 'pending' : 'lapsed';
}
