/**
 * `shopifyWebhook`. Shopify signs the raw body (`X-Shopify-Hmac-Sha256`, base64) and names the topic in `X-Shopify-Topic`.
 * The topic is not signed, so what the body itself says decides whether an order was cancelled.
 */
import { compact } from '../admission/compact.js';
import { parseTime } from '../admission/expiry.js';
import { isShortText } from '../admission/short-text.js';
import type { OnStage } from '../middleware/backstage.js';
import type { Middleware, Request } from '../middleware/http.js';
import { readSigned } from './body-signed.js';
import { admissionsOf, type CarriedFields, carriedIn, carriedInObject, type Line } from './carried.js';
import { priceOf, sum } from './decimals.js';
import { type Fields, fieldsOf, listOf, textOf } from './fields.js';
import { type OrderReceiver, orderWebhook, type OrderWebhookOptions } from './order-receiver.js';
import type { OrderRead } from './order-mails.js';

/**
 * For `orders/paid` or `orders/create` (or both), `orders/cancelled` and `refunds/create`; other topics are answered and left
 * alone. The admissions stand in the order's note attributes or in the properties of its lines. `secrets`: the app's client
 * secret, or that of the shop's notifications. Answers, throws and mounts like `fanfareWebhook`; Shopify signs no time, so an
 * old event is told by nothing but having come before.
 */
export function shopifyWebhook(fanfare: OnStage, options: OrderWebhookOptions): Middleware {
  return orderWebhook(
    { call: 'shopifyWebhook', kind: 'shopify' },
    fanfare,
    options,
    (receiver) => (body, headers) => {
      const signed = readSigned('x-shopify-hmac-sha256', receiver.secrets, body, headers);
      if (typeof signed === 'string') return signed;
      const topic = topicOf(headers);
      return { eventId: `${topic} ${signed.eventId}`, read: TOPICS.get(topic)?.(receiver, signed.fields) };
    },
  );
}

type ReadTopic = (receiver: OrderReceiver, sent: Fields) => OrderRead | undefined;

const TOPICS = new Map<string, ReadTopic>([
  ['orders/paid', completing],
  ['orders/create', completing],
  ['orders/cancelled', cancelling],
  ['refunds/create', refunding],
]);

function topicOf(headers: Request['headers']): string {
  const topic = headers['x-shopify-topic'];
  return typeof topic === 'string' ? topic : '';
}

function completing(receiver: OrderReceiver, order: Fields): OrderRead | undefined {
  const orderId = receiver.orderIdOf(order, order['id']);
  const admissions = admissionsOf(
    pairsIn(order['note_attributes']),
    linesOf(order),
    receiver.distributionIdOf,
  );
  if (orderId === undefined || admissions.length === 0) return undefined;
  const told = { amount: textOf(order['total_price']), currency: textOf(order['currency']) };
  const paidAt = receiver.paidAtOf(order, parseTime(order['processed_at']));
  return { do: 'complete', order: { orderId, ...compact(told) }, admissions, ...compact({ paidAt }) };
}

function cancelling(receiver: OrderReceiver, order: Fields): OrderRead | undefined {
  const orderId = receiver.orderIdOf(order, order['id']);
  if (orderId === undefined || textOf(order['cancelled_at']) === undefined) return undefined;
  const reason = order['cancel_reason'];
  const told = isShortText(reason) ? { reason } : {};
  return { do: 'cancel', orderId, cancellation: { kind: 'cancelled', ...told } };
}

function refunding(receiver: OrderReceiver, refund: Fields): OrderRead | undefined {
  // The topic is not signed: only a refund names an order beside its own id.
  const orderId =
    refund['order_id'] === undefined ? undefined : receiver.orderIdOf(refund, refund['order_id']);
  const reference = textOf(refund['id']);
  if (orderId === undefined || reference === undefined) return undefined;
  return { do: 'cancel', orderId, cancellation: { kind: 'refunded', reference } };
}

function linesOf(order: Fields): readonly Line[] {
  return listOf(order['line_items'])
    .map(fieldsOf)
    .map((line) => ({ carried: pairsIn(line['properties']), amount: amountOf(line) }));
}

/** A line's price is that of one piece, before what was taken off the line and its share of what was taken off the order. */
function amountOf(line: Fields): string | undefined {
  const off = listOf(line['discount_allocations']).map((one) => fieldsOf(one)['amount']);
  return priceOf(line['price'], line['quantity'], sum('0', ...off));
}

/** `[{ name, value }]`, or an object where a shop's own code has sent one. */
function pairsIn(value: unknown): readonly CarriedFields[] {
  if (!Array.isArray(value)) return carriedInObject(fieldsOf(value));
  return carriedIn(listOf(value).map((one) => [fieldsOf(one)['name'], fieldsOf(one)['value']]));
}
