/** What an order of a platform or a payment provider does: it completes the admissions that it names, or was cancelled. */
import type { Order } from '../admission/order.js';
import type { OrderCancellation } from '../completion/cancellations.js';
import type { CompletedAdmission } from '../completion/late-payment.js';
import { FanfareError, type FanfareErrorCode } from '../errors.js';
import type { OnStage } from '../middleware/backstage.js';
import type { Carried } from './carried.js';
import type { Mail } from './inbox.js';
import type { WebhookEvent } from './webhook-events.js';
import { each } from './each.js';

/** What to do about an order, as it is written down. */
export type OrderWork =
  | {
      readonly do: 'complete';
      readonly order: Order;
      readonly paidAt?: number;
      readonly admissions: readonly Carried[];
    }
  | { readonly do: 'cancel'; readonly orderId: string; readonly cancellation: OrderCancellation }
  | { readonly do: 'tell'; readonly orderId: string };

/** An order that has been recorded for an admission, and how its payment stands. */
export interface CompletedOrder extends CompletedAdmission {
  readonly orderId: string;
  readonly admission: Carried;
}

/** May be asynchronous: a rejection has the event worked again later. */
export type OnCompleted = (completed: CompletedOrder) => unknown;

export interface OrderWorkParts {
  readonly fanfare: OnStage;
  readonly receiver: string;
  readonly onCompleted?: OnCompleted;
}

/** Trying again would change nothing about these. */
const FINAL: readonly FanfareErrorCode[] = [
  'ADMISSION_USED',
  'ADMISSION_AMBIGUOUS',
  'INVALID_ADMISSION_DATA',
];

/** More admissions than this would not fit in one note. */
const IN_ONE = 20;

/** What is written down of one order; `undefined`: it is nothing to us. */
export function orderMails(eventId: string, work: OrderWork | undefined): readonly Mail<OrderWork>[] {
  if (work === undefined) return [];
  if (work.do !== 'complete' || work.admissions.length <= IN_ONE) return [{ eventId, work }];
  const parts = Array.from(
    { length: Math.ceil(work.admissions.length / IN_ONE) },
    (_, part) => part * IN_ONE,
  );
  return parts.map((from) => ({
    eventId: `${eventId}#${String(from)}`,
    work: { ...work, admissions: work.admissions.slice(from, from + IN_ONE) },
  }));
}

export async function performOrder(parts: OrderWorkParts, { work }: Mail<OrderWork>): Promise<void> {
  switch (work.do) {
    case 'complete':
      await each(work.admissions, (admission) => completeOne(parts, work, admission));
      return;
    case 'cancel':
      await parts.fanfare.recordCancellation(work.orderId, work.cancellation);
      return;
    case 'tell':
      parts.fanfare.backstage.emit(failedEvent(parts.receiver, work.orderId));
  }
}

type Completing = Extract<OrderWork, { readonly do: 'complete' }>;

async function completeOne(parts: OrderWorkParts, work: Completing, admission: Carried): Promise<void> {
  const { fanfare, receiver, onCompleted } = parts;
  const { order, paidAt } = work;
  const { orderId } = order;
  let completed: CompletedAdmission;
  try {
    const extras = paidAt === undefined ? {} : { paidAt };
    completed = await fanfare.completeAdmission(admission, order, extras);
  } catch (error) {
    if (!(error instanceof FanfareError) || !FINAL.includes(error.code)) throw error;
    fanfare.backstage.emit(refusedEvent(receiver, orderId, error));
    return;
  }
  await onCompleted?.({ ...completed, orderId, admission });
}

function refusedEvent(receiver: string, orderId: string, cause: FanfareError): WebhookEvent {
  const message = `Order ${orderId} exists, and cannot be recorded for the admission that it names (${cause.code}).`;
  const used = cause.orderId === undefined ? {} : { recordedOrderId: cause.orderId };
  return { type: 'webhook.order_refused', level: 'error', message, receiver, orderId, cause, ...used };
}

function failedEvent(receiver: string, orderId: string): WebhookEvent {
  const message = `The payment ${orderId} failed; its admission stays as it was, so the shopper may pay in another way.`;
  return { type: 'payment.failed', level: 'info', message, receiver, orderId };
}
