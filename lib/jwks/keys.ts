/** Public keys as they are handed in or published, turned into what may verify a signature. Pure. */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/** What each kind of key can verify. Shared secrets (HS256 and its kin) and `none` have no row on purpose. */
const ALGORITHMS_OF = {
  ed25519: ['EdDSA', 'Ed25519'],
  prime256v1: ['ES256'],
  secp384r1: ['ES384'],
  secp521r1: ['ES512'],
  rsa: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
} as const;

/** The signature algorithms there are; all of them work with public keys. */
export type SignatureAlgorithm = (typeof ALGORITHMS_OF)[keyof typeof ALGORITHMS_OF][number];

export const SIGNATURE_ALGORITHMS: readonly SignatureAlgorithm[] = Object.values(ALGORITHMS_OF).flat();

/** A public key, and what it may be used for. */
export interface VerificationKey {
  readonly kid?: string;
  readonly algorithms: readonly string[];
  readonly key: KeyObject;
}

/** Why something is no key for verifying; fit for a log. */
export interface Unfit {
  readonly unfit: string;
}

const SHORTEST_RSA_BITS = 2_048;
const SPKI = /^\s*-----BEGIN PUBLIC KEY-----[\s\S]+-----END PUBLIC KEY-----\s*$/;

/** Reads a JWK or a public key in PEM (SPKI). A private or secret key is unfit: it does not belong here. */
export function readKey(source: unknown): VerificationKey | Unfit {
  if (typeof source === 'string') {
    return SPKI.test(source) ? readPem(source) : { unfit: 'is a text, but no public key in PEM (SPKI)' };
  }
  return readJwk(source);
}

function readPem(pem: string): VerificationKey | Unfit {
  const key = publicKey(pem);
  return key === undefined ? { unfit: 'is damaged' } : verificationKey(key, {});
}

/** Reads a JWK alone. */
export function readJwk(source: unknown): VerificationKey | Unfit {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) return { unfit: 'is no JWK' };
  const jwk = source as JsonWebKey;
  const flaw = flawOf(jwk);
  if (flaw !== undefined) return { unfit: flaw };
  const key = publicKey({ key: jwk, format: 'jwk' });
  return key === undefined ? { unfit: 'is damaged, or of an unknown type' } : verificationKey(key, jwk);
}

function flawOf({ kty, d, use, key_ops: operations }: JsonWebKey): string | undefined {
  if (kty === 'oct') return 'is a shared secret, not a public key';
  if (d !== undefined) return 'is a private key';
  if (use !== undefined && use !== 'sig') return 'is not for signatures';
  const verifies = operations === undefined || (Array.isArray(operations) && operations.includes('verify'));
  return verifies ? undefined : 'is not for verifying';
}

function publicKey(source: Parameters<typeof createPublicKey>[0]): KeyObject | undefined {
  try {
    return createPublicKey(source);
  } catch {
    // Whatever Node cannot read as a key is none; the caller says which one.
    return undefined;
  }
}

function verificationKey(key: KeyObject, { kid, alg }: JsonWebKey): VerificationKey | Unfit {
  const algorithms = algorithmsOf(key).filter((name) => alg === undefined || name === alg);
  if (algorithms.length === 0) return { unfit: 'is of a kind that no known algorithm takes' };
  const { modulusLength = SHORTEST_RSA_BITS } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < SHORTEST_RSA_BITS) return { unfit: `has fewer than ${SHORTEST_RSA_BITS} bits` };
  return typeof kid === 'string' ? { kid, algorithms, key } : { algorithms, key };
}

function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly string[] {
  const kind = asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType ?? '';
  return Object.hasOwn(ALGORITHMS_OF, kind) ? ALGORITHMS_OF[kind as keyof typeof ALGORITHMS_OF] : [];
}
