/** One token against the keys there are. */
import type * as Jose from 'jose';
import type { OfflineVerdict } from '../validation/offline-verifier.js';
import { loadJose } from './jose.js';
import type { VerificationKey } from './keys.js';

/** What a token has to satisfy besides its signature. */
export interface Rules {
  readonly algorithms: readonly string[];
  readonly issuer?: readonly string[];
  readonly audience?: readonly string[];
  readonly clockToleranceSeconds: number;
}

/** `unlisted`: signed by none of these keys, though perhaps by one that is not among them. */
export type SignatureVerdict = OfflineVerdict | 'unlisted';

type Header = Jose.ProtectedHeaderParameters;

/** Judges a token's signature, then what its claims say about time, issuer and audience. */
export async function checkSignature(
  token: string,
  keys: readonly VerificationKey[],
  rules: Rules,
  now: number,
): Promise<SignatureVerdict> {
  const jose = await loadJose();
  const header = headerOf(jose, token);
  // An encrypted token is opaque to us, like one that is no JSON Web Token at all.
  if (header === undefined || 'enc' in header) return 'unknown';
  if (!isAcceptable(header, rules)) return 'forged';
  const { named, candidates } = candidatesFor(header, keys);
  for (const { key } of candidates) {
    const verdict = await judge(jose, token, key, rules, now);
    if (verdict !== 'forged') return verdict;
  }
  return named ? 'forged' : 'unlisted';
}

function headerOf(jose: typeof Jose, token: string): Header | undefined {
  try {
    // By its first part: a signed token that lost or gained one is a bad one, not an opaque one.
    return jose.decodeProtectedHeader({ protected: token.split('.', 1)[0] ?? '' });
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function isAcceptable({ alg, kid }: Header, { algorithms }: Rules): boolean {
  return (
    typeof alg === 'string' && algorithms.includes(alg) && (kid === undefined || typeof kid === 'string')
  );
}

/** A key that the token names is the only one to ask, whatever else would fit; keys without a name may be anybody's. */
function candidatesFor({ alg = '', kid }: Header, keys: readonly VerificationKey[]) {
  const namesakes = kid === undefined ? [] : keys.filter((key) => key.kid === kid);
  const named = namesakes.length > 0;
  const possible = named ? namesakes : keys.filter((key) => kid === undefined || key.kid === undefined);
  return { named, candidates: possible.filter(({ algorithms }) => algorithms.includes(alg)) };
}

async function judge(
  jose: typeof Jose,
  token: string,
  key: VerificationKey['key'],
  { algorithms, issuer, audience, clockToleranceSeconds: clockTolerance }: Rules,
  now: number,
): Promise<OfflineVerdict> {
  try {
    await jose.jwtVerify(token, key, {
      algorithms: [...algorithms],
      clockTolerance,
      // eslint-disable-next-line no-restricted-globals -- the time that was handed in, as jose wants it
      currentDate: new Date(now),
      ...(issuer === undefined ? {} : { issuer: [...issuer] }),
      ...(audience === undefined ? {} : { audience: [...audience] }),
    });
    return 'signed';
  } catch (error) {
    return verdictOf(jose, error);
  }
}

/** What is signed but not good now, or not yet, is for Fanfare to say; jose looks at claims after the signature only. */
function verdictOf({ errors }: typeof Jose, error: unknown): OfflineVerdict {
  if (error instanceof errors.JWTExpired) return 'unknown';
  if (error instanceof errors.JWTClaimValidationFailed)
    return error.claim === 'iss' || error.claim === 'aud' ? 'forged' : 'unknown';
  if (error instanceof errors.JOSEError) return 'forged';
  throw error;
}
