import fc from 'fast-check';
import { readErrorBody } from '../../lib/fanfare-api/error-body.js';

const support = { message: 'Ask support', confirmationCode: 'ABC-123' };

describe('readErrorBody', () => {
  it.each([
    ['E1', { error: 'Queue not found' }, { error: 'Queue not found', known: false }],
    [
      'E2',
      { error: 'Validation failed', message: 'Bad', details: [{ field: 'consumerId', message: 'x' }] },
      { error: 'Validation failed', message: 'Bad', known: true },
    ],
    ['E3', { error: 'validation_error', issues: [{}] }, { error: 'validation_error', known: true }],
    [
      'E4',
      { error: 'not_found', message: 'No such queue', code: 'Q404', details: {} },
      { error: 'not_found', message: 'No such queue', code: 'Q404', known: false },
    ],
    [
      'E5',
      { code: 'DISTRIBUTION_ORDER_LIMIT', action: 'reroute', support: { referenceCode: 'REF-9' } },
      { code: 'DISTRIBUTION_ORDER_LIMIT', supportCode: 'REF-9', known: false },
    ],
    [
      'E6',
      { valid: false, error: 'DEVICE_MISMATCH', message: 'Other device', code: 'FP002', support },
      {
        error: 'DEVICE_MISMATCH',
        message: 'Other device',
        code: 'FP002',
        supportCode: 'ABC-123',
        known: false,
      },
    ],
    ['E7', { error: 'Rate limit exceeded', retryAfter: 9 }, { error: 'Rate limit exceeded', known: false }],
    [
      'E8',
      { error: 'internal_error', message: 'Oops', requestId: 'req_1' },
      { error: 'internal_error', message: 'Oops', known: false },
    ],
    ['E9', { message: 'No', code: 'NOPE' }, { message: 'No', code: 'NOPE', known: false }],
    [
      'E10',
      { status: 'DENIED', denyReason: 'ORDER_LIMIT_EXCEEDED', consumerId: 'c' },
      { code: 'ORDER_LIMIT_EXCEEDED', known: false },
    ],
    ['fields of other kinds', { error: {}, code: 5, message: null, support: 'x' }, { known: false }],
    ['a support code nobody should see', { support: { confirmationCode: '<b>' } }, { known: false }],
  ])('reads %s', (_name, body, expected) => {
    expect(readErrorBody(JSON.stringify(body))).toEqual(expected);
  });

  it.each(['', '<html>', 'null', 'true', '[]', '"error"', '{"error":', '42'])(
    'finds nothing in %j',
    (text) => {
      expect(readErrorBody(text)).toEqual({ known: false });
    },
  );

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => typeof readErrorBody(text).known === 'boolean'),
    );
  });
});
