/** What the receivers of orders share: options, inbox, and how an order's id is found. */
import { compact } from '../admission/compact.js';
import { parseTime } from '../admission/expiry.js';
import type { OnStage } from '../middleware/backstage.js';
import type { Middleware, Request } from '../middleware/http.js';
import { kindOf } from '../option-checks.js';
import type { DistributionIdOf } from './carried.js';
import { type Fields, textOf } from './fields.js';
import { createInbox } from './inbox.js';
import { orderMails, type OrderRead } from './order-mails.js';
import { type OnCompleted, type OrderWork, performOrder } from './order-work.js';
import { receiverMiddleware, type ReceiverParts } from './receiver.js';
import {
  type CheckedReceiver,
  readOptionalFunction,
  readReceiver,
  type ReceiverOptions,
} from './receiver-options.js';
import type { RefusalReason } from './webhook-events.js';

export interface OrderWebhookOptions extends ReceiverOptions {
  /**
   * The shop's own id of an order, as it is on record with `completeAdmission`; gets what the platform sent (an order, a
   * refund, a payment). Default: the platform's id, or what `stripeMetadata(admission, { orderId })` carried.
   */
  readonly orderIdOf?: (sent: Readonly<Record<string, unknown>>) => string | number | undefined;
  /** For orders that name an experience and no distribution. */
  readonly distributionIdOf?: DistributionIdOf;
  /**
   * When the payment of what the platform sent ended, where you know better than it says: a date in ISO 8601, or seconds or
   * milliseconds since the epoch. Decides whether it was late. Default: Shopify's `processed_at`, WooCommerce's
   * `date_paid_gmt`, the time of Stripe's event; where there is none, now.
   */
  readonly paidAt?: (sent: Readonly<Record<string, unknown>>) => string | number | undefined;
  /**
   * Hears of each admission that this receiver recorded an order for, and whether it is to be refunded (see `latePayment`):
   * once, however often and by how many events the order is told. Only when it throws or the process dies, the event is
   * worked again later, and it may hear of the same once more. Of orders that were recorded before, by your own call of
   * `completeAdmission`, it does not hear.
   */
  readonly onCompleted?: OnCompleted;
}

export interface OrderReceiver extends CheckedReceiver {
  readonly orderIdOf: (sent: Fields, preset: unknown) => string | undefined;
  readonly paidAtOf: (sent: Fields, preset: number | undefined) => number | undefined;
  readonly distributionIdOf?: DistributionIdOf;
}

const FUNCTIONS = ['orderIdOf', 'distributionIdOf', 'paidAt', 'onCompleted'] as const;

/** What a request is about: `read` is `undefined` where it is nothing to us. */
export interface OrderTold {
  readonly eventId: string;
  readonly read: OrderRead | undefined;
}

type ReadOrder = (body: Buffer, headers: Request['headers']) => OrderTold | RefusalReason;

/** Reads the options and makes the middleware; `reader` says what a request is about, given the checked options. */
export function orderWebhook(
  {
    call,
    kind,
    own = [],
  }: { readonly call: string; readonly kind: string; readonly own?: readonly string[] },
  fanfare: OnStage,
  options: OrderWebhookOptions,
  reader: (receiver: OrderReceiver) => ReadOrder,
): Middleware {
  const checked = readReceiver(call, { kind, own: [...own, ...FUNCTIONS] }, fanfare, options);
  for (const name of FUNCTIONS) readOptionalFunction(call, name, options[name]);
  const { orderIdOf, distributionIdOf, paidAt, onCompleted } = options;
  const readOrder = reader({
    ...checked,
    ...compact({ distributionIdOf }),
    orderIdOf: (sent, preset) => ownId(orderIdOf?.(sent)) ?? textOf(preset),
    paidAtOf: (sent, preset) => parseTime(paidAt?.(sent)) ?? preset,
  });
  const read: ReceiverParts<OrderWork>['read'] = (body, headers) => {
    const told = readOrder(body, headers);
    return typeof told === 'string' ? told : orderMails(told.eventId, told.read);
  };
  const parts = { fanfare, receiver: checked.receiver, ...compact({ onCompleted }) };
  const inbox = createInbox<OrderWork>({
    ...checked,
    perform: (mail, attempt) => performOrder(parts, mail, attempt),
  });
  return receiverMiddleware({ ...checked, inbox, read });
}

/** What is no id must not be taken for an order that is nothing to us: it would be answered with 200, and lost. */
function ownId(value: unknown): string | undefined {
  const id = textOf(value);
  if (id !== undefined || value === undefined) return id;
  throw new TypeError(
    `"orderIdOf" must give a text, a whole number or undefined, at once; it gave ${kindOf(value)}`,
  );
}
