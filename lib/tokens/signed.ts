/**
 * Texts that we sign for ourselves to read again: HS256 by `jsonwebtoken`, each with a purpose and an audience, so that
 * nothing that was signed with the same secret for something else can pass for it.
 */
import { sign as signJwt, verify as verifyJwt } from 'jsonwebtoken';
import type { Keyring } from './keyring.js';

/** What a text is for. */
export type Purpose = 'admission-session' | 'admission-handoff' | 'payment-return' | 'operator-form';

/** Longer than any that we sign: browsers keep no cookie, and take no address, of that length for certain. */
const LONGEST = 4_096;

interface Signing {
  readonly keyring: Keyring;
  readonly purpose: Purpose;
  /** Who is to read it. */
  readonly audience: string;
}

/** Signs claims; `endsAt`, in milliseconds since the epoch, becomes the standard `exp` claim. */
export function sign({ keyring, purpose, audience }: Signing, claims: object, endsAt: number): string {
  const signed = { use: purpose, ...claims, exp: Math.ceil(endsAt / 1000) };
  return signJwt(signed, keyring[0].signing, { algorithm: 'HS256', audience, noTimestamp: true });
}

/** The claims of a text; `undefined` unless we signed exactly this one, for this purpose and audience. Its end is for the caller to judge. */
export function readSigned({ keyring, purpose, audience }: Signing, text: string): object | undefined {
  if (text.length > LONGEST) return undefined;
  for (const { signing } of keyring) {
    const claims = verified(text, signing, audience);
    if (claims !== undefined) return claims.use === purpose ? claims : undefined;
  }
  return undefined;
}

interface Claims {
  readonly use: string;
}

function verified(text: string, key: Keyring[0]['signing'], audience: string): Claims | undefined {
  try {
    // The end is judged by the caller's clock: a marked session outlives its admission for a while.
    const options = { algorithms: ['HS256' as const], audience, ignoreExpiration: true };
    return verifyJwt(text, key, options) as Claims;
  } catch {
    // Whatever it is that makes a text unreadable, it is none of ours. Besides its own errors `jsonwebtoken` throws at
    // a damaged payload, which it parses before it looks at the signature, and at one that is `null`.
    return undefined;
  }
}
