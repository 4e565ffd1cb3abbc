/** What is said when an attempt ends, and how. Pure. */
import type { FanfareEvent } from '../events.js';
import type { ClaimOutcome } from '../ledger/ledger.js';

export type AttemptEventType = keyof typeof SAYINGS;

export function attemptEvent(type: AttemptEventType, admissionId: string, attempt: number): FanfareEvent {
  return { ...SAYINGS[type], admissionId, attempt };
}

type Took = NonNullable<Extract<ClaimOutcome, { outcome: 'claimed' }>['took']>;

/** The event for the attempt whose place attempt `by` has taken. */
export function takenPlaceEvent(admissionId: string, { attempt, from }: Took, by: number): FanfareEvent {
  const named = { admissionId, attempt: attempt.number };
  if (from === 'pending') {
    const message = `Attempt ${attempt.number} waited for its payment; the same shopper began attempt ${by} in its place.`;
    return { type: 'claim.superseded', level: 'info', message, ...named, by };
  }
  const message = 'An attempt without a known outcome was taken over; "findOrder" would have settled it.';
  return { type: 'claim.unresolved', level: 'warn', message, ...named };
}

const SAYINGS = {
  'claim.deferred': {
    type: 'claim.deferred',
    level: 'info',
    message: "The payment's reference is kept with the attempt.",
  },
  'claim.released': {
    type: 'claim.released',
    level: 'info',
    message: 'An attempt ended without an order; the shopper may try again.',
  },
  'claim.pending': {
    type: 'claim.pending',
    level: 'info',
    message: 'An attempt was answered without an order: payment goes on elsewhere.',
  },
  'claim.lost': {
    type: 'claim.lost',
    level: 'warn',
    message: 'An attempt does not hold its admission any more: another attempt or an order came first.',
  },
  'claim.unresolved': {
    type: 'claim.unresolved',
    level: 'warn',
    message: 'An attempt has no known outcome.',
  },
} as const;
