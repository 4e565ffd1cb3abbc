import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { type HandedToken, readAdmissionToken } from '../../lib/tokens/admission-token.js';

const NOW = 1_700_000_000_000;
const IDS = { consumerId: 'cons_1', distributionId: 'queue_1', distributionType: 'queue' };
const OPAQUE = 'opaque-token_1.~x';

function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'EdDSA', typ: 'JWT' })}.${part(claims)}.c2lnbmF0dXJl`;
}

function refused(handed: HandedToken): unknown {
  const read = readAdmissionToken(handed, NOW);
  return 'refused' in read ? read.refused : 'nothing';
}

test('a JWT brings its own ids and times', () => {
  const token = jwt({
    ...IDS,
    ...{ experienceId: 'exp_1', admittedAt: '2023-11-14T22:00:00Z', expiresAt: NOW + 60_000 },
  });
  expect(readAdmissionToken({ token }, NOW)).toEqual({
    ...IDS,
    token,
    hash: createHash('sha256').update(token).digest('base64url'),
    ...{ experienceId: 'exp_1', admittedAt: 1_699_999_200_000, expiresAt: NOW + 60_000 },
  });
});

test('an opaque token takes the ids beside it', () => {
  expect(readAdmissionToken({ token: OPAQUE, ...IDS }, NOW)).toEqual({
    ...IDS,
    token: OPAQUE,
    hash: createHash('sha256').update(OPAQUE).digest('base64url'),
  });
});

test('fields beside a JWT fill what it leaves open, and never replace a claim', () => {
  const { consumerId, ...rest } = IDS;
  expect(readAdmissionToken({ token: jwt(rest), consumerId }, NOW)).toMatchObject(IDS);
  expect(readAdmissionToken({ token: jwt(IDS), consumerId, distributionType: '' }, NOW)).toMatchObject(IDS);
});

test('a JWT whose claims are no JSON is an opaque token', () => {
  const token = jwt(IDS).replace(/\.[^.]+\./, `.${Buffer.from('{"consumerId"').toString('base64url')}.`);
  expect(refused({ token })).toBe('ADMISSION_INVALID');
  expect(readAdmissionToken({ token, ...IDS }, NOW)).toMatchObject(IDS);
});

test.each<readonly [Record<string, unknown>, string | undefined]>([
  [{}, undefined],
  [{ organizationId: 'org_1' }, 'org_1'],
  [{ org: 'org_1' }, 'org_1'],
  [{ organizationId: 'org_1', org: 'org_2' }, 'org_1'],
  [{ organizationId: 'not an id', org: 'org_2' }, 'org_2'],
])('of %j the organization is %p', (claims, organizationId) => {
  const read = readAdmissionToken({ token: jwt({ ...IDS, ...claims }) }, NOW);
  expect('organizationId' in read ? read.organizationId : undefined).toBe(organizationId);
});

describe('the end', () => {
  test.each([
    ['exp in seconds', { exp: 1_700_000_100 }, undefined, NOW + 100_000],
    ['the earlier of two claims', { exp: 1_700_000_100, expiresAt: NOW + 50_000 }, undefined, NOW + 50_000],
    ['a field beside it shortens', { expiresAt: NOW + 50_000 }, String(NOW + 20_000), NOW + 20_000],
    ['a field beside it never prolongs', { expiresAt: NOW + 50_000 }, NOW + 90_000, NOW + 50_000],
    ['an unreadable one is unknown', { expiresAt: 'soon', exp: {} }, 'later', undefined],
    ['up to 5 s ago', { expiresAt: NOW - 5_000 }, undefined, NOW - 5_000],
  ])('%s', (_what, claims, expiresAt, expected) => {
    const read = readAdmissionToken({ token: jwt({ ...IDS, ...claims }), expiresAt }, NOW);
    expect(read).toMatchObject(IDS);
    expect('expiresAt' in read ? read.expiresAt : undefined).toBe(expected);
  });

  test('longer ago is expired', () => {
    expect(refused({ token: jwt({ ...IDS, expiresAt: NOW - 5_001 }) })).toBe('ADMISSION_EXPIRED');
    expect(refused({ token: jwt({ ...IDS, exp: 1_600_000_000 }) })).toBe('ADMISSION_EXPIRED');
  });
});

describe('refused before anybody is asked', () => {
  test.each<readonly [string, HandedToken, string]>([
    ['no text', { token: 12345678 }, 'INVALID_ADMISSION_DATA'],
    ['a list', { token: ['aaaaaaaa'] }, 'INVALID_ADMISSION_DATA'],
    ['null', { token: null }, 'INVALID_ADMISSION_DATA'],
    ['too short', { token: 'a'.repeat(7), ...IDS }, 'INVALID_ADMISSION_DATA'],
    ['too long', { token: 'a'.repeat(1_801), ...IDS }, 'INVALID_ADMISSION_DATA'],
    ['a line end behind it', { token: 'aaaaaaaa\n', ...IDS }, 'INVALID_ADMISSION_DATA'],
    ['a space', { token: 'aaaa aaaa', ...IDS }, 'INVALID_ADMISSION_DATA'],
    ['a malformed id beside', { token: OPAQUE, ...IDS, consumerId: '../x' }, 'INVALID_ADMISSION_DATA'],
    ['a doubled id beside', { token: OPAQUE, ...IDS, consumerId: ['a', 'b'] }, 'INVALID_ADMISSION_DATA'],
    [
      'an inherited type',
      { token: OPAQUE, ...IDS, distributionType: 'constructor' },
      'INVALID_ADMISSION_DATA',
    ],
    ['no ids', { token: OPAQUE }, 'ADMISSION_INVALID'],
    ['a malformed claim', { token: jwt({ ...IDS, consumerId: '../x' }) }, 'ADMISSION_INVALID'],
    ['an unknown type in it', { token: jwt({ ...IDS, distributionType: 'toString' }) }, 'ADMISSION_INVALID'],
    ['another consumer beside', { token: jwt(IDS), consumerId: 'cons_2' }, 'ADMISSION_MISMATCH'],
    ['another type beside', { token: jwt(IDS), distributionType: 'draw' }, 'ADMISSION_MISMATCH'],
    ['a claim of another kind', { token: jwt({ ...IDS, consumerId: 1 }), ...IDS }, 'ADMISSION_MISMATCH'],
  ])('%s', (_what, handed, expected) => {
    expect(refused(handed)).toBe(expected);
  });

  test('a token of 1,800 characters is not too long', () => {
    expect(refused({ token: 'a'.repeat(1_800), ...IDS })).toBe('nothing');
  });
});

test('anything is read or refused, never thrown, and a refusal repeats nothing of it', () => {
  const anything = fc.oneof(fc.anything(), fc.string(), fc.constant(OPAQUE), fc.object().map(jwt));
  const handed = fc.record({
    ...{ token: anything, consumerId: anything, distributionId: anything },
    ...{ distributionType: anything, expiresAt: anything },
  });
  fc.assert(
    fc.property(handed, (given) => {
      const read = readAdmissionToken(given, NOW);
      if ('refused' in read) expect(read.detail).not.toContain(OPAQUE);
      else expect(read.distributionId).toMatch(/^[\w-]{1,128}$/);
    }),
    { numRuns: 500 },
  );
});
