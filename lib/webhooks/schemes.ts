/** The four ways in which Fanfare's documentation has an event signed. All are HMAC-SHA256 under the endpoint's secret. */
import { digestIn, isSigned } from './signatures.js';
import type { RefusalReason } from './webhook-events.js';

/**
 * - `'timestamped'`: `X-Fanfare-Signature: sha256=<hex>` over the seconds in `X-Fanfare-Timestamp`, a dot and the body, as in
 *   Fanfare's API reference.
 * - `'combined'`: both in `X-Fanfare-Signature`, as two `key=value` parts, the timestamp first.
 * - `'body-hex'`: `<hex>` over the body alone; nothing tells how old it is.
 * - `'body-sha256'`: `sha256=<hex>` over the body alone; `X-Fanfare-Timestamp` may be there, and is not signed.
 */
export type SignatureScheme = 'timestamped' | 'combined' | 'body-hex' | 'body-sha256';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What the headers claim, before anything is checked. */
interface Claimed {
  readonly digest: string;
  /** Where it is signed: seconds since the epoch, as they were written. */
  readonly timestamp?: string;
}

export interface SchemeCheck {
  readonly scheme: SignatureScheme;
  readonly secrets: readonly string[];
  readonly toleranceMs: number;
}

const SHA256 = /^sha256=(.+)$/i;
const SECONDS = /^\d{1,12}$/;
const COMBINED = /^[\w-]+=(\d{1,12}),\s*[\w-]+=([0-9a-fA-F]{64})$/;

const CLAIMS: Readonly<
  Record<SignatureScheme, (signature: string, headers: Headers) => Claimed | undefined>
> = {
  timestamped(signature, headers) {
    const timestamp = headers['x-fanfare-timestamp'];
    const [, digest] = SHA256.exec(signature) ?? [];
    return digest === undefined || typeof timestamp !== 'string' ? undefined : { digest, timestamp };
  },
  combined(signature) {
    const [, timestamp, digest] = COMBINED.exec(signature) ?? [];
    return timestamp === undefined || digest === undefined ? undefined : { digest, timestamp };
  },
  'body-hex': (signature) => ({ digest: signature }),
  'body-sha256'(signature) {
    const [, digest] = SHA256.exec(signature) ?? [];
    return digest === undefined ? undefined : { digest };
  },
};

export const SCHEMES = Object.keys(CLAIMS) as readonly SignatureScheme[];

/** Why the request is not to be believed; `undefined` when it is. */
export function refusalOf(
  { scheme, secrets, toleranceMs }: SchemeCheck,
  headers: Headers,
  body: Buffer,
  now: number,
): RefusalReason | undefined {
  const signature = headers['x-fanfare-signature'];
  if (typeof signature !== 'string') return 'unsigned';
  const claimed = CLAIMS[scheme](signature.trim(), headers);
  if (claimed === undefined) return 'signature';
  const { timestamp } = claimed;
  const digest = digestIn(claimed.digest, 'hex');
  const signed = timestamp === undefined ? [body] : [timestamp, '.', body];
  if (digest === undefined || !isSigned(signed, digest, secrets)) return 'signature';
  // After the signature: a stranger learns nothing about our clock.
  return timestamp === undefined || isNear(timestamp, toleranceMs, now) ? undefined : 'timestamp';
}

/** Either way: a clock that runs ahead is as wrong as an old event. */
function isNear(timestamp: string, toleranceMs: number, now: number): boolean {
  return SECONDS.test(timestamp) && Math.abs(now - Number(timestamp) * 1_000) <= toleranceMs;
}
