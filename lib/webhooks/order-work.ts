/** What an order of a platform or a payment provider does: it completes the admissions that it names, or was cancelled. */
import type { Order } from '../admission/order.js';
import { compact } from '../admission/compact.js';
import type { OrderCancellation } from '../completion/cancellations.js';
import { askLedger } from '../completion/ledger-watch.js';
import type { CompletedAdmission } from '../completion/late-payment.js';
import { FanfareError, type FanfareErrorCode } from '../errors.js';
import type { OnStage } from '../middleware/backstage.js';
import type { Carried } from './carried.js';
import type { Mail, Worked } from './mail.js';
import type { WebhookEvent } from './webhook-events.js';

/** What to do about an order, as it is written down. */
export type OrderWork =
  | {
      readonly do: 'complete';
      readonly order: Order;
      readonly paidAt?: number;
      readonly admission: Carried;
    }
  | { readonly do: 'cancel'; readonly orderId: string; readonly cancellation: OrderCancellation }
  | { readonly do: 'tell'; readonly orderId: string };

/** An order that has been recorded for an admission, and how its payment stands. */
export interface CompletedOrder extends Omit<CompletedAdmission, 'isNew'> {
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

/** About half a minute: what came together with a cancellation, and before it, has been worked by then. */
const LAST_LOOK = 3;
const AWAY = 'Whether the order is on record is not known: the ledger cannot be asked.';

export async function performOrder(
  parts: OrderWorkParts,
  { eventId, work }: Mail<OrderWork>,
  attempt: number,
): Promise<Worked> {
  switch (work.do) {
    case 'complete':
      await complete(parts, work, eventId);
      return 'done';
    case 'cancel':
      return cancel(parts, work, { eventId, attempt });
    case 'tell':
      parts.fanfare.backstage.emit(failedEvent(parts.receiver, work.orderId));
      return 'done';
  }
}

type Completing = Extract<OrderWork, { readonly do: 'complete' }>;
type Cancelling = Extract<OrderWork, { readonly do: 'cancel' }>;

async function complete(parts: OrderWorkParts, work: Completing, eventId: string): Promise<void> {
  const { fanfare, receiver, onCompleted } = parts;
  const { order, paidAt, admission } = work;
  const { orderId } = order;
  let completed: CompletedAdmission;
  try {
    completed = await fanfare.completeAdmission(admission, order, compact({ paidAt, eventId }));
  } catch (error) {
    if (!(error instanceof FanfareError) || !FINAL.includes(error.code)) throw error;
    fanfare.backstage.emit(refusedEvent(receiver, orderId, error));
    return;
  }
  const { isNew, ...payment } = completed;
  if (isNew) await onCompleted?.({ ...payment, orderId, admission });
}

/** A shop has other orders, too, which are nothing to us. The one that is meant may be on its way. */
async function cancel(
  { fanfare, receiver }: OrderWorkParts,
  { orderId, cancellation }: Cancelling,
  { eventId, attempt }: { readonly eventId: string; readonly attempt: number },
): Promise<Worked> {
  const rows = await askLedger(fanfare.backstage, AWAY, (ledger) => ledger.search({ orderId }, 1));
  if (rows.length > 0) {
    await fanfare.recordCancellation(orderId, cancellation);
    return 'done';
  }
  if (attempt < LAST_LOOK) return 'later';
  fanfare.backstage.emit(ignoredEvent({ receiver, eventId }, orderId));
  return 'done';
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

function ignoredEvent(
  told: { readonly receiver: string; readonly eventId: string },
  orderId: string,
): WebhookEvent {
  const message = `Order ${orderId} was cancelled or refunded, and none of its admissions is on record: nothing to us.`;
  return { type: 'webhook.ignored', level: 'info', message, ...told };
}
