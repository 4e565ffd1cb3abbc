/** Orders as Shopify, WooCommerce and Stripe send them, signed. */
import Stripe from 'stripe';
import type { Fanfare, Middleware } from '../../lib/index.js';
import { ADMISSION } from '../../lib/testing/bench.js';
import { type OrderWebhookOptions, stripeWebhook } from '../../lib/webhooks/index.js';
import { base64Of, openPostBox, type PostBox, type PostBoxSetup, WEBHOOK_SECRET } from './post-box.js';

export type Make = (fanfare: Fanfare, options: OrderWebhookOptions) => Middleware;

export const OTHER = { ...ADMISSION, id: 'admission-2', distributionId: 'queue_2' };

export function openOrders(
  make: Make,
  options: Partial<OrderWebhookOptions> = {},
  setup: Partial<PostBoxSetup> = {},
): Promise<PostBox> {
  return openPostBox({
    receiver: (fanfare) => make(fanfare, { secrets: WEBHOOK_SECRET, ...options }),
    ...setup,
  });
}

/** What is on record, by distribution: order, amount and currency. */
export async function ordersOf({ ledger }: PostBox): Promise<unknown[]> {
  const rows = await ledger.list({ states: ['ordered'], limit: 50 });
  return rows.map((row) =>
    'order' in row
      ? [row.admission.distributionId, row.order.orderId, row.order.amount, row.order.currency]
      : [],
  );
}

export const signShopify = (body: string): Record<string, string> => ({
  'X-Shopify-Hmac-Sha256': base64Of(body),
});

export async function postShopify(box: PostBox, topic: string, sent: object): Promise<number> {
  const body = JSON.stringify(sent);
  return (await box.post(body, { ...signShopify(body), 'X-Shopify-Topic': topic })).status;
}

export async function sendShopify(box: PostBox, topic: string, sent: object): Promise<number> {
  const status = await postShopify(box, topic, sent);
  await box.settled();
  return status;
}

export async function sendWooCommerce(box: PostBox, sent: object): Promise<number> {
  const body = JSON.stringify(sent);
  const { status } = await box.post(body, { 'X-WC-Webhook-Signature': base64Of(body) });
  await box.settled();
  return status;
}

const stripe = new Stripe('sk_test_of_nobody');

export const stripeReceiver: Make = (fanfare, options) => stripeWebhook(fanfare, { stripe, ...options });

export const signStripe = (
  payload: string,
  timestamp: number,
  secret = WEBHOOK_SECRET,
): Record<string, string> => ({
  'Stripe-Signature': stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }),
});

let events = 0;

/** An event of its own each time. */
export async function sendStripe(box: PostBox, type: string, object: object): Promise<number> {
  const created = Math.floor(box.clock.now() / 1_000);
  const id = `evt_${String((events += 1))}`;
  const payload = JSON.stringify({ id, object: 'event', type, created, data: { object } });
  // Stripe's library looks at the machine's own clock.
  const { status } = await box.post(payload, signStripe(payload, Math.floor(Date.now() / 1_000)));
  await box.settled();
  return status;
}
