/** Keys and tokens as somebody could make them who may write anything into a token, and perhaps holds a real key. */
import {
  createHmac,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto';

export interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

export const ed25519 = (): Pair => generateKeyPairSync('ed25519');
export const rsa = (bits = 2_048): Pair => generateKeyPairSync('rsa', { modulusLength: bits });
export const ec = (namedCurve = 'P-256'): Pair => generateKeyPairSync('ec', { namedCurve });

export function jwkOf({ publicKey }: Pair, more: JsonWebKey = {}): JsonWebKey {
  return { ...publicKey.export({ format: 'jwk' }), ...more };
}

export function pemOf({ publicKey }: Pair): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

export const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

type Sign = (signed: string) => Buffer;

export const byEd25519 =
  ({ privateKey }: Pair): Sign =>
  (signed) =>
    sign(null, Buffer.from(signed), privateKey);
export const byRsa =
  ({ privateKey }: Pair): Sign =>
  (signed) =>
    sign('sha256', Buffer.from(signed), privateKey);
export const byEc =
  ({ privateKey }: Pair): Sign =>
  (signed) =>
    sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
export const byHmac =
  (secret: string | Buffer): Sign =>
  (signed) =>
    createHmac('sha256', secret).update(signed).digest();
export const byNobody: Sign = () => Buffer.alloc(0);

/** A compact token; texts for header and claims are taken as they are. */
export function token(header: unknown, claims: unknown, by: Sign): string {
  const signed = `${base64(header)}.${base64(claims)}`;
  return `${signed}.${by(signed).toString('base64url')}`;
}

/** The claims of an admission as the emulator's tokens have them, which ends in ten minutes. */
export function claims(now: number, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    ...{ consumerId: 'cons_1', distributionId: 'queue_1', distributionType: 'queue' },
    admittedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + 600_000).toISOString(),
    jti: randomUUID(),
    ...more,
  };
}
