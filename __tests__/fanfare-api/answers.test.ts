import fc from 'fast-check';
import type { Question } from '../../lib/admission/verdict.js';
import { readDelivery, readVerdict } from '../../lib/fanfare-api/answers.js';
import type { Answer, AnswerHeaders } from '../../lib/fanfare-api/http-answer.js';

const now = Date.UTC(2026, 5, 1, 12, 0, 0);
const question: Question = {
  token: 'opaque-token',
  consumerId: 'cons_1',
  distributionId: 'queue_1',
  distributionType: 'queue',
};
const verdict = (status: number, body: Answer['body'] | object, headers: AnswerHeaders = {}) =>
  readVerdict(
    {
      status,
      headers,
      body: typeof body === 'string' || 'cut' in body ? body : JSON.stringify(body),
    },
    question,
    now,
  );
const delivery = (status: number, body: string | object = '', headers: AnswerHeaders = {}) =>
  readDelivery({ status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) }, now);

describe('readVerdict: yes', () => {
  it.each([
    [200, 'true', { answer: 'yes' }],
    [201, ' true\n', { answer: 'yes' }],
    [200, '{"valid":true}', { answer: 'yes' }],
    [
      200,
      { valid: true, expiresAt: '2026-06-01T12:10:00Z', admittedAt: 1_780_000_000, experienceId: 'exp_1' },
      {
        answer: 'yes',
        expiresAt: Date.UTC(2026, 5, 1, 12, 10, 0),
        admittedAt: 1_780_000_000_000,
        experienceId: 'exp_1',
      },
    ],
    [200, { valid: true, expiresAt: 'soon', admittedAt: {}, experienceId: '<b>' }, { answer: 'yes' }],
    [
      200,
      {
        valid: true,
        consumerId: 'cons_1',
        distributionId: 'queue_1',
        distributionType: 'queue',
        queueId: null,
      },
      { answer: 'yes' },
    ],
  ])('%i %j', (status, body, expected) => {
    expect(verdict(status, body)).toEqual(expected);
  });

  it.each([
    { consumerId: 'cons_2' },
    { distributionId: 'queue_2' },
    { distributionType: 'draw' },
    { queueId: 'queue_2' },
    { consumerId: 5 },
  ])('is a mismatch when the answer is about something else: %j', (other) => {
    expect(verdict(200, { valid: true, ...other })).toEqual({
      answer: 'no',
      code: 'ADMISSION_MISMATCH',
      status: 200,
    });
  });
});

describe('readVerdict: no', () => {
  it.each([
    [200, 'false', 'ADMISSION_INVALID'],
    [200, '{"valid":false}', 'ADMISSION_INVALID'],
    [200, '{"valid":false,"error":"Token has expired"}', 'ADMISSION_EXPIRED'],
    [400, '', 'ADMISSION_INVALID'],
    [403, '<html>', 'ADMISSION_INVALID'],
    [403, '{"valid":true}', 'ADMISSION_INVALID'],
    [403, 'true', 'ADMISSION_INVALID'],
    [404, '{"error":"Queue not found"}', 'ADMISSION_INVALID'],
    [409, '{"code":"ADMISSION_COMPLETED"}', 'ADMISSION_INVALID'],
    [410, '{"code":"ADMISSION_EXPIRED"}', 'ADMISSION_EXPIRED'],
    [422, '{"error":"validation_error","issues":[]}', 'ADMISSION_INVALID'],
    [423, '{"message":"The admission expires never"}', 'ADMISSION_EXPIRED'],
    [400, '{"error":"admission_expired"}', 'ADMISSION_EXPIRED'],
  ])('%i %s is %s', (status, body, code) => {
    expect(verdict(status, body)).toEqual({ answer: 'no', code, status });
  });

  it.each([
    [403, { confirmationCode: 'ABC-1', referenceCode: 'REF-1' }, 'ABC-1'],
    [403, { referenceCode: 'REF-1' }, 'REF-1'],
    [200, { confirmationCode: 'ABC-1' }, 'ABC-1'],
  ])('reads FP002 under %i with %j', (status, support, supportCode) => {
    const body = { valid: false, error: 'DEVICE_MISMATCH', code: 'FP002', message: 'It expired', support };
    expect(verdict(status, body)).toEqual({ answer: 'no', code: 'DEVICE_MISMATCH', status, supportCode });
  });

  it('reads FP002 without a support code', () => {
    expect(verdict(403, { code: 'FP002' })).toEqual({ answer: 'no', code: 'DEVICE_MISMATCH', status: 403 });
  });
});

describe('readVerdict: could not tell', () => {
  it.each([
    [400, '{"error":"FINGERPRINT_REQUIRED","code":"FP001","message":"It expired"}'],
    [400, '{"error":"FINGERPRINT_REQUIRED"}'],
    [403, '{"code":"FP001"}'],
  ])('takes %i %s for our own mistake', (status, body) => {
    expect(verdict(status, body)).toEqual({
      answer: 'unknown',
      reason: 'Fanfare asks for a fingerprint (FP001)',
      status,
      misconfigured: expect.stringContaining('set "fingerprintHeader"') as unknown,
    });
  });

  it.each(['', 'null', '[]', '"true"', '{"valid":"true"}', '{}', '1', '<html>', '{"valid":1}', '[true]'])(
    'cannot read 200 %j',
    (body) => {
      expect(verdict(200, body)).toEqual({
        answer: 'unknown',
        reason: 'HTTP 200 OK, but no answer to be read in it',
        status: 200,
      });
    },
  );

  it.each([301, 302, 307, 401, 402, 405, 408, 413, 425, 429, 500, 502, 503, 504, 599])(
    'says nothing by status %i, whatever the body claims',
    (status) => {
      for (const body of ['true', 'false', '{"valid":true}', '{"valid":false,"code":"FP002"}']) {
        expect(verdict(status, body)).toMatchObject({ answer: 'unknown', status });
      }
    },
  );

  it.each([200, 403, 503])('says nothing when the body of a %i was cut', (status) => {
    const read = verdict(status, { cut: 'body too long' });
    expect(read).toMatchObject({ answer: 'unknown', status });
    expect(read).toHaveProperty('reason', expect.stringContaining('body too long'));
    // A page of a firewall may be long, and any token may meet one.
    expect('lost' in read).toBe(status !== 403);
  });

  it('passes on how long to wait', () => {
    expect(verdict(429, { error: 'Rate limit exceeded', retryAfter: 9 })).toEqual({
      answer: 'unknown',
      reason: 'HTTP 429 Too Many Requests',
      status: 429,
      retryAfterSeconds: 9,
    });
    expect(verdict(503, '', { 'retry-after': '60' })).toMatchObject({ retryAfterSeconds: 60 });
  });

  it('never repeats a body', () => {
    expect(JSON.stringify(verdict(500, { error: 'sk_live_1', message: question.token }))).not.toMatch(
      /sk_live|opaque/,
    );
  });
});

const anyBody = fc.oneof(
  fc.string(),
  fc.json(),
  fc
    .record({
      valid: fc.constantFrom(true, false, 'true', 1, null),
      error: fc.jsonValue(),
      code: fc.jsonValue(),
    })
    .map((body) => JSON.stringify(body)),
);
const anyStatus = fc.oneof(fc.integer({ min: 100, max: 999 }), fc.constantFrom(200, 201, 204, 299));
const anyHeaders = fc.dictionary(
  fc.constantFrom('retry-after', 'x-ratelimit-remaining', 'x-ratelimit-reset'),
  fc.oneof(fc.string(), fc.array(fc.string())),
);

describe('any answer at all', () => {
  it('throws never, and is a yes only as a success that says exactly so', () => {
    fc.assert(
      fc.property(anyStatus, anyHeaders, anyBody, (status, headers, body) => {
        if (readVerdict({ status, headers, body }, question, now).answer !== 'yes') return true;
        const said = JSON.parse(body) as unknown;
        return (
          status >= 200 && status < 300 && (said === true || (said as { valid: unknown }).valid === true)
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives a delivery a short printable reason', () => {
    fc.assert(
      fc.property(anyStatus, anyHeaders, anyBody, (status, headers, body) => {
        const read = readDelivery({ status, headers, body }, now);
        return read.kind === 'done' || /^[\x20-\x7e]{1,200}$/.test(read.reason);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('readDelivery', () => {
  it.each([200, 201, 204, 299])('is done by %i, whatever the body', (status) => {
    expect(delivery(status, '{"status":"DENIED"}')).toEqual({ kind: 'done', already: false });
  });

  it.each([
    ['', {}],
    ['null', {}],
    ['OK', { 'content-type': 'text/html; charset=utf-8' }],
    ['{"success":true}', { 'content-type': 'application/json; charset=utf-8' }],
    ['{"success":null}', {}],
    ['{"status":"COM', {}],
  ])('is done by a success with the body %s', (body, headers) => {
    expect(delivery(200, body, headers)).toEqual({ kind: 'done', already: false });
  });

  it.each(['false', '{"success":false}', '{"success":false,"error":"Admission is not yours"}'])(
    'is refused by a success that says no: %s',
    (body) => {
      expect(delivery(200, body)).toMatchObject({ kind: 'refused', status: 200, known: false });
    },
  );

  it('names what a success says against itself', () => {
    expect(delivery(200, { success: false, error: 'Queue closed' })).toHaveProperty(
      'reason',
      'HTTP 200 OK, but its body is no success: Queue closed',
    );
  });

  it('is done already by a no that says so', () => {
    const body = { success: false, message: 'Admission already completed' };
    expect(delivery(200, body)).toEqual({ kind: 'done', already: true });
  });

  it.each(['<!doctype html><title>Back soon</title>', '\ufeff\n <html>'])(
    'failed by a web page: %s',
    (body) => {
      expect(delivery(200, body)).toEqual({
        kind: 'failed',
        status: 200,
        reason: 'HTTP 200 OK, but its body is no success',
      });
    },
  );

  it.each([
    [400, { message: 'Admission already completed' }],
    [409, { error: 'already_completed' }],
    [409, { code: 'ALREADY_COMPLETED' }],
    [500, { error: 'This was already-completed before' }],
  ])('is done already by %i %j', (status, body) => {
    expect(delivery(status, body)).toEqual({ kind: 'done', already: true });
  });

  it.each([
    [400, { error: 'validation_error', issues: [] }, true, 'HTTP 400 Bad Request: validation_error'],
    [
      422,
      { error: 'Validation failed', message: 'Validation failed' },
      true,
      'HTTP 422 Unprocessable Entity: Validation failed',
    ],
    [404, { code: 'Q404', error: 'Queue not found' }, false, 'HTTP 404 Not Found: Q404: Queue not found'],
    [401, { error: 'Secret key required' }, false, 'HTTP 401 Unauthorized: Secret key required'],
    [403, '', false, 'HTTP 403 Forbidden'],
    [405, '<html>', false, 'HTTP 405 Method Not Allowed'],
    [410, '', false, 'HTTP 410 Gone'],
    [423, '', false, 'HTTP 423 Locked'],
  ])('is refused by %i %j', (status, body, known, reason) => {
    expect(delivery(status, body)).toEqual({ kind: 'refused', status, known, reason });
  });

  it.each([302, 408, 409, 425, 429, 500, 502, 503, 504])('failed by %i', (status) => {
    expect(delivery(status)).toMatchObject({ kind: 'failed', status });
  });

  it('passes on how long to wait, and the rate limit of any answer', () => {
    const limits = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1780000000' };
    const rateLimit = { remaining: 0, resetAt: 1_780_000_000_000 };
    expect(delivery(429, '', { ...limits, 'retry-after': 'Mon, 01 Jun 2026 12:00:02 GMT' })).toEqual({
      kind: 'failed',
      status: 429,
      reason: 'HTTP 429 Too Many Requests',
      retryAfterMs: 2_000,
      rateLimit,
    });
    expect(delivery(200, '', limits)).toEqual({ kind: 'done', already: false, rateLimit });
  });

  it('counts a refusal whose body was cut, but no success: it may have been a page, or a no', () => {
    const cut = { cut: 'body too long' };
    expect(readDelivery({ status: 200, headers: {}, body: cut }, now)).toEqual({
      ...{ kind: 'failed', status: 200, reason: 'HTTP 200 OK, body too long' },
    });
    expect(readDelivery({ status: 404, headers: {}, body: cut }, now)).toMatchObject({ kind: 'refused' });
  });

  it('keeps keys, tokens, control characters and length out of the reason', () => {
    const message = `key sk_live_abc token eyJhbGciOi.J9.x long ${'q'.repeat(60)}\r\nnext ü ${'word '.repeat(80)}`;
    const read = delivery(500, { message });
    expect(read).toHaveProperty('reason', expect.stringMatching(/^[\x20-\x7e]{200}$/));
    expect(read).toHaveProperty('reason', expect.not.stringMatching(/sk_live|eyJ|qqqq/));
  });
});
