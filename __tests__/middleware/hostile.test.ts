import { once } from 'node:events';
import { connect } from 'node:net';
import bodyParser from 'body-parser';
import fc from 'fast-check';
import { type Answer, type Ask, type Jar, ours } from '../support/jar.js';
import { closeStages, openStage, parsing, showAdmission, type Stage } from '../support/servers.js';

const LARGE = { limit: '4mb' };
let stage: Stage;
let browser: Jar;

beforeAll(async () => {
  // Every case is to be looked at, not only those of the first second.
  stage = await openStage({ coldValidationsPerMinute: false });
  const { fanfare } = stage;
  browser = await stage.serve('Express 5', [
    { use: [fanfare.attachAdmission()] },
    { mount: '/fanfare', use: [fanfare.routes()] },
    { use: [bodyParser.json(LARGE), bodyParser.urlencoded({ extended: true, ...LARGE })].map(parsing) },
    { path: '/checkout', use: [fanfare.requireAdmission(), showAdmission] },
    { path: '/order', use: [fanfare.claimAdmission(), showAdmission] },
  ]);
});
beforeEach(() => {
  browser.cookies.clear();
});
afterAll(closeStages);

const IDS = { consumerId: 'cons_1', distributionId: 'queue_1', distributionType: 'queue' };
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const MEGABYTE = 'a'.repeat(1_048_576);

/** What holds for every answer to a stranger. */
function expectHarmless(answer: Answer, sent: unknown): void {
  const where = answer.headers.location;
  const staysHere = where === undefined || new URL(where, browser.origin).origin === browser.origin;
  const admitted = ours(answer).filter((line) => !line.includes('; Max-Age=0;'));
  const refused = [303, 400, 403, 404].includes(answer.status);
  expect({ sent, refused: refused || answer.status, staysHere, admitted }).toEqual({
    ...{ sent, refused: true, staysHere: true, admitted: [] },
  });
}

/** Bytes as no HTTP client would send them; resolves to the whole answer. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(browser.origin).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
  // A server that has answered may reset a client that is still sending; the answer is what counts.
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.write(text);
  await closed;
  return answer;
}

function locationIn(answer: string): string | undefined {
  return /^location: (.*)\r$/im.exec(answer)?.[1];
}

describe('parameters', () => {
  test.each([
    'admission_token=aaaaaaaa&admission_token=bbbbbbbb',
    'admission_token=aaaaaaaa&fanfare_token=bbbbbbbb',
    'admission_token[]=aaaaaaaa',
    'admission_token[x]=aaaaaaaa',
    '__proto__[admission_token]=aaaaaaaa',
    '__proto__=aaaaaaaa&constructor[prototype][token]=aaaaaaaa',
    'admission_token=%',
    'admission_token=%E0%A4%A&x=%zz',
    'admission_token=aaaa%0d%0aSet-Cookie:%20x=y',
    'admission_token=aaaaaaaa%00',
    'admission_token=aaaaaaaa%0d%0aLocation:%20https://evil.example',
    `admission_token=${'a'.repeat(1_801)}`,
    'admission_token=aaaaaaaa&consumer_id=c&distribution_id=d&distribution_type=__proto__',
    'admission_token=aaaaaaaa&consumer_id=..%2F..&distribution_id=d&distribution_type=queue',
    'admission_token=aaaaaaaa&consumer_id=c&consumer_id=d&distribution_id=d&distribution_type=queue',
    'admission_token=eyJhbGciOiJub25lIn0.bm90IGpzb24.',
    'admission_token=eyJhbGciOiJub25lIn0.W10.x',
    `admission_token={"token":"aaaaaaaa"}`.replace(/"/g, '%22'),
  ])('%s', async (query) => {
    for (const path of ['/checkout', '/order']) {
      for (const method of ['GET', 'POST']) {
        expectHarmless(await browser.fetch(`${path}?${query}`, { method }), query);
      }
      expectHarmless(await browser.visit(`${path}?${query}`), query);
    }
  });

  test('damaged ones say so by their code', async () => {
    for (const query of ['admission_token=short', 'grant[]=x&admission_token=a&admission_token=b']) {
      const answer = await browser.fetch(`/checkout?${query}`);
      expect([answer.status, answer.json()['code']]).toEqual([400, 'INVALID_ADMISSION_DATA']);
    }
  });

  test('a good token below __proto__ or doubled admits nobody', async () => {
    const token = stage.token();
    for (const text of [`{"__proto__":{"admissionToken":"${token}"}}`, `["${token}"]`]) {
      for (const path of ['/checkout', '/order', '/fanfare/admission']) {
        const headers = { 'Content-Type': 'application/json' };
        expectHarmless(await browser.fetch(path, { method: 'POST', headers, body: text }), text);
      }
    }
    const nested = `__proto__[admissionToken]=${token}&constructor[admissionToken]=${token}`;
    expectHarmless(await browser.fetch('/order', { method: 'POST', headers: FORM, body: nested }), nested);
    const listed = { admissionToken: [token] };
    expectHarmless(await browser.post('/fanfare/admission', listed), listed);
    const doubled = `admission_token=${token}&admission_token=${token}`;
    expectHarmless(await browser.fetch(`/checkout?${doubled}`), doubled);
  });

  test('a doubled header is damaged data', async () => {
    const answer = await raw(
      `GET /checkout HTTP/1.1\r\nHost: x\r\nX-Fanfare-Admission: ${stage.token()}\r\n` +
        `X-Fanfare-Admission: ${stage.token()}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('INVALID_ADMISSION_DATA');
  });
});

describe('a megabyte', () => {
  test.each([
    ['/order', { admissionToken: MEGABYTE }],
    ['/fanfare/admission', { admissionToken: MEGABYTE }],
    ['/order', { admissionToken: 'aaaaaaaa', ...IDS, consumerId: MEGABYTE }],
  ])('in a body for %s', async (path, fields) => {
    const answer = await browser.post(path, fields);
    expect([answer.status, answer.json()['code']]).toEqual([400, 'INVALID_ADMISSION_DATA']);
  });

  test('in a URL is refused by Node itself', async () => {
    const answer = await raw(`GET /checkout?admission_token=${MEGABYTE} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(answer === '' || answer.startsWith('HTTP/1.1 431 ')).toBe(true);
    expect((await browser.fetch('/checkout')).status).toBe(403);
  });

  test('of cookies, as far as Node lets them through', async () => {
    for (const value of ['a'.repeat(10_000), `${'a.'.repeat(4_000)}a`]) {
      browser.cookies.set('fanfare_admission_abcdefgh', value);
      expectHarmless(await browser.fetch('/checkout'), value.length);
    }
  });
});

describe('a session cookie', () => {
  let name: string;
  let good: string;

  beforeAll(async () => {
    await browser.fetch('/checkout', { headers: { 'X-Fanfare-Admission': stage.token() } });
    const [held] = browser.cookies;
    [name, good] = held!;
  });

  async function expectRefused(value: string): Promise<void> {
    browser.cookies.set(name, value);
    expectHarmless(await browser.fetch('/checkout'), value);
    expect(browser.cookies.size).toBe(0);
  }

  test('passes as it is', async () => {
    browser.cookies.set(name, good);
    expect((await browser.fetch('/checkout')).status).toBe(200);
  });

  test('cut anywhere is worth nothing', async () => {
    for (let length = 0; length < good.length; length += 7) await expectRefused(good.slice(0, length));
    await expectRefused(good.slice(0, -1));
  });

  test('with a changed character anywhere is worth nothing', async () => {
    const places = Array.from({ length: Math.floor(good.length / 7) }, (_, index) => index * 7);
    for (const at of [...places, good.length - 1]) {
      const flipped = String.fromCharCode(good.charCodeAt(at) ^ (at % 2 === 0 ? 1 : 2));
      await expectRefused(good.slice(0, at) + flipped + good.slice(at + 1));
    }
  });

  test('sent twice, a bad one beside the good one, ends in a good session or none, never a fault', async () => {
    const headers = { Cookie: `${name}=junk; ${name}=${good}; ${name}=` };
    expect([200, 403]).toContain((await browser.fetch('/checkout', { headers })).status);
  });

  test('sent many times over is one session', async () => {
    const headers = { Cookie: Array(5).fill(`${name}=${good}`).join('; ') };
    const { admissions } = (await browser.fetch('/fanfare/session', { headers })).json();
    expect(admissions).toHaveLength(1);
  });

  test('among more junk than a browser holds: the junk is cleared bit by bit, and the session is there again', async () => {
    for (let number = 100; number < 130; number += 1)
      browser.cookies.set(`fanfare_admission_junk-${String(number)}`, 'x');
    browser.cookies.set(name, good);
    expect((await browser.visit('/checkout')).status).toBe(303);
    expect((await browser.visit('/checkout')).status).toBe(200);
    expect([...browser.cookies.keys()]).toEqual([name]);
  });
});

describe('targets that look like another host', () => {
  test.each([
    '//evil.example/checkout',
    '///evil.example/checkout',
    '/\\evil.example/checkout',
    '\\\\evil.example/checkout',
    '/%5Cevil.example',
    '/.//evil.example',
    '/..//evil.example/..//x',
    'http://evil.example/checkout',
    'https://evil.example//other.example/checkout',
    'http://user:pass@evil.example:99/checkout',
    'javascript://evil.example/%0aalert(1)',
    'http:evil.example',
  ])('%s', async (target) => {
    const query = `admission_token=${stage.token()}&next=//evil.example`;
    const lines = ['Host: shop.example', 'Sec-Fetch-Mode: navigate', 'Connection: close', '', ''].join(
      '\r\n',
    );
    const answer = await raw(`GET ${target}?${query} HTTP/1.1\r\n${lines}`);
    const where = locationIn(answer);
    expect(answer).toMatch(/^HTTP\/1\.1 (303|400|404) /);
    expect(new URL(where ?? '/', 'http://shop.example').origin).toBe('http://shop.example');
  });

  test('a cleaned URL never splits the answer', async () => {
    const token = stage.token();
    const lines = 'Host: shop.example\r\nSec-Fetch-Mode: navigate\r\nConnection: close\r\n\r\n';
    const answer = await raw(`GET /a%0d%0ab?x=%0d%0aY:1&admission_token=${token}&y=\\ HTTP/1.1\r\n${lines}`);
    expect(locationIn(answer)).toMatch(/^\/a%0d%0ab\?x=%0d%0aY:1&y=%5C$/);
    expect(answer).not.toMatch(/^Y:1/m);
  });
});

describe('requests that lack everything', () => {
  test.each(['GET /checkout HTTP/1.0\r\n\r\n', 'GET /checkout HTTP/1.1\r\nConnection: close\r\n\r\n'])(
    '%j',
    async (text) => {
      const answer = await raw(text);
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain('ADMISSION_REQUIRED');
    },
  );

  test('a submit and a handoff without Host, but with an Origin, are foreign', async () => {
    for (const path of ['/order', '/fanfare/admission']) {
      const body = JSON.stringify({ grant: 'aaaaaaaa' });
      const answer = await raw(
        `POST ${path} HTTP/1.0\r\nOrigin: http://x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    }
  });
});

test('a handoff in a body that is no JSON is damaged data', async () => {
  for (const [type, body] of [
    ['application/json', '{"grant":'],
    ['application/json', ''],
    ['text/plain', 'grant=aaaaaaaa'],
    ['application/json', '"aaaaaaaa"'],
    ['application/json', 'null'],
  ] as const) {
    const headers = { 'Content-Type': type };
    expectHarmless(await browser.fetch('/fanfare/admission', { method: 'POST', headers, body }), body);
  }
});

test('a stranger who breaks a handoff off makes no fault', async () => {
  const faults: unknown[] = [];
  const watched = await stage.serve('Express 5', [
    {
      use: [
        (req, res) => {
          stage.fanfare.routes()(req, res, (error) => faults.push(error));
        },
      ],
    },
  ]);
  const socket = connect(Number(new URL(watched.origin).port), '127.0.0.1');
  socket.on('error', () => undefined);
  const before = stage.events.length;
  const lines = 'Host: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"grant":';
  socket.write(`POST /fanfare/admission HTTP/1.1\r\n${lines}`, () => socket.resetAndDestroy());
  while (stage.events.length === before && faults.length === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(faults).toEqual([]);
  expect(stage.events.at(-1)).toMatchObject({ type: 'admission.refused', code: 'INVALID_ADMISSION_DATA' });
});

describe('whatever else a stranger sends', () => {
  const name = fc.constantFrom(
    ...['admission_token', 'admission_grant', 'token', 'consumer_id', 'distribution_type', '__proto__'],
    ...[
      'admissionToken',
      'fanfareAdmission',
      'grant',
      'fanfare_admission_id',
      'distributionId',
      'expires_at',
    ],
  );
  const word = fc.oneof(
    fc.string().map(encodeURIComponent),
    fc.string({ unit: fc.constantFrom(...Array.from('%0aA=&;[]{}"\'.~-_+/\\:@!')) }),
    fc.constantFrom('queue', 'cons_1', 'aaaaaaaa', 'a.b.c', '%00', '%ED%A0%80', '[object Object]'),
  );
  const query = fc.array(fc.tuple(name, word), { maxLength: 6 }).map((pairs) =>
    pairs
      .map(([key, value]) => `${key}=${value}`)
      .join('&')
      .replace(/[^!-~]|#/g, '%20'),
  );
  const cookie = fc
    .array(fc.tuple(fc.string({ unit: fc.constantFrom(...Array.from('aZ09_-')) }), word), { maxLength: 3 })
    .map((list) => list.map(([id, value]) => `fanfare_admission_${id}=${value.replace(/[^ -~]/g, '')}`))
    .map((list) => list.join('; '));
  const fields = fc.dictionary(
    name,
    fc.oneof(fc.jsonValue(), word, fc.constant({ token: 'aaaaaaaa', ...IDS })),
  );
  const ask = fc.record({
    path: fc.constantFrom('/checkout', '/order', '/fanfare/admission', '/fanfare/nothing'),
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD'),
    mode: fc.constantFrom('navigate', 'cors', 'no-cors'),
    ...{ query, cookie, fields },
  });

  test('is refused with a code, and opens no door', async () => {
    await fc.assert(
      fc.asyncProperty(ask, async ({ path, method, mode, query: search, cookie: sent, fields: body }) => {
        const withBody = method === 'POST' || method === 'PUT';
        const full: Ask = {
          method,
          headers: {
            ...{ 'Sec-Fetch-Mode': mode, 'Sec-Fetch-Site': 'same-origin' },
            ...(sent === '' ? {} : { Cookie: sent }),
            ...(withBody ? { 'Content-Type': 'application/json' } : {}),
          },
          ...(withBody ? { body: JSON.stringify(body) } : {}),
        };
        browser.cookies.clear();
        const answer = await browser.send(`${path}?${search}`, full);
        if (path.startsWith('/fanfare/') && answer.status === 405) return;
        expectHarmless(answer, full);
      }),
      { numRuns: 300 },
    );
  });
});
