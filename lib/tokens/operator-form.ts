/** What stands in the operator's forms: a text that only the browser it was made for can send back. */
import { createHash } from 'node:crypto';
import type { Keyring } from './keyring.js';
import { readSigned, sign } from './signed.js';

interface Claims {
  readonly own: string;
  readonly exp: number;
}

/** @param browser the secret in this browser's cookie; the form holds no more than its digest */
export function signForm(keyring: Keyring, organizationId: string, browser: string, endsAt: number): string {
  return sign(signing(keyring, organizationId), { own: digestOf(browser) }, endsAt);
}

/** Whether we made this text for this browser, and its time is not over. */
export function isOwnForm(
  keyring: Keyring,
  organizationId: string,
  browser: string,
  text: string,
  now: number,
): boolean {
  const claims = readSigned(signing(keyring, organizationId), text) as Claims | undefined;
  return claims !== undefined && claims.own === digestOf(browser) && now < claims.exp * 1_000;
}

function signing(keyring: Keyring, organizationId: string): Parameters<typeof sign>[0] {
  return { keyring, purpose: 'operator-form', audience: organizationId };
}

function digestOf(browser: string): string {
  return createHash('sha256').update(browser).digest('base64url');
}
