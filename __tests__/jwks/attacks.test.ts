import type { OfflineVerifier } from '../../lib/index.js';
import { offlineVerifier } from '../../lib/jwks/index.js';
import { FORGERIES, type Genuine, genuineKeys, keySetOf, STRANGERS } from './attacks.js';
import { byEc, byEd25519, byRsa, claims, jwkOf, pemOf, token } from './minting.js';

const NOW = 1_800_000_000_000;
const at = { now: NOW, emit: () => undefined };
let genuine: Genuine;
let own: Genuine;
let verifier: OfflineVerifier;

beforeAll(() => {
  genuine = genuineKeys();
  own = genuineKeys();
  verifier = offlineVerifier({ keys: keySetOf(genuine) });
});

test('without an attack, each key passes', async () => {
  for (const good of [
    token({ alg: 'EdDSA', kid: 'ed' }, claims(NOW), byEd25519(genuine.edwards)),
    token({ alg: 'RS256', kid: 'rsa' }, claims(NOW), byRsa(genuine.rsa)),
    token({ alg: 'ES256', kid: 'ec' }, claims(NOW), byEc(genuine.ec)),
    token({ alg: 'ES256' }, claims(NOW), byEc(genuine.ec)),
  ]) {
    expect(await verifier.verify(good, at)).toBe('signed');
  }
});

test.each(Object.entries(FORGERIES))('forged: %s', async (_name, attack) => {
  expect(await verifier.verify(attack(genuine, own, NOW), at)).toBe('forged');
});

test.each(Object.entries(FORGERIES))('forged for a single key in PEM, too: %s', async (name, attack) => {
  // Without a name, a key may be the one that a token calls by any name; the signature still has to be its own.
  const one = offlineVerifier({ keys: pemOf(genuine.edwards) });
  expect([name, await one.verify(attack(genuine, own, NOW), at)]).toEqual([name, 'forged']);
});

test.each(Object.entries(STRANGERS))('unknown: %s', async (_name, attack) => {
  expect(await verifier.verify(attack(genuine, own, NOW), at)).toBe('unknown');
});

test('an algorithm that is not on the list is refused, however good the signature', async () => {
  const { edwards, rsa } = genuine;
  const strict = offlineVerifier({ keys: keySetOf(genuine), algorithms: ['EdDSA'] });
  const [ed, rs] = [
    token({ alg: 'EdDSA', kid: 'ed' }, claims(NOW), byEd25519(edwards)),
    token({ alg: 'RS256', kid: 'rsa' }, claims(NOW), byRsa(rsa)),
  ];
  expect([await strict.verify(ed, at), await strict.verify(rs, at)]).toEqual(['signed', 'forged']);
});

test('a key keeps to the algorithm it is published for', async () => {
  const keys = [jwkOf(genuine.rsa, { kid: 'rsa', alg: 'PS256' })];
  const published = offlineVerifier({ keys });
  const rs = token({ alg: 'RS256', kid: 'rsa' }, claims(NOW), byRsa(genuine.rsa));
  expect(await published.verify(rs, at)).toBe('forged');
});
