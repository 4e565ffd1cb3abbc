import fc from 'fast-check';
import { createKeyring } from '../../lib/tokens/keyring.js';
import { openToken, sealToken } from '../../lib/tokens/seal.js';

const [A, B, C] = ['A', 'B', 'C'].map((letter) => letter.repeat(32));
const token = fc.string({
  unit: fc.constantFrom(...Array.from('aZ09._~-')),
  minLength: 8,
  maxLength: 1_800,
  size: 'max',
});

test('whoever has the secret opens, as the first one or as an older one', () => {
  fc.assert(
    fc.property(token, (text) => {
      const sealed = sealToken(createKeyring([A!]), text, 'id_1');
      expect(openToken(createKeyring([A!]), sealed, 'id_1')).toBe(text);
      expect(openToken(createKeyring([C!, B!, A!]), sealed, 'id_1')).toBe(text);
      expect(openToken(createKeyring([B!, C!]), sealed, 'id_1')).toBeUndefined();
    }),
  );
});

test('a seal holds for one admission only', () => {
  const keyring = createKeyring([A!]);
  expect(openToken(keyring, sealToken(keyring, 'a token', 'id_1'), 'id_2')).toBeUndefined();
});

test('the same token is never sealed the same way twice, and does not show', () => {
  const keyring = createKeyring([A!]);
  const sealed = new Set(Array.from({ length: 50 }, () => sealToken(keyring, 'aaaaaaaa', 'id_1')));
  expect(sealed.size).toBe(50);
  for (const text of sealed) expect(Buffer.from(text, 'base64url').toString('latin1')).not.toContain('aaaa');
});

test('a damaged or made-up seal does not open', () => {
  const keyring = createKeyring([A!]);
  const bytes = Buffer.from(sealToken(keyring, 'a token of some length', 'id_1'), 'base64url');
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
      const damaged = Buffer.from(bytes);
      damaged.writeUInt8(damaged.readUInt8(at) ^ bits, at);
      expect(openToken(keyring, damaged.toString('base64url'), 'id_1')).toBeUndefined();
      expect(openToken(keyring, bytes.subarray(0, at).toString('base64url'), 'id_1')).toBeUndefined();
    }),
  );
  fc.assert(fc.property(fc.string(), (text) => openToken(keyring, text, 'id_1') === undefined));
});

test('a keyring without a secret is a mistake', () => {
  expect(() => createKeyring([])).toThrow('session.secrets');
});
