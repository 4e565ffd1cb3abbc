/** Compact EdDSA (Ed25519) JWTs with `node:crypto` alone, as Fanfare's admission and access tokens look. */
import { generateKeyPairSync, type JsonWebKey, sign, verify } from 'node:crypto';
import { isObject } from './fields.js';

export type Claims = Readonly<Record<string, unknown>>;

export interface Signer {
  /** SPKI in PEM, as `node:crypto` takes it. */
  readonly publicKey: string;
  /** The same as a JWK. */
  readonly publicJwk: JsonWebKey;
  sign(claims: Claims): string;
  /** The claims of a token this signer signed, else undefined. */
  verify(token: string): Claims | undefined;
}

const HEADER = encode({ alg: 'EdDSA', typ: 'JWT' });

/** A signer with a key pair of its own, which lives as long as the signer. */
export function createSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    publicJwk: { ...publicKey.export({ format: 'jwk' }), alg: 'EdDSA', use: 'sig' },
    sign(claims) {
      const signed = `${HEADER}.${encode(claims)}`;
      return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
    },
    verify(token) {
      const [header, payload, signature, ...rest] = token.split('.');
      if (header !== HEADER || !payload || !signature || rest.length > 0) return undefined;
      const bytes = Buffer.from(signature, 'base64url');
      if (!verify(null, Buffer.from(`${header}.${payload}`), publicKey, bytes)) return undefined;
      return decode(payload);
    },
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Only called on bytes that carry our own signature, so they are JSON. */
function decode(payload: string): Claims | undefined {
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return isObject(claims) ? claims : undefined;
}
