/** What a real pino writes with our serializers: no secret in it, and the rest as pino would have it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { pinoHttp } from 'pino-http';
import { FanfareError, logSerializers, redact } from '../../lib/index.js';
import { TOKEN_NAMES } from '../../lib/middleware/token-sources.js';

const JWT = `eyJhbGciOiJFZERTQSJ9.${'a'.repeat(40)}.${'b-_'.repeat(12)}`;
const OPAQUE = 'an_opaque.token~1234';
const COOKIE = '__Host-fanfare_admission_abcd_-12';
const NAMES = [...TOKEN_NAMES.query, ...TOKEN_NAMES.body, ...TOKEN_NAMES.bare];

type Line = Record<string, unknown>;

class Log {
  readonly texts: string[] = [];

  write(text: string): void {
    this.texts.push(text);
  }

  get lines(): Line[] {
    return this.texts.map((text) => JSON.parse(text) as Line);
  }
}

function logged(line: object): Line {
  const log = new Log();
  pino({ serializers: logSerializers() }, log).info(line);
  expect(log.texts.join('')).not.toContain(JWT);
  expect(log.texts.join('')).not.toContain(OPAQUE);
  return log.lines[0]!;
}

/** Sends one request to a server that logs it, and hands over what was written. */
async function serve(
  path: string,
  headers: Record<string, string>,
  handle: (req: IncomingMessage, res: ServerResponse, log: Log) => void,
): Promise<Log> {
  const log = new Log();
  const server = createServer((req, res) => {
    handle(req, res, log);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await (await fetch(`http://127.0.0.1:${String(port)}${path}`, { headers })).text();
  while (log.texts.length === 0) await new Promise(setImmediate);
  server.close();
  return log;
}

const HEADERS = {
  'X-Fanfare-Admission': OPAQUE,
  Authorization: `Bearer ${JWT}`,
  Cookie: `cart=7; ${COOKIE}=${JWT}; theme=dark`,
  'X-Kept': 'kept',
};
const PATH = `/checkout?a=1&admission_token=${OPAQUE}&consumer_id=c#x`;

function expectClean(log: Log): Line {
  expect(log.texts.join('')).not.toContain(OPAQUE);
  expect(log.texts.join('')).not.toContain(JWT);
  return log.lines[0]!;
}

const CLEAN_REQUEST = {
  method: 'GET',
  url: '/checkout?a=1&admission_token=[redacted]&consumer_id=c',
  headers: expect.objectContaining({
    'x-fanfare-admission': '[redacted]',
    authorization: '[redacted]',
    cookie: `cart=7; ${COOKIE}=[redacted]; theme=dark`,
    'x-kept': 'kept',
  }) as unknown,
  remoteAddress: '127.0.0.1',
} as const;

const answer = (res: ServerResponse): void => {
  res.setHeader('Set-Cookie', [`${COOKIE}=${JWT}; Max-Age=9; Path=/; HttpOnly`, 'cart=7']);
  res.setHeader('Location', `/checkout?token=${OPAQUE}`);
  res.end('done');
};
const CLEAN_ANSWER = {
  statusCode: 200,
  headers: {
    'set-cookie': [`${COOKIE}=[redacted]; Max-Age=9; Path=/; HttpOnly`, 'cart=7'],
    location: '/checkout?token=[redacted]',
  },
};

test('pino, given the objects themselves', async () => {
  const log = await serve(PATH, HEADERS, (req, res, to) => {
    answer(res);
    pino({ serializers: logSerializers() }, to).info({ req, res });
  });
  expect(expectClean(log)).toMatchObject({ req: CLEAN_REQUEST, res: CLEAN_ANSWER });
});

test.each([true, false])('pino-http, with its own wrapping: %s', async (wrapSerializers) => {
  const log = await serve(PATH, HEADERS, (req, res, to) => {
    pinoHttp({ serializers: { ...logSerializers() }, wrapSerializers }, to)(req, res);
    answer(res);
  });
  const line = expectClean(log);
  expect(line).toMatchObject({
    req: { ...CLEAN_REQUEST, id: 1 },
    res: CLEAN_ANSWER,
    msg: 'request completed',
  });
});

test('pino-http logs the same request without our serializers with its secrets, so that the test can fail', async () => {
  const log = await serve(PATH, HEADERS, (req, res, to) => {
    pinoHttp({}, to)(req, res);
    answer(res);
  });
  expect(log.texts.join('')).toContain(OPAQUE);
  expect(log.texts.join('')).toContain(JWT);
});

const odd = (name: string): string => name.replace('_', '%5F');
const OTHERS = [
  ...['fanfare_winner', 'fanfare_handoff', 'fanfare_return'],
  ...['handoffToken', 'claimToken', 'paymentToken', 'admittanceToken', 'checkoutClaim', 'exchangeCode'],
];

describe.each([...NAMES, ...OTHERS])('a token by the name of %s', (name) => {
  test.each([
    ['a parsed body', { body: { [name]: OPAQUE, size: 'M' } }, { body: { [name]: '[redacted]', size: 'M' } }],
    ['a stored admission', { [name]: { token: OPAQUE } }, { [name]: '[redacted]' }],
    ['a URL', { url: `/a?b=1&${name}=${OPAQUE}` }, { url: `/a?b=1&${name}=[redacted]` }],
    [
      'a URL that is spelled oddly',
      { url: `/a?${odd(name)}=${OPAQUE}` },
      { url: `/a?${odd(name)}=[redacted]` },
    ],
    ['a form', { form: `${name}=${OPAQUE}&size=M` }, { form: `${name}=[redacted]&size=M` }],
    ['a JSON text', { text: `{"${name}": "${OPAQUE}"}` }, { text: `{"${name}": "[redacted]"}` }],
    [
      'a URL within a URL',
      { next: `/in?to=%2Fa%3F${name}%3D${OPAQUE}%26b` },
      { next: `/in?to=%2Fa%3F${name}%3D[redacted]%26b` },
    ],
    [
      'a URL within a URL within a URL',
      { next: `/in?to=%252Fa%253F${name}%253D${OPAQUE}%2526b` },
      { next: `/in?to=%252Fa%253F${name}%253D[redacted]%2526b` },
    ],
    [
      'a list in JSON',
      { text: `{"${name}": ["${OPAQUE}"], "n": 1}` },
      { text: `{"${name}": "[redacted]", "n": 1}` },
    ],
    [
      'JSON within JSON',
      { text: JSON.stringify({ body: JSON.stringify({ [name]: OPAQUE, n: 1 }) }) },
      { text: `{"body":"{\\"${name}\\":\\"[redacted]\\",\\"n\\":1}"}` },
    ],
    ['a text that was cut off', { text: `{"${name}":"${OPAQUE}` }, { text: `{"${name}":"[redacted]"` }],
    ['an odd spelling', { [name.toUpperCase()]: OPAQUE }, { [name.toUpperCase()]: '[redacted]' }],
  ])('in %s', (_where, line, clean) => {
    expect(redact(line)).toEqual(clean);
  });
});

test('errors, their causes and what they carry', () => {
  const cause = Object.assign(new Error(`GET /a?grant=${OPAQUE} failed`), { request: { token: OPAQUE } });
  const err = new FanfareError('ADMISSION_USED', { orderId: 'order_1', cause });
  expect(logged({ err })['err']).toMatchObject({
    type: 'FanfareError',
    code: 'ADMISSION_USED',
    orderId: 'order_1',
    stack: expect.stringContaining('FanfareError') as string,
    cause: { message: 'GET /a?grant=[redacted] failed', request: { token: '[redacted]' } },
  });
});

test('tokens and keys in plain text, wherever it stands', () => {
  const told = logged({
    err: `no ${JWT} by sk_live_abc123, nor hoff_abc123 or exc_abc123`,
    req: [new URL(`http://a/?fanfare_token=${OPAQUE}`)],
  });
  expect(told).toMatchObject({
    err: 'no [redacted] by [redacted], nor [redacted] or [redacted]',
    req: ['http://a/?fanfare_token=[redacted]'],
  });
});

test.each(['whsec_MfKQ9r8GKYqr+wjUPD8I/LPZIo2LaLaSw==', 'sk_live_abcd-efgh', 'hoff_ab-cd.ef'])(
  '%s to its end',
  (secret) => {
    expect(redact(`by ${secret}, or not`)).toBe('by [redacted], or not');
  },
);

test('headers in a text or a list, and the cookie of the operator’s page', () => {
  expect(redact(`GET / HTTP/1.1\r\nAuthorization: Bearer ${OPAQUE}\r\nHost: a`)).toBe(
    'GET / HTTP/1.1\r\nAuthorization: Bearer [redacted]\r\nHost: a',
  );
  expect(redact(['authorization', `bearer ${OPAQUE}`])).toEqual(['authorization', 'bearer [redacted]']);
  expect(redact('the bearer of this')).toBe('the bearer of this');
  expect(redact('__Host-fanfare_operator=abc; a=1, fanfare_operator=def')).toBe(
    '__Host-fanfare_operator=[redacted]; a=1, fanfare_operator=[redacted]',
  );
});

test('a JWT behind other characters, and no more than one look at a long text', () => {
  expect(redact(`grant_${JWT} ${JWT.slice(0, 30)}.`)).toBe(`grant_[redacted] [redacted]`);
  expect(redact('monkeyJungle.example.com/eyJ')).toBe('monkeyJungle.example.com/eyJ');
  const long = 'eyJ-'.repeat(100_000);
  expect(redact(long)).toBe(long);
});

test('what is odd is copied, not changed', () => {
  const ring: Line = { when: new Date(0), bytes: Buffer.from('abc'), none: null, n: 1n, token: undefined };
  ring['self'] = ring;
  expect(redact(ring)).toEqual({
    ...{ when: '1970-01-01T00:00:00.000Z', bytes: '[3 bytes]', none: null, n: 1n, token: undefined },
    self: '[...]',
  });
  expect(ring['self']).toBe(ring);
});

test('a shop’s own names, beside ours', () => {
  const { req } = logSerializers({ tokenNames: { query: ['ticket'], header: 'x-ticket' } });
  const seen = { url: `/?ticket=${OPAQUE}&admission_token=${OPAQUE}`, headers: { 'x-ticket': OPAQUE } };
  expect(req(seen)).toEqual({
    url: '/?ticket=[redacted]&admission_token=[redacted]',
    headers: { 'x-ticket': '[redacted]' },
  });
  expect(() => logSerializers({ tokenName: {} } as never)).toThrow(/Did you mean "tokenNames"/);
});
