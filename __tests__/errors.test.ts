import type * as Errors from '../lib/errors.js';
import { FanfareError, type FanfareErrorCode } from '../lib/index.js';

const ANSWERS: Readonly<Record<FanfareErrorCode, readonly [status: number, waits: boolean]>> = {
  ADMISSION_REQUIRED: [403, false],
  ADMISSION_INVALID: [403, false],
  ADMISSION_EXPIRED: [403, false],
  ADMISSION_MISMATCH: [403, false],
  DEVICE_MISMATCH: [403, false],
  ADMISSION_IN_USE: [409, true],
  ADMISSION_USED: [409, false],
  ADMISSION_AMBIGUOUS: [409, false],
  INVALID_ADMISSION_DATA: [400, false],
  TOO_MANY_ATTEMPTS: [429, true],
  FANFARE_UNAVAILABLE: [503, true],
  FANFARE_REFUSED: [502, false],
  NOT_IN_DIALECT: [500, false],
  CLAIM_LOST: [409, false],
  SOLD_OUT: [409, false],
  RESERVATION_MISSING: [409, false],
  LEDGER_UNAVAILABLE: [503, true],
};

test.each(Object.entries(ANSWERS))('%s brings its own answer', (code, [status, waits]) => {
  const error = new FanfareError(code as FanfareErrorCode);
  expect(error).toMatchObject({ name: 'FanfareError', code, status, statusCode: status, expose: true });
  expect(error.headers['Cache-Control']).toBe('no-store');
  expect(error.headers['Retry-After'] ?? '').toMatch(waits ? /^[1-9]\d*$/ : /^$/);
  expect(error.message).toMatch(/^[A-Z].*\.$/);
});

test.each([
  [0, '1'],
  [0.2, '1'],
  [1.01, '2'],
  [3_600, '3600'],
])('Retry-After after %d s is %s: whole seconds, and never at once', (retryAfterSeconds, header) => {
  const { headers } = new FanfareError('FANFARE_UNAVAILABLE', { retryAfterSeconds });
  expect(headers['Retry-After']).toBe(header);
});

test('instanceof knows the errors of another copy of the package, and nothing else', () => {
  let copied: unknown;
  jest.isolateModules(() => {
    const copy = jest.requireActual<typeof Errors>('../lib/errors.js');
    copied = new copy.FanfareError('CLAIM_LOST');
  });
  expect(copied).toBeInstanceOf(FanfareError);
  for (const other of [new Error('CLAIM_LOST'), { code: 'CLAIM_LOST' }, null, undefined, 'CLAIM_LOST']) {
    expect(other instanceof FanfareError).toBe(false);
  }
});
