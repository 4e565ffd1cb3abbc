/** Shopify and WooCommerce sign alike: HMAC-SHA256 of the body in base64, without a time. */
import { createHash } from 'node:crypto';
import type { Request } from '../middleware/http.js';
import { type Fields, parseObject } from './fields.js';
import { digestIn, isSigned } from './signatures.js';
import type { RefusalReason } from './webhook-events.js';

export interface SignedBody {
  readonly fields: Fields;
  /** The same for the same bytes: neither platform signs an id of the event, and headers can be changed on a replay. */
  readonly eventId: string;
}

export function readSigned(
  header: string,
  secrets: readonly string[],
  body: Buffer,
  headers: Request['headers'],
): SignedBody | RefusalReason {
  const signature = headers[header];
  if (typeof signature !== 'string') return 'unsigned';
  const digest = digestIn(signature.trim(), 'base64');
  if (digest === undefined || !isSigned([body], digest, secrets)) return 'signature';
  const fields = parseObject(body);
  if (fields === undefined) return 'malformed';
  return { fields, eventId: createHash('sha256').update(body).digest('base64url') };
}
