/**
 * Tokens that somebody made who has the public keys and any number of genuine tokens, but no private key. One of them is
 * worth nothing wherever it is shown.
 */
import type { JsonWebKey } from 'node:crypto';
import {
  base64,
  byEc,
  byEd25519,
  byHmac,
  byNobody,
  byRsa,
  claims,
  ec,
  ed25519,
  jwkOf,
  type Pair,
  pemOf,
  rsa,
  token,
} from './minting.js';

/** The keys that count, under their ids, and one without a name. */
export interface Genuine {
  readonly edwards: Pair;
  readonly rsa: Pair;
  readonly ec: Pair;
}

export function genuineKeys(): Genuine {
  return { edwards: ed25519(), rsa: rsa(), ec: ec() };
}

export function keySetOf({ edwards, rsa: r, ec: e }: Genuine): { readonly keys: readonly JsonWebKey[] } {
  return { keys: [jwkOf(edwards, { kid: 'ed' }), jwkOf(r, { kid: 'rsa' }), jwkOf(e, { kid: 'ec' })] };
}

const ED = { alg: 'EdDSA', typ: 'JWT', kid: 'ed' };
const RS = { alg: 'RS256', typ: 'JWT', kid: 'rsa' };
const ES = { alg: 'ES256', typ: 'JWT', kid: 'ec' };

/** Each makes a token anew from the keys, the attacker's own keys, and the time. */
type Attack = (genuine: Genuine, own: Genuine, now: number) => string;

function altered(change: (parts: [string, string, string], own: Genuine) => string): Attack {
  return ({ edwards }, own, now) => {
    const parts = token(ED, claims(now), byEd25519(edwards)).split('.') as [string, string, string];
    return change(parts, own);
  };
}

/** The header as given, signed by the attacker's own Ed25519 key. */
function headed(header: (genuine: Genuine, own: Genuine) => unknown): Attack {
  return (genuine, own, now) => token(header(genuine, own), claims(now), byEd25519(own.edwards));
}

/** The header as given, with a shared secret made of what everybody can read. */
function keyed(header: unknown, secret: (genuine: Genuine) => string | Buffer): Attack {
  return (genuine, _own, now) => token(header, claims(now), byHmac(secret(genuine)));
}

function unsigned(header: unknown): Attack {
  return (_genuine, _own, now) => token(header, claims(now), byNobody);
}

const RICHER = base64({ consumerId: 'cons_2', distributionId: 'queue_1', distributionType: 'queue' });

/** What the verifier must call `forged`. */
export const FORGERIES: Readonly<Record<string, Attack>> = {
  'alg none, no signature': unsigned({ alg: 'none' }),
  'alg None': unsigned({ alg: 'None' }),
  'alg NONE with a kid': unsigned({ alg: 'NONE', kid: 'ed' }),
  'alg nOnE': unsigned({ alg: 'nOnE', typ: 'JWT' }),
  'alg empty': unsigned({ alg: '', kid: 'ed' }),
  'alg missing': headed(() => ({ typ: 'JWT', kid: 'ed' })),
  'alg null': headed(() => ({ alg: null, kid: 'ed' })),
  'alg a number': headed(() => ({ alg: 1, kid: 'ed' })),
  'alg a list': headed(() => ({ alg: ['EdDSA'], kid: 'ed' })),
  'alg with a space': headed(() => ({ alg: 'EdDSA ', kid: 'ed' })),
  'alg in small letters': headed(() => ({ alg: 'eddsa', kid: 'ed' })),
  'alg of Object.prototype': headed(() => ({ alg: 'constructor', kid: 'ed' })),
  'alg __proto__': headed(() => '{"__proto__":{"alg":"EdDSA"},"kid":"ed"}'),
  'alg none with a genuine signature': altered(
    ([, payload, signature]) => `${base64({ alg: 'none', kid: 'ed' })}.${payload}.${signature}`,
  ),
  'HS256 with the PEM as secret': keyed({ alg: 'HS256', kid: 'rsa' }, (genuine) => pemOf(genuine.rsa)),
  'HS256 with the PEM, trimmed': keyed({ alg: 'HS256', kid: 'rsa' }, (genuine) => pemOf(genuine.rsa).trim()),
  'HS256 with the DER': keyed({ alg: 'HS256', kid: 'rsa' }, ({ rsa: { publicKey } }) =>
    publicKey.export({ type: 'spki', format: 'der' }),
  ),
  'HS256 with the JWK': keyed({ alg: 'HS256', kid: 'ed' }, (genuine) =>
    JSON.stringify(jwkOf(genuine.edwards)),
  ),
  'HS256 with the raw point': keyed({ alg: 'HS256', kid: 'ed' }, (genuine) =>
    Buffer.from(String(jwkOf(genuine.edwards).x), 'base64url'),
  ),
  'HS384 in name': keyed({ alg: 'HS384', kid: 'rsa' }, (genuine) => pemOf(genuine.rsa)),
  'HS512 in name, no kid': keyed({ alg: 'HS512' }, (genuine) => pemOf(genuine.rsa)),
  'RS256 in name, an HMAC inside': keyed(RS, (genuine) => pemOf(genuine.rsa)),
  'HS256 with an empty secret': keyed({ alg: 'HS256' }, () => ''),
  "another's Ed25519 key": headed(() => ED),
  "another's Ed25519 key, no kid": headed(() => ({ alg: 'EdDSA' })),
  "another's RSA key": (_genuine, own, now) => token(RS, claims(now), byRsa(own.rsa)),
  "another's P-256 key": (_genuine, own, now) => token(ES, claims(now), byEc(own.ec)),
  'the RSA key under the name of the Ed25519 key': (genuine, _own, now) =>
    token({ alg: 'RS256', kid: 'ed' }, claims(now), byRsa(genuine.rsa)),
  'PS256 in name, PKCS#1 inside': (genuine, _own, now) =>
    token({ alg: 'PS256', kid: 'rsa' }, claims(now), byRsa(genuine.rsa)),
  'ES256 all zero': (_genuine, _own, now) => token(ES, claims(now), () => Buffer.alloc(64)),
  'ES256 as DER': (_genuine, own, now) =>
    token(ES, claims(now), (signed) => Buffer.concat([Buffer.from([0x30, 0x44]), byEc(own.ec)(signed)])),
  'Ed25519 all zero': (_genuine, _own, now) => token(ED, claims(now), () => Buffer.alloc(64)),
  'a kid that nobody has': headed(() => ({ alg: 'EdDSA', kid: 'other' })),
  'a kid that climbs': headed(() => ({ alg: 'EdDSA', kid: '../../../../dev/null' })),
  'a kid that is SQL': headed(() => ({ alg: 'EdDSA', kid: "' UNION SELECT 'x" })),
  'a kid that is a command': headed(() => ({ alg: 'EdDSA', kid: '| sleep 10' })),
  'a kid of Object.prototype': headed(() => ({ alg: 'EdDSA', kid: '__proto__' })),
  'a kid that is an address': headed(() => ({ alg: 'EdDSA', kid: 'http://127.0.0.1:1/key' })),
  'a kid that is a list': headed(() => ({ alg: 'EdDSA', kid: ['ed'] })),
  'a kid that is an object': headed(() => ({ alg: 'EdDSA', kid: { toString: 'ed' } })),
  'a kid that is null': headed(() => ({ alg: 'EdDSA', kid: null })),
  'its own key in the header (jwk)': headed((_genuine, own) => ({ ...ED, jwk: jwkOf(own.edwards) })),
  'its own key in the header, no kid': headed((_genuine, own) => ({ alg: 'EdDSA', jwk: jwkOf(own.edwards) })),
  'a shared secret in the header (jwk)': keyed(
    { alg: 'HS256', jwk: { kty: 'oct', k: base64('secret') } },
    () => 'secret',
  ),
  'its own key set by address (jku)': headed(() => ({ ...ED, jku: 'http://127.0.0.1:1/jwks.json' })),
  'jku with a kid that nobody has': headed(() => ({ alg: 'EdDSA', kid: 'x', jku: 'http://127.0.0.1:1/' })),
  'its own certificate by address (x5u)': headed(() => ({ ...ED, x5u: 'http://127.0.0.1:1/cert.pem' })),
  'its own certificate in the header (x5c)': headed((_genuine, own) => ({
    ...ED,
    x5c: [own.edwards.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')],
  })),
  'crit that nobody knows': (genuine, _own, now) =>
    token({ ...ED, crit: ['x'], x: 1 }, claims(now), byEd25519(genuine.edwards)),
  'crit empty': (genuine, _own, now) => token({ ...ED, crit: [] }, claims(now), byEd25519(genuine.edwards)),
  'crit with a name that is not there': (genuine, _own, now) =>
    token({ ...ED, crit: ['b64'] }, claims(now), byEd25519(genuine.edwards)),
  'b64 false': (genuine, _own, now) =>
    token({ ...ED, crit: ['b64'], b64: false }, claims(now), byEd25519(genuine.edwards)),
  'other claims under a genuine signature': altered(([header, , sig]) => `${header}.${RICHER}.${sig}`),
  'another header over a genuine signature': altered(
    ([, payload, sig]) => `${base64({ ...ED, typ: 'X' })}.${payload}.${sig}`,
  ),
  'no signature': altered(([header, payload]) => `${header}.${payload}.`),
  'two parts': altered(([header, payload]) => `${header}.${payload}`),
  'four parts': altered((parts) => [...parts, parts[2]].join('.')),
  'five parts': altered((parts) => [...parts, '', ''].join('.')),
  'twice the same token': altered((parts) => [...parts, ...parts].join('.')),
  'two tokens glued together': altered((parts) => parts.join('.') + parts.join('.')),
  'half a signature': altered(([header, payload, sig]) => `${header}.${payload}.${sig.slice(0, 43)}`),
  'a signature and more': altered(([header, payload, sig]) => `${header}.${payload}.${sig}AAAA`),
  'a signature with one bit changed': altered(
    ([header, payload, sig]) => `${header}.${payload}.${sig.startsWith('A') ? 'B' : 'A'}${sig.slice(1)}`,
  ),
  'the payload cut short': altered(([header, payload, sig]) => `${header}.${payload.slice(0, -4)}.${sig}`),
  'the payload left out': altered(([header, , sig]) => `${header}..${sig}`),
  'the parts in another order': altered(([header, payload, sig]) => `${header}.${sig}.${payload}`),
  'claims named twice': (_genuine, own, now) =>
    token(
      ED,
      `{"consumerId":"cons_1","consumerId":"cons_2",${JSON.stringify(claims(now)).slice(1)}`,
      byEd25519(own.edwards),
    ),
  'alg named twice, the bad one last': headed(() => '{"alg":"EdDSA","kid":"ed","alg":"none"}'),
  'alg named twice, the bad one first': headed(() => '{"alg":"none","kid":"ed","alg":"EdDSA"}'),
  'a huge header': headed(() => ({ ...ED, x: 'x'.repeat(4_000) })),
  'a header with a thousand names': headed(() => ({
    ...ED,
    ...Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`n${String(index)}`, 1])),
  })),
};

/** What is no signed token at all; Fanfare may know it, so it is `unknown`, and never more than that. */
export const STRANGERS: Readonly<Record<string, Attack>> = {
  'an opaque token': () => 'adm_0123456789abcdef',
  'an opaque token with dots': () => 'aaaa.bbbb.cccc',
  'dots alone': () => '........',
  'a header that is a list': headed(() => '["EdDSA"]'),
  'a header that is a text': headed(() => '"EdDSA"'),
  'a header that is null': headed(() => 'null'),
  'a header that is no JSON': headed(() => '{"alg":"EdDSA"'),
  'a header nested without end': headed(() => '['.repeat(1_000)),
  'an encrypted token': () =>
    `${base64({ alg: 'dir', enc: 'A256GCM' })}..${base64('iv')}.${base64('x')}.${base64('t')}`,
  'a token too long to look at': altered((parts) => parts.join('.') + 'A'.repeat(20_000)),
};
