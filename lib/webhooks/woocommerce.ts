/**
 * `wooCommerceWebhook`. WooCommerce signs the raw body (`X-WC-Webhook-Signature`, base64) and sends the order as its REST API
 * shows it, so the order's own status decides. A new webhook is tried with an unsigned form of one field.
 */
import { compact } from '../admission/compact.js';
import { parseTime } from '../admission/expiry.js';
import type { OnStage } from '../middleware/backstage.js';
import type { Middleware } from '../middleware/http.js';
import { readSigned } from './body-signed.js';
import { admissionsOf, type CarriedFields, carriedIn, type Line } from './carried.js';
import { type Fields, fieldsOf, listOf, textOf } from './fields.js';
import {
  type OrderReceiver,
  type OrderTold,
  orderWebhook,
  type OrderWebhookOptions,
} from './order-receiver.js';
import type { OrderRead } from './order-mails.js';

const PING = /^webhook_id=\d{1,20}$/;
const LONGEST_PING = 64;
const PING_TOLD: OrderTold = { eventId: 'ping', read: undefined };
const PAID = ['processing', 'completed'];

/**
 * For the topics "Order created" and "Order updated": an order that is `processing` or `completed` completes its admissions,
 * one that is `cancelled` or `refunded` is recorded as such. The admissions stand in the meta data of the order or of its
 * lines. Answers, throws and mounts like `fanfareWebhook`; WooCommerce signs no time.
 */
export function wooCommerceWebhook(fanfare: OnStage, options: OrderWebhookOptions): Middleware {
  return orderWebhook(
    { call: 'wooCommerceWebhook', kind: 'woocommerce' },
    fanfare,
    options,
    (receiver) => (body, headers) => {
      if (headers['x-wc-webhook-signature'] === undefined && isPing(body)) return PING_TOLD;
      const signed = readSigned('x-wc-webhook-signature', receiver.secrets, body, headers);
      if (typeof signed === 'string') return signed;
      return { eventId: signed.eventId, read: readOrder(receiver, signed.fields) };
    },
  );
}

/** It tells nothing, and WooCommerce keeps no webhook whose first try is refused. */
function isPing(body: Buffer): boolean {
  return body.length <= LONGEST_PING && PING.test(body.toString('latin1'));
}

function readOrder(receiver: OrderReceiver, order: Fields): OrderRead | undefined {
  const orderId = receiver.orderIdOf(order, order['id']);
  const status = textOf(order['status']) ?? '';
  if (orderId === undefined) return undefined;
  if (status === 'cancelled' || status === 'refunded') {
    return { do: 'cancel', orderId, cancellation: { kind: status } };
  }
  const admissions = admissionsOf(metaOf(order), linesOf(order), receiver.distributionIdOf);
  if (!PAID.includes(status) || admissions.length === 0) return undefined;
  const told = { amount: textOf(order['total']), currency: textOf(order['currency']) };
  const times = compact({ paidAt: receiver.paidAtOf(order, paidAt(order)) });
  return { do: 'complete', order: { orderId, ...compact(told) }, admissions, ...times };
}

/** In GMT, and written without a zone. */
function paidAt(order: Fields): number | undefined {
  const date = textOf(order['date_paid_gmt']);
  return date === undefined ? undefined : parseTime(`${date}Z`);
}

/** A line's total is what it cost in the end, without tax. */
function linesOf(order: Fields): readonly Line[] {
  return listOf(order['line_items'])
    .map(fieldsOf)
    .map((line) => ({ carried: metaOf(line), amount: textOf(line['total']) }));
}

function metaOf(holder: Fields): readonly CarriedFields[] {
  return carriedIn(listOf(holder['meta_data']).map((one) => [fieldsOf(one)['key'], fieldsOf(one)['value']]));
}
