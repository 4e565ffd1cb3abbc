/** What is said when an attempt ends, and how. Pure. */
import type { FanfareEvent } from '../events.js';

export type AttemptEventType = keyof typeof SAYINGS;

export function attemptEvent(type: AttemptEventType, admissionId: string, attempt: number): FanfareEvent {
  return { ...SAYINGS[type], admissionId, attempt };
}

const SAYINGS = {
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
