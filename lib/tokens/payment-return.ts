/**
 * What a shopper brings back from the bank: a reference that names their order attempt and nothing else. It is no session
 * and admits nobody, so it may stand in a URL and be used again.
 */
import type { Keyring } from './keyring.js';
import { readSigned, sign } from './signed.js';

export interface PaymentReturn {
  readonly admissionId: string;
  readonly attemptId: string;
  /** Where in the shop the bank sends the shopper, without the query. */
  readonly path: string;
  /** Until when it says anything, in milliseconds since the epoch. */
  readonly endsAt: number;
}

interface Claims {
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
  return sign(signing(keyring, organizationId), { id: admissionId, att: attemptId, path }, endsAt);
}

/** Reads a reference, over or not. `undefined` unless we signed exactly this text, as such, for this organization. */
export function readReturn(
  keyring: Keyring,
  organizationId: string,
  text: string,
): PaymentReturn | undefined {
  const claims = readSigned(signing(keyring, organizationId), text) as Claims | undefined;
  if (claims === undefined) return undefined;
  const { id, att, path, exp } = claims;
  return { admissionId: id, attemptId: att, path, endsAt: exp * 1000 };
}

function signing(keyring: Keyring, organizationId: string): Parameters<typeof sign>[0] {
  return { keyring, purpose: 'payment-return', audience: organizationId };
}
