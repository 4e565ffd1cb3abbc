/** Whether bytes were signed with one of the merchant's secrets, in constant time. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** How an HMAC-SHA256 is written in a header. */
export type Encoding = 'hex' | 'base64';

const DIGEST_BYTES = 32;
const WRITTEN: Readonly<Record<Encoding, RegExp>> = {
  hex: /^[0-9a-f]{64}$/i,
  base64: /^[A-Za-z0-9+/]{43}=$/,
};

/** The 32 bytes that a header means; `undefined` when it is not written as one. */
export function digestIn(text: string, encoding: Encoding): Buffer | undefined {
  if (!WRITTEN[encoding].test(text)) return undefined;
  const bytes = Buffer.from(text, encoding);
  return bytes.length === DIGEST_BYTES ? bytes : undefined;
}

/** Tries every secret, also when one has fitted: how long it takes says nothing. */
export function isSigned(
  signed: readonly (string | Buffer)[],
  digest: Buffer,
  secrets: readonly string[],
): boolean {
  let fits = false;
  for (const secret of secrets) {
    const hmac = createHmac('sha256', secret);
    for (const part of signed) hmac.update(part);
    fits = timingSafeEqual(hmac.digest(), digest) || fits;
  }
  return fits;
}
