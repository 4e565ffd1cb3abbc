import fc from 'fast-check';
import { DISTRIBUTION_TYPES, type DistributionType } from '../../lib/admission/identity.js';
import type { Question } from '../../lib/admission/verdict.js';
import { readVerdict } from '../../lib/fanfare-api/answers.js';
import { readSaid, readState } from '../../lib/fanfare-api/said.js';

const question = (distributionType: DistributionType = 'queue'): Question => ({
  token: 'the-token',
  consumerId: 'cons_1',
  distributionId: 'd_1',
  distributionType,
});
const answered = (type: DistributionType, body: object) =>
  readVerdict({ status: 200, headers: {}, body: JSON.stringify(body) }, question(type), 0);

describe('a consumer’s state in place of an answer', () => {
  it.each<[DistributionType, object]>([
    ['queue', { status: 'ADMITTED', admissionGrant: 'the-token' }],
    ['queue', { status: 'GRANTED', admissionGrant: 'the-token' }],
    ['queue', { queueId: 'd_1', consumerId: 'cons_1', status: 'ADMITTED', admissionToken: 'the-token' }],
    ['draw', { status: 'WON', admissionGrant: 'the-token' }],
    ['auction', { status: 'WON', admissionGrant: 'the-token' }],
    ['auction', { status: 'WON', paymentToken: 'the-token' }],
  ])('%s %j admits, for it grants this very token', (type, body) => {
    expect(answered(type, body)).toEqual({ answer: 'yes' });
  });

  it('tells when the admission ends', () => {
    const body = { status: 'GRANTED', admissionGrant: 'the-token', expiresAt: '1970-01-01T00:01:00Z' };
    expect(answered('queue', body)).toEqual({ answer: 'yes', expiresAt: 60_000 });
  });

  it.each<[DistributionType, object, string]>([
    ['queue', { status: 'QUEUED', position: 4, estimatedWaitTimeInSeconds: 9 }, 'ADMISSION_INVALID'],
    ['queue', { status: 'NOT_QUEUED' }, 'ADMISSION_INVALID'],
    ['queue', { status: 'LEFT' }, 'ADMISSION_INVALID'],
    ['queue', { status: 'COMPLETED', admissionGrant: 'the-token' }, 'ADMISSION_INVALID'],
    ['queue', { status: 'DENIED', reason: 'BOT_DETECTED' }, 'ADMISSION_INVALID'],
    ['queue', { status: 'DENIED', reason: 'ADMISSION_EXPIRED' }, 'ADMISSION_EXPIRED'],
    ['queue', { status: 'DENIED', denyReason: 'ADMISSION_EXPIRED' }, 'ADMISSION_EXPIRED'],
    ['queue', { status: 'DENIED', deniedReason: 'ADMISSION_EXPIRED' }, 'ADMISSION_EXPIRED'],
    ['draw', { status: 'ENTERED' }, 'ADMISSION_INVALID'],
    ['draw', { status: 'LOST' }, 'ADMISSION_INVALID'],
    ['auction', { status: 'OUTBID' }, 'ADMISSION_INVALID'],
    ['queue', { status: 'GRANTED', admissionGrant: 'another-token' }, 'ADMISSION_INVALID'],
    ['queue', { status: 'GRANTED', admissionGrant: 'the-token', queueId: 'd_2' }, 'ADMISSION_MISMATCH'],
    ['queue', { status: 'GRANTED', admissionGrant: 'the-token', consumerId: 'c_2' }, 'ADMISSION_MISMATCH'],
  ])('%s %j refuses', (type, body, code) => {
    expect(answered(type, body)).toEqual({ answer: 'no', code, status: 200 });
  });

  it.each<[DistributionType, object]>([
    ['queue', { status: 'GRANTED' }],
    ['queue', { status: 'WON', admissionGrant: 'the-token' }],
    ['queue', { status: 'granted', admissionGrant: 'the-token' }],
    ['queue', { status: 'toString', admissionGrant: 'the-token' }],
    ['draw', { status: 'ADMITTED', admissionGrant: 'the-token' }],
    ['timed_release', { status: 'ENTERED', admissionGrant: 'the-token' }],
    ['appointment', { status: 'GRANTED', admissionGrant: 'the-token' }],
  ])('%s %j says nothing', (type, body) => {
    expect(answered(type, body)).toMatchObject({ answer: 'unknown', status: 200 });
  });
});

it('never says yes but to true, { valid: true } or a state with this very token', () => {
  const words = fc.constantFrom('GRANTED', 'ADMITTED', 'WON', 'ENTERED', 'COMPLETED', 'DENIED', 'yes');
  const value = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        status: words,
        valid: fc.constantFrom(true, false, 'true', 1),
        admissionGrant: fc.constantFrom('the-token', 'x', null),
      },
      { requiredKeys: [] },
    ),
  );
  fc.assert(
    fc.property(value, fc.constantFrom(...DISTRIBUTION_TYPES), (said, type) => {
      const verdict = readSaid(said, question(type)) ?? readState(said, question(type), 200);
      if (verdict?.answer !== 'yes') return;
      const { valid, admissionGrant } = Object(said) as Record<string, unknown>;
      expect(said === true || valid === true || admissionGrant === 'the-token').toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
