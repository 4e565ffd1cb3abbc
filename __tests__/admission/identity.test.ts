import fc from 'fast-check';
import {
  admissionId,
  DISTRIBUTION_TYPES,
  distributionType,
  isAnothers,
  isId,
  type Triple,
} from '../../lib/admission/identity.js';

const part = fc.string({ unit: fc.constantFrom(...Array.from('ab1:_-')), minLength: 1, maxLength: 8 });
const named = fc.tuple(
  part,
  fc.record({
    ...{ distributionId: part, consumerId: part },
    distributionType: fc.constantFrom(...DISTRIBUTION_TYPES),
  }),
  fc.option(fc.nat(200), { nil: undefined }),
);

const TRIPLE: Triple = { distributionType: 'queue', distributionId: 'queue_1', consumerId: 'cons_1' };

describe('admissionId', () => {
  test('is the same for the same admission, and another for every other one', () => {
    fc.assert(
      fc.property(named, named, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(admissionId(...one)).toBe(admissionId(...one));
        expect(admissionId(...one) === admissionId(...other)).toBe(same);
      }),
      { numRuns: 1_000 },
    );
  });

  test('moving a character from one part to the next makes another admission', () => {
    const moved = { ...TRIPLE, distributionId: 'queue_', consumerId: '1cons_1' };
    expect(admissionId('org', moved, undefined)).not.toBe(admissionId('org', TRIPLE, undefined));
  });

  test('may itself be used as an id, and stays as it is from version to version', () => {
    const id = admissionId('org_1', TRIPLE, 1_700_000_000_000);
    expect(isId(id)).toBe(true);
    // SHA-256 of 5:org_15:queue7:queue_16:cons_113:1700000000000
    expect(id).toBe('fqxJ2-Q9ukR3xqVSImAV1FSQcPEKDJ0ZkZViWyI4BQc');
    // SHA-256 of 5:org_15:queue7:queue_16:cons_10:
    expect(admissionId('org_1', TRIPLE, undefined)).toBe('mKwPgp0aDeNRcyS9x935Ch7_K8EVIAKS_N_D2uBiw4w');
  });
});

test.each<readonly [unknown, boolean]>([
  ['a', true],
  ['A-z_9', true],
  ['x'.repeat(128), true],
  ['x'.repeat(129), false],
  ['', false],
  ['a b', false],
  ['a\n', false],
  ['..', false],
  ['a/b', false],
  ['é', false],
  ['a\u0000', false],
  [7, false],
  [null, false],
  [['a'], false],
])('isId(%j) is %p', (value, expected) => {
  expect(isId(value)).toBe(expected);
});

test('only the four types are types', () => {
  expect(DISTRIBUTION_TYPES).toEqual(['queue', 'draw', 'auction', 'timed_release', 'appointment']);
  for (const type of DISTRIBUTION_TYPES) expect(distributionType(type)).toBe(type);
  for (const other of [
    'Queue',
    'queue ',
    '__proto__',
    'constructor',
    'toString',
    '',
    null,
    1,
    ['queue'],
    {},
  ]) {
    expect(distributionType(other)).toBeUndefined();
  }
});

test.each<readonly [string | undefined, string, boolean]>([
  ['org_2', 'org_1', true],
  ['org_1', 'org_1', false],
  [undefined, 'org_1', false],
  // Names of another kind may well mean the same organization.
  ['shop-2', 'org_1', false],
  ['org_2', 'shop-1', false],
  ['my_org_2', 'org_1', false],
])('a token for %p is another’s than %s: %p', (claimed, ours, expected) => {
  expect(isAnothers(claimed, ours)).toBe(expected);
});
