/**
 * What a shopper brings back from the bank: a reference that names their order attempt and nothing else. It is no session
 * and admits nobody, so it may stand in a URL and be used again.
 */
import jwt from 'jsonwebtoken';
import type { Keyring } from './keyring.js';
import { type Purposeful, signedClaims } from './signed.js';

export interface PaymentReturn {
  readonly admissionId: string;
  readonly attemptId: string;
  /** Where in the shop the bank sends the shopper, without the query. */
  readonly path: string;
  /** Until when it says anything, in milliseconds since the epoch. */
  readonly endsAt: number;
}

const PURPOSE = 'payment-return';

interface Claims extends Purposeful {
  readonly id: string;
  readonly att: string;
  readonly path: string;
  readonly exp: number;
}

/** Signs a reference. Its end is kept in whole seconds. */
export function signReturn(
  keyring: Keyring,
  organizationId: string,
  { admissionId, attemptId, path, endsAt }: PaymentReturn,
): string {
  const claims: Claims = {
    use: PURPOSE,
    id: admissionId,
    att: attemptId,
    path,
    exp: Math.ceil(endsAt / 1000),
  };
  return jwt.sign(claims, keyring[0].signing, {
    algorithm: 'HS256',
    audience: organizationId,
    noTimestamp: true,
  });
}

/** Reads a reference, over or not. `undefined` unless we signed exactly this text, as such, for this organization. */
export function readReturn(
  keyring: Keyring,
  organizationId: string,
  text: string,
): PaymentReturn | undefined {
  for (const { signing } of keyring) {
    const claims = signedClaims(text, signing, organizationId);
    if (claims?.use !== PURPOSE) continue;
    const { id, att, path, exp } = claims as Claims;
    return { admissionId: id, attemptId: att, path, endsAt: exp * 1000 };
  }
  return undefined;
}
