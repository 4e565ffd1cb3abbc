import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import jwt from 'jsonwebtoken';
import { DISTRIBUTION_TYPES } from '../../lib/admission/identity.js';
import { createKeyring } from '../../lib/tokens/keyring.js';
import { openToken, sealToken } from '../../lib/tokens/seal.js';
import { readSession, type Session, signSession } from '../../lib/tokens/session.js';

const OLD = 'an older session secret, long enough';
const NEW = 'a newer session secret, long enough';
const keyring = createKeyring([NEW, OLD]);
const ORG = 'org_1';
const END = 1_700_000_600_000;

const id = fc.string({
  unit: fc.constantFrom(...Array.from('abcXYZ019_-')),
  minLength: 1,
  maxLength: 128,
  size: 'max',
});
const time = fc.integer({ min: 1_000_000_000_000, max: 4_000_000_000_000 });
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((b) => Buffer.from(b).toString('base64url'));
const admission = fc.record(
  {
    ...{ id: hash, consumerId: id, distributionId: id, experienceId: id, admittedAt: time, expiresAt: time },
    distributionType: fc.constantFrom(...DISTRIBUTION_TYPES),
  },
  { requiredKeys: ['id', 'consumerId', 'distributionId', 'distributionType'] },
);
const session: fc.Arbitrary<Session> = fc.record({
  ...{ admission, startedAt: time, validatedAt: time, attempted: fc.boolean() },
  provenBy: fc.constantFrom('fanfare' as const, 'signature' as const, 'nobody' as const),
  sid: fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((bytes) => Buffer.from(bytes).toString('base64url')),
});

const sample: Session = {
  admission: {
    id: 'a'.repeat(43),
    consumerId: 'cons_1',
    distributionId: 'queue_1',
    distributionType: 'queue',
    expiresAt: END,
  },
  ...{ sid: 's'.repeat(22), startedAt: 1, validatedAt: 2, attempted: false },
  provenBy: 'fanfare',
};

test('what is signed is read back, also after the secret was rotated', () => {
  fc.assert(
    fc.property(session, hash, (given, sealed) => {
      const text = signSession(createKeyring([OLD]), ORG, given, sealed, END);
      expect(readSession(keyring, ORG, text)).toEqual({ session: given, sealedToken: sealed });
      expect(readSession(createKeyring([NEW]), ORG, text)).toBeUndefined();
      expect(readSession(keyring, 'org_2', text)).toBeUndefined();
    }),
  );
});

test('the first secret signs', () => {
  const text = signSession(keyring, ORG, sample, 'sealed', END);
  expect(readSession(createKeyring([NEW]), ORG, text)?.session).toEqual(sample);
  expect(readSession(createKeyring([OLD]), ORG, text)).toBeUndefined();
});

test('the text names its purpose and its end to whoever reads it, and not when it was made', () => {
  const claims = jwt.decode(signSession(keyring, ORG, sample, 'sealed', END + 1)) as Record<string, unknown>;
  expect(claims).toMatchObject({ use: 'admission-session', aud: ORG, exp: END / 1_000 + 1 });
  expect(claims).not.toHaveProperty('iat');
});

test('the largest session fits the 4,096 bytes of a cookie with its name', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-';
  const longest = 'z'.repeat(128);
  const admissionId = 'a'.repeat(43);
  for (let round = 0; round < 20; round += 1) {
    const token = Array.from(randomBytes(1_800), (byte) => alphabet[byte % alphabet.length]).join('');
    const large: Session = {
      admission: {
        ...{ id: admissionId, consumerId: longest, distributionId: longest, experienceId: longest },
        ...{ distributionType: 'timed_release', admittedAt: END, expiresAt: END },
      },
      ...{ sid: 's'.repeat(22), startedAt: END, validatedAt: END, attempted: true },
      provenBy: 'signature',
    };
    const sealed = sealToken(keyring, token, admissionId);
    const text = signSession(keyring, 'o'.repeat(128), large, sealed, END);
    expect('__Host-fanfare_admission_12345678'.length + text.length).toBeLessThanOrEqual(4_096);
    const carried = readSession(keyring, 'o'.repeat(128), text);
    expect(openToken(keyring, carried!.sealedToken, admissionId)).toBe(token);
  }
});

describe('what we did not sign as a session for this organization is none', () => {
  const key = keyring[0].signing;
  const claims = jwt.decode(signSession(keyring, ORG, sample, 'sealed', END)) as Record<string, unknown>;
  const sign = (changed: object, options: jwt.SignOptions = {}): string =>
    jwt.sign({ ...claims, ...changed }, key, { noTimestamp: true, ...options });

  /** `jsonwebtoken` itself signs no such thing. */
  function signedNull(): string {
    const text = `${sign({}).split('.')[0]!}.${Buffer.from('null').toString('base64url')}`;
    return `${text}.${createHmac('sha256', NEW).update(text).digest('base64url')}`;
  }

  test('the untouched claims are', () => {
    expect(readSession(keyring, ORG, sign({}))?.session).toEqual(sample);
  });

  test.each([
    ['another purpose', () => sign({ use: 'handoff' })],
    ['no purpose', () => sign({ use: undefined })],
    ['another organization', () => sign({ aud: 'org_2' })],
    ['another algorithm with our key', () => sign({}, { algorithm: 'HS512' })],
    ['no algorithm', () => jwt.sign(claims, '', { algorithm: 'none' })],
    ['another key', () => jwt.sign(claims, 'x'.repeat(32))],
    ['an unknown type', () => sign({ typ: '__proto__' })],
    ['a malformed id', () => sign({ con: 'a b' })],
    ['a payload that is no object', () => jwt.sign('text', key)],
    ['a payload that is null', () => signedNull()],
    ['a payload that is no JSON', () => sign({}).replace(/\.[^.]+\./, '.eyJ1c2UiOiJhXG1p.')],
    ['too long a text', () => sign({ pad: 'x'.repeat(4_096) })],
    ['nothing', () => ''],
    ['dots', () => '..'],
  ])('%s', (_what, make) => {
    expect(readSession(keyring, ORG, make())).toBeUndefined();
  });

  test('any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        expect(readSession(keyring, ORG, text)).toBeUndefined();
      }),
    );
  });

  test('any one changed character', () => {
    const text = signSession(keyring, ORG, sample, 'sealed', END);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 1, max: 127 }), (at, bits) => {
        const changed = String.fromCharCode(text.charCodeAt(at) ^ bits);
        expect(readSession(keyring, ORG, text.slice(0, at) + changed + text.slice(at + 1))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });
});
