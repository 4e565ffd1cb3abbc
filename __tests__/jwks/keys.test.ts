import { generateKeyPairSync } from 'node:crypto';
import { readJwk, readKey } from '../../lib/jwks/keys.js';
import { ec, ed25519, jwkOf, pemOf, rsa } from './minting.js';

const edwards = ed25519();
const large = rsa();
const small = rsa(1_024);
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

test.each([
  ['Ed25519', jwkOf(edwards), ['EdDSA', 'Ed25519']],
  ['Ed25519 in PEM', pemOf(edwards), ['EdDSA', 'Ed25519']],
  ['P-256', jwkOf(ec('P-256')), ['ES256']],
  ['P-384', jwkOf(ec('P-384')), ['ES384']],
  ['P-521 in PEM', pemOf(ec('P-521')), ['ES512']],
  ['RSA', jwkOf(large), RSA],
  ['RSA for one algorithm', jwkOf(large, { alg: 'PS512', use: 'sig' }), ['PS512']],
  ['RSA for verifying', jwkOf(large, { key_ops: ['verify'] }), RSA],
])('%s', (_what, source, algorithms) => {
  expect(readKey(source)).toMatchObject({ algorithms });
});

test.each([
  ['a shared secret', { kty: 'oct', k: 'c2VjcmV0' }, 'shared secret'],
  ['a private JWK', edwards.privateKey.export({ format: 'jwk' }), 'private'],
  [
    'a private key in PEM',
    edwards.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    'no public key in PEM',
  ],
  ['a key for encrypting', jwkOf(large, { use: 'enc' }), 'not for signatures'],
  ['a key for signing', jwkOf(large, { key_ops: ['sign'] }), 'not for verifying'],
  ['operations that are no list', jwkOf(large, { key_ops: 'verify' }), 'not for verifying'],
  ['a short RSA key', jwkOf(small), 'fewer than 2048 bits'],
  ['a short RSA key in PEM', pemOf(small), 'fewer than 2048 bits'],
  ['an unknown algorithm', jwkOf(edwards, { alg: 'none' }), 'no known algorithm'],
  ['an algorithm of another kind', jwkOf(edwards, { alg: 'RS256' }), 'no known algorithm'],
  ['a shared secret’s algorithm', jwkOf(large, { alg: 'HS256' }), 'no known algorithm'],
  ['a curve of coins', jwkOf(ec('secp256k1')), 'no known algorithm'],
  ['a key for agreeing', pemOf(generateKeyPairSync('x25519')), 'no known algorithm'],
  ['a point outside the curve', { ...jwkOf(ec()), x: 'AAAA' }, 'damaged'],
  ['an unknown type', { kty: 'X' }, 'damaged'],
  ['a type of Object.prototype', { kty: '__proto__' }, 'damaged'],
  ['a JWK without anything', {}, 'damaged'],
  ['a damaged PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'damaged'],
  ['a text', 'pk_test_1', 'no public key in PEM'],
  ['nothing', undefined, 'no JWK'],
  ['null', null, 'no JWK'],
  ['a number', 1, 'no JWK'],
  ['a list', [jwkOf(edwards)], 'no JWK'],
])('%s is unfit', (_what, source, unfit) => {
  expect(readKey(source)).toEqual({ unfit: expect.stringContaining(unfit) as string });
});

test('a published set holds JWKs only', () => {
  expect(readJwk(pemOf(edwards))).toEqual({ unfit: 'is no JWK' });
});
