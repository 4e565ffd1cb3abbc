import fc from 'fast-check';
import { earliest, isPast, parseTime } from '../../lib/admission/expiry.js';

describe('parseTime', () => {
  const AT = Date.UTC(2023, 10, 14, 22, 13, 20);

  test.each<readonly [unknown, number | undefined]>([
    [AT, AT],
    [AT / 1_000, AT],
    [AT / 1_000 + 0.5, AT + 500],
    [String(AT), AT],
    [String(AT / 1_000), AT],
    ['2023-11-14T22:13:20Z', AT],
    ['2023-11-14T22:13:20.000Z', AT],
    ['2023-11-14T22:13:20.123456789Z', AT + 123],
    ['2023-11-14T23:13:20+01:00', AT],
    ['2023-11-14T23:13:20+0100', AT],
    ['2023-11-14T22:13Z', AT - 20_000],
    [1e11, 1e11],
    [99_999_999_999, 99_999_999_999_000],
    // Without a zone it would mean another time on another machine.
    ['2023-11-14T22:13:20', undefined],
    ['2023-11-14', undefined],
    ['2023-13-14T22:13:20Z', undefined],
    ['Tue, 14 Nov 2023 22:13:20 GMT', undefined],
    ['+002023-11-14T22:13:20Z', undefined],
    ['2023-11-14T22:13:20Z (UTC)', undefined],
    ['tomorrow', undefined],
    ['', undefined],
    [' 1700000000', undefined],
    ['1700000000\n', undefined],
    ['1e12', undefined],
    ['-1', undefined],
    [0, undefined],
    [-1, undefined],
    [NaN, undefined],
    [Infinity, undefined],
    [8.64e15, 8.64e15],
    [8.64e15 + 1, undefined],
    [9e15, undefined],
    [null, undefined],
    [undefined, undefined],
    [true, undefined],
    [{}, undefined],
    [[AT], undefined],
    [10n, undefined],
    [new Date(AT), undefined],
  ])('%p is %p', (value, expected) => {
    expect(parseTime(value)).toBe(expected);
  });

  test('every time that a Date can show in ISO is read back', () => {
    const from = new Date('1970-01-01T00:00:00.001Z');
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: from, max: new Date('9999-12-31T00:00:00Z') }),
        (date) => {
          expect(parseTime(date.toISOString())).toBe(date.getTime());
        },
      ),
    );
  });

  test('anything is a whole number of milliseconds that a Date can hold, or unknown', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.double(), fc.string()), (value) => {
        const time = parseTime(value);
        expect(time === undefined || !Number.isNaN(new Date(time).getTime())).toBe(true);
      }),
    );
  });
});

test('the earliest is the least of those known', () => {
  expect(earliest()).toBeUndefined();
  expect(earliest(undefined, undefined)).toBeUndefined();
  expect(earliest(3, undefined, 2, 5)).toBe(2);
});

test.each<readonly [number | undefined, boolean]>([
  [undefined, false],
  [10_000, false],
  [5_001, false],
  [5_000, false],
  [4_999, true],
])('at 10,000 an end of %p is past: %p', (expiresAt, expected) => {
  expect(isPast(expiresAt, 10_000)).toBe(expected);
});
