/** Webhook requests as Fanfare sends them, in each of the ways its documentation shows. */
import { createHmac } from 'node:crypto';

/**
 * - `timestamped`: `sha256=<hex>` over the timestamp, a point and the body; the timestamp in a header of its own.
 * - `combined`: timestamp and signature in one header, over the same.
 * - `bare`: `<hex>` over the body alone.
 * - `prefixed`: `sha256=<hex>` over the body alone; a timestamp is sent, and not signed.
 */
export type WebhookScheme = 'timestamped' | 'combined' | 'bare' | 'prefixed';

export interface WebhookToSign {
  /** The event: an object, or the very text. */
  readonly body: object | string;
  readonly secret: string;
  /** Default `timestamped`, which is the one of the API reference. */
  readonly scheme?: WebhookScheme;
  /** Milliseconds since the epoch; default: now. */
  readonly at?: number;
}

export interface SignedWebhook {
  readonly headers: Readonly<Record<string, string>>;
  /** Exactly what was signed: send it as it is. */
  readonly body: string;
}

interface Signed {
  readonly signature: string;
  /** Whether the timestamp goes into a header of its own. */
  readonly timestampHeader: boolean;
}

type Hmac = (text: string) => string;

const SCHEMES: Readonly<Record<WebhookScheme, (hmac: Hmac, body: string, timestamp: string) => Signed>> = {
  timestamped: (hmac, body, timestamp) => ({
    signature: `sha256=${hmac(`${timestamp}.${body}`)}`,
    timestampHeader: true,
  }),
  combined: (hmac, body, timestamp) => ({
    signature: `t=${timestamp},v1=${hmac(`${timestamp}.${body}`)}`,
    timestampHeader: false,
  }),
  bare: (hmac, body) => ({ signature: hmac(body), timestampHeader: false }),
  prefixed: (hmac, body) => ({ signature: `sha256=${hmac(body)}`, timestampHeader: true }),
};

/** Signs an event. Throws a `TypeError` for a scheme that there is not. */
export function signedWebhook({
  body: event,
  secret,
  scheme = 'timestamped',
  at = Date.now(),
}: WebhookToSign): SignedWebhook {
  if (!Object.hasOwn(SCHEMES, scheme)) {
    throw new TypeError(`"scheme" must be one of ${Object.keys(SCHEMES).join(', ')}, got ${scheme}`);
  }
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  const timestamp = String(Math.floor(at / 1_000));
  const hmac: Hmac = (text) => createHmac('sha256', secret).update(text).digest('hex');
  const { signature, timestampHeader } = SCHEMES[scheme](hmac, body, timestamp);
  return {
    headers: {
      'Content-Type': 'application/json',
      'X-Fanfare-Signature': signature,
      ...(timestampHeader ? { 'X-Fanfare-Timestamp': timestamp } : {}),
    },
    body,
  };
}
