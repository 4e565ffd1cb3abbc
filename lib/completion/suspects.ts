/**
 * Completions whose sender died. One of them may be what killed it, so of these only one is on its way at a time, and one
 * that has seen too many die is not sent any more. Pure.
 */
import type { DueDelivery } from '../ledger/ledger.js';

/** Well above the client's own deadline, so that nobody sends what is still on its way. */
export const LEASE_MS = 15_000;

const MOST_CRASHES = 5;

/** Which of the completions just taken go out now. */
export function sendable(
  taken: readonly DueDelivery[],
  running: readonly DueDelivery[],
): { readonly now: readonly DueDelivery[]; readonly later: readonly DueDelivery[] } {
  const suspects = taken.filter(isSuspect);
  const first = running.some(isSuspect) ? undefined : suspects[0];
  const later = suspects.filter((suspect) => suspect !== first);
  return { now: taken.filter((delivery) => !later.includes(delivery)), later };
}

/** Whether it has ended so many processes that it must end no more. */
export function isPoison({ row }: DueDelivery): boolean {
  return (row.delivery.crashes ?? 0) >= MOST_CRASHES;
}

function isSuspect({ row }: DueDelivery): boolean {
  return row.delivery.crashes !== undefined;
}
