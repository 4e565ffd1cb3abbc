import fc from 'fast-check';
import { admissionId, DISTRIBUTION_TYPES } from '../../lib/admission/identity.js';
import { readTarget } from '../../lib/completion/target.js';
import { FanfareError } from '../../lib/errors.js';

const TRIPLE = { distributionType: 'queue', distributionId: 'queue_1', consumerId: 'cons_1' } as const;

function refusedFor(value: unknown): FanfareError {
  try {
    readTarget(value, 'org_1');
  } catch (error) {
    if (error instanceof FanfareError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('readTarget', () => {
  it('takes an id alone', () => {
    expect(readTarget({ id: 'adm-1' }, 'org_1')).toEqual({ by: 'id', id: 'adm-1' });
  });

  it('takes an id beside some of the three, such as a payment provider keeps', () => {
    expect(readTarget({ id: 'adm-1', consumerId: 'cons_1', paymentId: 7 }, 'org_1')).toEqual({
      by: 'id',
      id: 'adm-1',
    });
  });

  it('takes a full admission, and nothing else that is on it', () => {
    const admission = { id: 'adm-1', ...TRIPLE, experienceId: 'exp_1', admittedAt: 1e12, expiresAt: 2e12 };
    const request = { ...admission, validatedAt: 5, verifiedBy: 'session', attempt: { number: 1 } };
    expect(readTarget(request, 'org_1')).toEqual({ by: 'admission', admission });
  });

  it('reads the times of an admission that went through JSON or a form, and leaves out what is no time', () => {
    const admission = { id: 'adm-1', ...TRIPLE, admittedAt: '2023-11-14T22:13:20Z', expiresAt: 'soon' };
    expect(readTarget(admission, 'org_1')).toEqual({
      by: 'admission',
      admission: { id: 'adm-1', ...TRIPLE, admittedAt: 1_700_000_000_000 },
    });
  });

  it.each([undefined, null])('takes the three ids when the id is %p', (id) => {
    expect(readTarget({ id, ...TRIPLE }, 'org_1')).toEqual({
      by: 'triple',
      admission: { id: admissionId('org_1', TRIPLE, undefined), ...TRIPLE },
    });
  });

  it.each(DISTRIBUTION_TYPES)('takes %s', (type) => {
    expect(readTarget({ ...TRIPLE, distributionType: type }, 'org_1').by).toBe('triple');
  });

  it.each<[string, unknown]>([
    ['id', { id: 'a/b' }],
    ['id', { id: '' }],
    ['id', { id: 7, ...TRIPLE }],
    ['distributionType', { ...TRIPLE, distributionType: 'lottery' }],
    ['distributionType', { ...TRIPLE, distributionType: '__proto__' }],
    ['distributionType', {}],
    ['distributionId', { ...TRIPLE, distributionId: '../queues' }],
    ['distributionId', { id: 'adm-1', ...TRIPLE, distributionId: ['queue_1'] }],
    ['consumerId', { ...TRIPLE, consumerId: undefined }],
    ['consumerId', { id: 'adm-1', ...TRIPLE, consumerId: 'x'.repeat(129) }],
    ['experienceId', { id: 'adm-1', ...TRIPLE, experienceId: 'exp 1' }],
  ])('refuses a bad %s by name: %j', (name, value) => {
    const error = refusedFor(value);
    expect(error.code).toBe('INVALID_ADMISSION_DATA');
    expect(error.message).toContain(`"${name}"`);
  });

  it.each([undefined, null, 'adm-1', 7, true, () => TRIPLE])('refuses %p', (value) => {
    expect(refusedFor(value).code).toBe('INVALID_ADMISSION_DATA');
  });

  it('never throws anything else, and never lets a bad id through', () => {
    const key = fc.constantFrom(
      'id',
      'distributionType',
      'distributionId',
      'consumerId',
      'experienceId',
      'expiresAt',
    );
    const value = fc.oneof(fc.constantFrom<unknown>('queue', 'draw', 'ok_1'), fc.anything());
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(key, value)), (given) => {
        try {
          const target = readTarget(given, 'org_1');
          const ids =
            target.by === 'id' ? [target.id] : [target.admission.distributionId, target.admission.consumerId];
          for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{1,128}$/);
        } catch (error) {
          if (!(error instanceof FanfareError)) throw error;
        }
      }),
    );
  });
});
