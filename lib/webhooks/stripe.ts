/** `stripeWebhook`. The signature is checked by Stripe's own library, which the merchant has and hands in. */
import { compact } from '../admission/compact.js';
import { parseTime } from '../admission/expiry.js';
import type { OnStage } from '../middleware/backstage.js';
import type { Middleware } from '../middleware/http.js';
import { kindOf } from '../option-checks.js';
import { admissionsOf, carriedInObject } from './carried.js';
import { ORDER_ID } from './carriers.js';
import { type Fields, fieldsOf, textOf } from './fields.js';
import { decimalOf } from './minor-units.js';
import {
  type OrderReceiver,
  type OrderTold,
  orderWebhook,
  type OrderWebhookOptions,
} from './order-receiver.js';
import type { OrderRead } from './order-mails.js';
import { readTolerance } from './receiver-options.js';
import type { RefusalReason } from './webhook-events.js';

/** As much of the library as is used: `new Stripe(…)`. */
export interface StripeLike {
  readonly webhooks: {
    constructEvent(payload: Buffer, header: string, secret: string, toleranceSeconds?: number): unknown;
  };
}

export interface StripeWebhookOptions extends OrderWebhookOptions {
  readonly stripe: StripeLike;
  /** How old a signed timestamp may be, in seconds; default 300. */
  readonly toleranceSeconds?: number;
}

const CALL = 'stripeWebhook';
/** Ten signatures and more. The library takes 16 KB apart again for each secret. */
const LONGEST_HEADER = 1_000;

/**
 * For `payment_intent.succeeded` or `checkout.session.completed` (or both, with `checkout.session.async_payment_succeeded`),
 * and `payment_intent.payment_failed`; other events are answered and left alone. The admission stands in the object's
 * `metadata`: see `stripeMetadata`. The order's id is what that carried, else the PaymentIntent's. A payment that failed
 * keeps the admission as it was. Answers, throws and mounts like `fanfareWebhook`.
 */
export function stripeWebhook(fanfare: OnStage, options: StripeWebhookOptions): Middleware {
  const own = ['stripe', 'toleranceSeconds'];
  return orderWebhook({ call: CALL, kind: 'stripe', own }, fanfare, options, (receiver) => {
    const stripe = readStripe(options.stripe);
    const tolerance = readTolerance(CALL, options.toleranceSeconds);
    return (body, headers) => {
      const header = headers['stripe-signature'];
      if (typeof header !== 'string') return 'unsigned';
      if (header.length > LONGEST_HEADER) return 'signature';
      const event = constructed(stripe, { body, header, tolerance }, receiver.secrets);
      return typeof event === 'string' ? event : toldBy(receiver, event);
    };
  });
}

interface Signed {
  readonly body: Buffer;
  readonly header: string;
  readonly tolerance: number;
}

function constructed(
  { webhooks }: StripeLike,
  { body, header, tolerance }: Signed,
  secrets: readonly string[],
): Fields | RefusalReason {
  let reason: RefusalReason = 'signature';
  for (const secret of secrets) {
    try {
      return fieldsOf(webhooks.constructEvent(body, header, secret, tolerance));
    } catch (error) {
      // The library has one class for all that is wrong with a signature; what it parses afterwards is JSON or is not.
      if (error instanceof Error && error.name === 'SyntaxError') reason = 'malformed';
    }
  }
  return reason;
}

function toldBy(receiver: OrderReceiver, event: Fields): OrderTold | RefusalReason {
  const eventId = textOf(event['id']);
  const type = textOf(event['type']);
  if (eventId === undefined || type === undefined) return 'malformed';
  const sent = fieldsOf(fieldsOf(event['data'])['object']);
  return { eventId, read: TYPES.get(type)?.(receiver, sent, parseTime(event['created'])) };
}

type ReadObject = (receiver: OrderReceiver, sent: Fields, at: number | undefined) => OrderRead | undefined;

const TYPES = new Map<string, ReadObject>([
  [
    'payment_intent.succeeded',
    (receiver, sent, at) => completing(receiver, sent, sent['amount_received'], at),
  ],
  ['checkout.session.completed', ofSession],
  ['checkout.session.async_payment_succeeded', ofSession],
  [
    'payment_intent.payment_failed',
    (receiver, sent) => {
      const orderId = orderIdOf(receiver, sent);
      return orderId === undefined || carried(receiver, sent).length === 0
        ? undefined
        : { do: 'tell', orderId };
    },
  ],
]);

/** A session may be completed while its payment is still under way. */
function ofSession(receiver: OrderReceiver, session: Fields, at: number | undefined): OrderRead | undefined {
  return session['payment_status'] === 'unpaid'
    ? undefined
    : completing(receiver, session, session['amount_total'], at);
}

function completing(
  receiver: OrderReceiver,
  sent: Fields,
  minorUnits: unknown,
  at: number | undefined,
): OrderRead | undefined {
  const orderId = orderIdOf(receiver, sent);
  const admissions = carried(receiver, sent);
  if (orderId === undefined || admissions.length === 0) return undefined;
  const told = { amount: decimalOf(minorUnits, sent['currency']), currency: textOf(sent['currency']) };
  const paidAt = receiver.paidAtOf(sent, at);
  return { do: 'complete', order: { orderId, ...compact(told) }, admissions, ...compact({ paidAt }) };
}

function carried({ distributionIdOf }: OrderReceiver, sent: Fields) {
  return admissionsOf(carriedInObject(fieldsOf(sent['metadata'])), [], distributionIdOf);
}

/** A session's payment goes by the same id as the payment's own events, so that both are one order. */
function orderIdOf(receiver: OrderReceiver, sent: Fields): string | undefined {
  const own = textOf(fieldsOf(sent['metadata'])[ORDER_ID]);
  const payment = sent['payment_intent'];
  return receiver.orderIdOf(sent, own ?? textOf(payment) ?? textOf(fieldsOf(payment)['id']) ?? sent['id']);
}

function readStripe(value: unknown): StripeLike {
  if (typeof value === 'object' && value !== null && 'webhooks' in value) return value as StripeLike;
  throw new TypeError(`${CALL}: "stripe" must be Stripe's own library, new Stripe(…), got ${kindOf(value)}`);
}
