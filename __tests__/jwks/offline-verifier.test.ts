import * as jose from 'jose';
import { offlineVerifier, type OfflineVerifierOptions } from '../../lib/jwks/index.js';
import { requireJose } from '../../lib/jwks/jose.js';
import { byEd25519, claims, ec, ed25519, jwkOf, pemOf, rsa, token } from './minting.js';

const NOW = 1_800_000_000_000;
const SECOND = NOW / 1_000;
const at = { now: NOW, emit: () => undefined };
const edwards = ed25519();
const HEADER = { alg: 'EdDSA' };

function verify(options: Partial<OfflineVerifierOptions>, more: Record<string, unknown>): Promise<string> {
  const verifier = offlineVerifier({ keys: jwkOf(edwards), ...options } as OfflineVerifierOptions);
  return verifier.verify(token(HEADER, claims(NOW, more), byEd25519(edwards)), at);
}

describe('tokens that jose itself has signed', () => {
  test.each([
    ['EdDSA', ed25519()],
    ['Ed25519', ed25519()],
    ['ES256', ec('P-256')],
    ['ES384', ec('P-384')],
    ['ES512', ec('P-521')],
    ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((alg) => [alg, rsa()] as const),
  ] as const)('%s', async (alg, pair) => {
    const signed = await new jose.SignJWT(claims(NOW))
      .setProtectedHeader({ alg, kid: 'k1', typ: 'JWT' })
      .setExpirationTime(SECOND + 60)
      .sign(pair.privateKey);
    for (const keys of [jwkOf(pair, { kid: 'k1' }), pemOf(pair), [jwkOf(pair)], { keys: [jwkOf(pair)] }]) {
      expect(await offlineVerifier({ keys }).verify(signed, at)).toBe('signed');
    }
    expect(await offlineVerifier({ keys: jwkOf(ed25519()) }).verify(signed, at)).toBe('forged');
  });
});

test('of several keys without names each is tried, and of namesakes too', async () => {
  const others = [ed25519(), ed25519()];
  for (const kid of [undefined, 'same']) {
    const named = kid === undefined ? {} : { kid };
    const keys = [...others, edwards].map((pair) => jwkOf(pair, named));
    const signed = token({ ...HEADER, ...named }, claims(NOW), byEd25519(edwards));
    expect(await offlineVerifier({ keys }).verify(signed, at)).toBe('signed');
    expect(await offlineVerifier({ keys: keys.slice(0, 2) }).verify(signed, at)).toBe('forged');
  }
});

describe('claims', () => {
  const STRICT = { issuer: ['https://a.example', 'https://b.example'], audience: 'org_1' };
  const IDS = { iss: 'https://b.example', aud: ['org_2', 'org_1'] };

  test.each<[string, Partial<OfflineVerifierOptions>, Record<string, unknown>, string]>([
    ['no time at all', {}, {}, 'signed'],
    ['an end to come', {}, { exp: SECOND + 1 }, 'signed'],
    ['an end within the tolerance', {}, { exp: SECOND - 4 }, 'signed'],
    ['an end in the past', {}, { exp: SECOND - 5 }, 'unknown'],
    ['an end in the past, no tolerance', { clockToleranceSeconds: 0 }, { exp: SECOND - 1 }, 'unknown'],
    ['an end in the past, much tolerance', { clockToleranceSeconds: 60 }, { exp: SECOND - 59 }, 'signed'],
    ['an end that is no number', {}, { exp: 'tomorrow' }, 'unknown'],
    ['a beginning to come', {}, { nbf: SECOND + 60 }, 'unknown'],
    ['the right issuer and audience', STRICT, IDS, 'signed'],
    ['another issuer', STRICT, { ...IDS, iss: 'https://c.example' }, 'forged'],
    ['no issuer', STRICT, { aud: 'org_1' }, 'forged'],
    ['another audience', STRICT, { ...IDS, aud: 'org_2' }, 'forged'],
    ['no audience', STRICT, { iss: 'https://a.example' }, 'forged'],
  ])('%s', async (_what, options, more, verdict) => {
    expect(await verify(options, more)).toBe(verdict);
  });

  test('that are no object prove nothing', async () => {
    for (const payload of ['[]', '"text"', 'null', 'no JSON', '']) {
      const signed = token(HEADER, payload, byEd25519(edwards));
      expect(await offlineVerifier({ keys: jwkOf(edwards) }).verify(signed, at)).toBe('forged');
    }
  });
});

describe('a wrong option', () => {
  const keys = jwkOf(edwards);

  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /object of options/],
    ['no keys', {}, /either "keys" or "jwksUrl"/],
    ['both', { keys, jwksUrl: 'https://x.example/jwks.json' }, /either "keys" or "jwksUrl"/],
    ['a misspelt name', { jwksURL: 'https://x.example' }, /Did you mean "jwksUrl"/],
    ['null', { keys: null }, /"keys" is null/],
    ['an empty list', { keys: [] }, /holds no key/],
    ['an empty set', { keys: { keys: [] } }, /holds no key/],
    [
      'a bad key among good ones',
      { keys: [keys, { kty: 'oct', k: 'eA' }] },
      /key 2 of "keys" is a shared secret/,
    ],
    [
      'a private key',
      { keys: edwards.privateKey.export({ format: 'jwk' }) },
      /key 1 of "keys" is a private key/,
    ],
    ['times for fixed keys', { keys, staleSeconds: 5 }, /"staleSeconds" goes with "jwksUrl"/],
    ['plain http', { jwksUrl: 'http://x.example/jwks.json' }, /"jwksUrl" must be an absolute https/],
    ['http to a host that looks near', { jwksUrl: 'http://127.0.0.1.x.example/' }, /"jwksUrl"/],
    ['another scheme', { jwksUrl: 'file:///etc/passwd' }, /"jwksUrl"/],
    ['a password', { jwksUrl: 'https://user:secret@x.example/' }, /"jwksUrl"/],
    ['no address', { jwksUrl: '/jwks.json' }, /"jwksUrl"/],
    ['a number', { jwksUrl: 1 }, /"jwksUrl".*got 1/],
    ['HS256', { keys, algorithms: ['EdDSA', 'HS256'] }, /"algorithms".*never accepted/],
    ['none', { keys, algorithms: ['none'] }, /"algorithms"/],
    ['no algorithm', { keys, algorithms: [] }, /"algorithms"/],
    ['an algorithm alone', { keys, algorithms: 'EdDSA' }, /"algorithms"/],
    ['an empty issuer', { keys, issuer: '' }, /"issuer"/],
    ['no issuer that could fit', { keys, issuer: [] }, /"issuer"/],
    ['an audience that is none', { keys, audience: [1] }, /"audience"/],
    ['a negative tolerance', { keys, clockToleranceSeconds: -1 }, /"clockToleranceSeconds"/],
    ['NaN', { keys, clockToleranceSeconds: NaN }, /"clockToleranceSeconds".*got NaN/],
    ['a text for seconds', { jwksUrl: 'https://x.example', refreshSeconds: '5' }, /"refreshSeconds"/],
    ['no cool-down', { jwksUrl: 'https://x.example', cooldownSeconds: 0 }, /"cooldownSeconds"/],
    ['for ever', { jwksUrl: 'https://x.example', staleSeconds: Infinity }, /"staleSeconds"/],
  ])('%s', (_what, options, message) => {
    expect(() => offlineVerifier(options as OfflineVerifierOptions)).toThrow(message);
    expect(() => offlineVerifier(options as OfflineVerifierOptions)).toThrow(TypeError);
  });

  test('is never repeated: it may be a secret', () => {
    for (const secret of ['https://user:hunter2@x.example/', 'hunter2']) {
      expect(() => offlineVerifier({ jwksUrl: secret })).not.toThrow(/hunter2/);
    }
  });
});

test('without jose an error says what to install', () => {
  const missing = (): never => {
    throw new Error('Cannot find module');
  };
  expect(() => {
    requireJose(missing);
  }).toThrow(/npm install jose@6/);
});
