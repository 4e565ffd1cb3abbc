/** Webhook requests with valid signatures, one way for each that a receiver of `express-fanfare/webhooks` takes. */
import { createHmac } from 'node:crypto';

/**
 * The first four are Fanfare's, by the names of `fanfareWebhook`'s option `scheme`; the others are named after their senders.
 *
 * - `timestamped`: `sha256=<hex>` over the timestamp, a point and the body; the timestamp in a header of its own.
 * - `combined`: timestamp and signature in one header, over the same.
 * - `body-hex`: `<hex>` over the body alone.
 * - `body-sha256`: `sha256=<hex>` over the body alone; a timestamp is sent, and not signed.
 * - `shopify`, `woocommerce`: base64 over the body alone.
 * - `stripe`: `t=<timestamp>,v1=<hex>` over the timestamp, a point and the body. Stripe's library compares the time with the
 *   machine's own clock.
 */
export type WebhookScheme =
  'timestamped' | 'combined' | 'body-hex' | 'body-sha256' | 'shopify' | 'woocommerce' | 'stripe';

export interface WebhookToSign {
  /** The event: an object, or the very text. */
  readonly body: object | string;
  readonly secret: string;
  /** Default `timestamped`, which is the one of Fanfare's API reference. */
  readonly scheme?: WebhookScheme;
  /** Milliseconds since the epoch; default: now. */
  readonly at?: number;
  /** Shopify's topic, such as `orders/paid`. */
  readonly topic?: string;
}

export interface SignedWebhook {
  readonly headers: Readonly<Record<string, string>>;
  /** Exactly what was signed: send it as it is. */
  readonly body: string;
}

interface ToSign {
  readonly body: string;
  /** In seconds since the epoch. */
  readonly timestamp: string;
  readonly hmac: (text: string, encoding: 'hex' | 'base64') => string;
  readonly topic: string | undefined;
}

type Headers = Readonly<Record<string, string>>;

const SCHEMES: Readonly<Record<WebhookScheme, (toSign: ToSign) => Headers>> = {
  timestamped: ({ hmac, body, timestamp }) => ({
    'X-Fanfare-Timestamp': timestamp,
    'X-Fanfare-Signature': `sha256=${hmac(`${timestamp}.${body}`, 'hex')}`,
  }),
  combined: (toSign) => ({ 'X-Fanfare-Signature': timeAndSignature(toSign) }),
  'body-hex': ({ hmac, body }) => ({ 'X-Fanfare-Signature': hmac(body, 'hex') }),
  'body-sha256': ({ hmac, body, timestamp }) => ({
    'X-Fanfare-Timestamp': timestamp,
    'X-Fanfare-Signature': `sha256=${hmac(body, 'hex')}`,
  }),
  shopify: ({ hmac, body, topic }) => ({
    'X-Shopify-Hmac-Sha256': hmac(body, 'base64'),
    ...(topic === undefined ? {} : { 'X-Shopify-Topic': topic }),
  }),
  woocommerce: ({ hmac, body }) => ({ 'X-WC-Webhook-Signature': hmac(body, 'base64') }),
  stripe: (toSign) => ({ 'Stripe-Signature': timeAndSignature(toSign) }),
};

/** Signs an event. Throws a `TypeError` for a scheme that there is not, and for an empty secret. */
export function signedWebhook({
  body: event,
  secret,
  scheme = 'timestamped',
  at = Date.now(),
  topic,
}: WebhookToSign): SignedWebhook {
  if (!Object.hasOwn(SCHEMES, scheme)) {
    throw new TypeError(`"scheme" must be one of ${Object.keys(SCHEMES).join(', ')}, got ${scheme}`);
  }
  if (secret === '') throw new TypeError('"secret" must be the receiver\'s, and is empty');
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const timestamp = String(Math.floor(at / 1_000));
  const hmac: ToSign['hmac'] = (text, encoding) => createHmac('sha256', secret).update(text).digest(encoding);
  const signed = SCHEMES[scheme]({ body, timestamp, hmac, topic });
  return { headers: { 'Content-Type': 'application/json', ...signed }, body };
}

function timeAndSignature({ hmac, body, timestamp }: ToSign): string {
  return `t=${timestamp},v1=${hmac(`${timestamp}.${body}`, 'hex')}`;
}
