/** What is said about a delivery. Pure. */
import { compact } from '../admission/compact.js';
import type { FanfareEvent } from '../events.js';
import type { DeliveryOutcome, DueDelivery } from '../ledger/ledger.js';
import type { Pause, Queue } from './queue.js';

/** The event for what has been written down about a row. */
export function outcomeEvent(row: DueDelivery['row'], outcome: DeliveryOutcome): FanfareEvent {
  const { orderId } = row.order;
  const named = { admissionId: row.admission.id, orderId };
  if (outcome.to === 'delivered') {
    return {
      type: 'completion.delivered',
      level: 'info',
      message: `Fanfare knows about order ${orderId}.`,
      ...named,
      attempts: row.delivery.attempts + 1,
    };
  }
  const { lastStatus: status, lastReason: reason = 'no reason given', nextAttemptAt } = outcome.delivery;
  if (outcome.to === 'dead') {
    const message = `Order ${orderId} is not sent to Fanfare any more: ${reason}. Retry or discard it by hand.`;
    return compact({ type: 'completion.dead', level: 'error', message, ...named, reason, status } as const);
  }
  const message = `Fanfare does not know about order ${orderId} yet: ${reason}.`;
  return compact({
    type: 'completion.retry',
    level: 'info',
    message,
    ...named,
    reason,
    status,
    nextAttemptAt,
  } as const);
}

const PAUSED: Readonly<Record<Pause['cause'], (reason: string) => string>> = {
  refusal: (reason) =>
    `Fanfare refuses every completion (${reason}). No order is lost: one is tried each minute until it works again. Check the secret key, the organization and the address of the API.`,
  outage: (reason) =>
    `Fanfare is away (${reason}). No order is lost: one is tried twice a minute until it is back, then the rest follow.`,
};

/** The event for a queue that stopped or went on; `undefined` when it did neither. */
export function turnEvent(before: Queue, after: Queue): FanfareEvent | undefined {
  if (before.pause === undefined && after.pause !== undefined) {
    const { cause, status, reason } = after.pause;
    const message = PAUSED[cause](reason);
    return compact({ type: 'deliveries.paused', level: 'error', message, cause, reason, status } as const);
  }
  if (before.pause !== undefined && after.pause === undefined) {
    return { type: 'deliveries.resumed', level: 'info', message: 'Fanfare takes completions again.' };
  }
  return undefined;
}

/** The event for an order that Fanfare should have heard of long ago. */
export function overdueEvent({
  admission,
  order: { orderId, completedAt },
}: DueDelivery['row']): FanfareEvent {
  return {
    type: 'completion.overdue',
    level: 'warn',
    message: `Fanfare has not been told about order ${orderId} yet; it goes on being tried.`,
    admissionId: admission.id,
    orderId,
    completedAt,
  };
}

/** The event for a completion that an operator put back on the schedule. */
export function rescheduledEvent(admissionId: string): FanfareEvent {
  const message = 'An operator put a completion back on the schedule; it is due at once.';
  return { type: 'completion.rescheduled', level: 'info', message, admissionId };
}

/** The event for a completion that an operator gave up. */
export function discardedEvent(admissionId: string): FanfareEvent {
  const message = 'An operator gave a completion up: Fanfare will not hear of this order.';
  return { type: 'completion.discarded', level: 'warn', message, admissionId };
}
