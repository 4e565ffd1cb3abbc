import fc from 'fast-check';
import { rateLimit, retryAfterSeconds, statusWords } from '../../lib/fanfare-api/http-answer.js';
import type { AnswerHeaders } from '../../lib/fanfare-api/http-answer.js';

const now = Date.UTC(2026, 5, 1, 12, 0, 0);
const after = (headers: AnswerHeaders, body = ''): number | undefined =>
  retryAfterSeconds({ status: 429, headers, body }, now);

describe('retryAfterSeconds', () => {
  it.each([
    ['seconds', '7', 7],
    ['zero', '0', 0],
    ['an ISO timestamp', '2026-06-01T12:00:30Z', 30],
    ['an ISO timestamp with fractions, rounded up', '2026-06-01T12:00:29.100Z', 30],
    ['an HTTP-date', 'Mon, 01 Jun 2026 12:02:00 GMT', 120],
    ['a time in the past', '2026-06-01T11:00:00Z', 0],
    ['more than a day', '999999', 86_400],
    ['a date far away', 'Thu, 01 Jan 2099 00:00:00 GMT', 86_400],
    ['words', 'soon', undefined],
    ['a negative number', '-5', undefined],
    ['nothing', '', undefined],
  ])('reads %s', (_name, value, expected) => {
    expect(after({ 'retry-after': value })).toBe(expected);
  });

  it('takes the first of several', () => {
    expect(after({ 'retry-after': ['3', '9'] })).toBe(3);
  });

  it.each([
    ['a number', { retryAfter: 12 }, 12],
    ['a fraction, rounded up', { retryAfter: 1.2 }, 2],
    ['a text', { retryAfter: '12' }, 12],
    ['a negative number', { retryAfter: -1 }, undefined],
    ['an object', { retryAfter: {} }, undefined],
  ])('reads %s from the body', (_name, body, expected) => {
    expect(after({}, JSON.stringify(body))).toBe(expected);
  });

  it('prefers a readable header to the body, and the body to an unreadable header', () => {
    expect(after({ 'retry-after': '3' }, '{"retryAfter":9}')).toBe(3);
    expect(after({ 'retry-after': 'soon' }, '{"retryAfter":9}')).toBe(9);
  });

  it('is a whole number of seconds within a day, whatever comes', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (header, retryAfter) => {
        const seconds = after({ 'retry-after': header }, JSON.stringify({ retryAfter }));
        return seconds === undefined || (Number.isInteger(seconds) && seconds >= 0 && seconds <= 86_400);
      }),
    );
  });
});

describe('rateLimit', () => {
  it('reads both headers', () => {
    expect(rateLimit({ 'x-ratelimit-remaining': '4', 'x-ratelimit-reset': '1780000000' })).toEqual({
      remaining: 4,
      resetAt: 1_780_000_000_000,
    });
  });

  it.each([
    [{ 'x-ratelimit-remaining': '4' }],
    [{ 'x-ratelimit-reset': '1780000000' }],
    [{ 'x-ratelimit-remaining': 'many', 'x-ratelimit-reset': '1780000000' }],
    [{}],
  ])('is nothing for %j', (headers) => {
    expect(rateLimit(headers)).toBeUndefined();
  });
});

describe('statusWords', () => {
  it('names known and unknown statuses', () => {
    expect(statusWords(429)).toBe('HTTP 429 Too Many Requests');
    expect(statusWords(799)).toBe('HTTP 799');
  });
});
