/** An admission that a page of another origin hands over: whose page may, and what a browser is told. */
import bodyParser from 'body-parser';
import type { FanfareOptions } from '../../lib/index.js';
import type { Answer, Jar } from '../support/jar.js';
import { closeStages, openStage, parsing, type ServerKind, SERVERS, type Stage } from '../support/servers.js';

const DROPS = 'https://drops.shop.example';
const SIBLING = { Origin: DROPS, 'Sec-Fetch-Site': 'same-site' };
const JSON_TYPE = 'application/json';

let stage: Stage;
let browser: Jar;

afterEach(closeStages);

async function open(
  options: Partial<FanfareOptions> = { experienceOrigins: [DROPS] },
  kind?: ServerKind,
): Promise<void> {
  stage = await openStage(options);
  const { fanfare } = stage;
  browser = await stage.serve(kind ?? 'Express 5', [
    { use: [fanfare.attachAdmission()] },
    { mount: '/fanfare', use: [fanfare.routes()] },
    { use: [bodyParser.urlencoded({ extended: false })].map(parsing) },
    { mount: '/parsed', use: [bodyParser.text({ type: () => true })].map(parsing) },
    { mount: '/parsed/fanfare', use: [fanfare.routes()] },
    {
      path: '/order',
      use: [
        fanfare.claimAdmission(),
        (_req, res) => res.writeHead(303, { Location: 'https://bank.example' }).end(),
      ],
    },
  ]);
}

function handOver(headers: Record<string, string> = SIBLING, token = stage.token()): Promise<Answer> {
  return browser.post('/fanfare/admission', { admissionGrant: token }, headers);
}

function preflight(
  headers: Record<string, string> = { Origin: DROPS },
  path = '/fanfare/admission',
): Promise<Answer> {
  const asked = { 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'content-type' };
  return browser.fetch(path, { method: 'OPTIONS', headers: { ...asked, ...headers } });
}

function corsOf({ headers }: Answer): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));
}

const READABLE = {
  'access-control-allow-origin': DROPS,
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': 'Retry-After',
};

describe.each(SERVERS)('on %s', (kind) => {
  test('a configured origin is asked first, then hands over, and the session is there', async () => {
    await open(undefined, kind);
    const asked = await preflight();
    expect([asked.status, corsOf(asked)]).toEqual([
      204,
      {
        ...READABLE,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'Content-Type',
        'access-control-max-age': '600',
      },
    ]);
    const answer = await handOver();
    expect([answer.status, corsOf(answer)]).toEqual([200, READABLE]);
    expect([asked, answer].map(({ headers }) => headers.vary)).toEqual(['Origin', 'Origin, Cookie']);
    expect((await browser.fetch('/fanfare/session')).json()['admissions']).toHaveLength(1);
  });
});

describe('a configured origin', () => {
  beforeEach(() => open());

  test('may read why it was refused', async () => {
    const answer = await handOver(SIBLING, 'junk');
    expect([answer.status, corsOf(answer)]).toEqual([400, READABLE]);
  });

  test('joins the session that the browser has: an open attempt stays its own', async () => {
    const token = stage.token({ expiresInSeconds: 600 });
    await handOver(SIBLING, token);
    expect((await browser.fetch('/order', { method: 'POST' })).status).toBe(303);
    const before = [...browser.cookies];
    const answer = await handOver(SIBLING, token);
    expect(answer.json()).toMatchObject({ admission: { state: 'attempted' } });
    expect([...browser.cookies]).toEqual(before);
    expect((await browser.fetch('/order', { method: 'POST' })).status).toBe(303);
  });

  test('may hand over and nothing else: its submits carry no session, its pages read none', async () => {
    await handOver();
    const order = await browser.fetch('/order', { method: 'POST', headers: SIBLING });
    expect(order.json()).toMatchObject({ code: 'ADMISSION_REQUIRED' });
    const answers = [order, await browser.fetch('/fanfare/session', { headers: SIBLING })];
    for (const answer of answers) expect(corsOf(answer)).toEqual({});
    expect((await preflight({ Origin: DROPS }, '/fanfare/session')).status).toBe(405);
  });

  test('of another site is told that no browser would keep the session', async () => {
    const answer = await handOver({ Origin: DROPS, 'Sec-Fetch-Site': 'cross-site' });
    expect([answer.status, answer.json()['code'], answer.setCookies]).toEqual([
      403,
      'ADMISSION_REQUIRED',
      [],
    ]);
    const said = stage.events.find(({ type }) => type === 'admission.refused');
    expect(said?.message).toContain('SameSite=Lax');
  });

  test('of another site may, where the checkout is embedded', async () => {
    await open({ experienceOrigins: [DROPS], session: { secrets: ['x'.repeat(32)], embedded: true } });
    const answer = await handOver({ Origin: DROPS, 'Sec-Fetch-Site': 'cross-site' });
    expect([answer.status, corsOf(answer)]).toEqual([200, READABLE]);
    expect(answer.setCookies[0]).toMatch(/^__Host-.*; Secure; SameSite=None; Partitioned$/);
  });
});

describe('anybody else', () => {
  beforeEach(() => open());

  test.each([
    ...[
      'https://evil.example',
      'https://drops.shop.example.evil.example',
      'http://drops.shop.example',
      'null',
    ],
    ...[
      'https://DROPS.shop.example',
      'https://drops.shop.example:444',
      `${DROPS}, https://evil.example`,
      `${DROPS}/`,
    ],
  ])('is refused: %s', async (origin) => {
    for (const site of ['cross-site', 'same-site']) {
      const headers = { Origin: origin, 'Sec-Fetch-Site': site };
      const answer = await handOver(headers);
      expect([answer.status, answer.json()['code'], corsOf(answer)]).toEqual([403, 'ADMISSION_REQUIRED', {}]);
      const asked = await preflight(headers);
      expect([asked.status, asked.headers.vary, corsOf(asked)]).toEqual([403, 'Origin', {}]);
    }
    expect(browser.cookies.size).toBe(0);
  });

  test('is refused without its name, too', async () => {
    expect((await handOver({ 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
  });
});

describe('a form', () => {
  beforeEach(() => open());

  /** What a page may send without being asked first: a form of the three types, here from a browser that names no origin. */
  test.each([
    ['application/x-www-form-urlencoded', (token: string) => `admissionGrant=${token}`],
    ['text/plain', (token: string) => `{"admissionGrant":"${token}","x":"="}`],
    ['multipart/form-data; boundary=x', (token: string) => `{"admissionGrant":"${token}"}`],
    ['', (token: string) => `{"admissionGrant":"${token}"}`],
  ])('of type "%s" plants no admission, parsed or not', async (type, body) => {
    for (const path of ['/fanfare/admission', '/parsed/fanfare/admission', '/admission']) {
      for (const origin of [{}, { Origin: DROPS }]) {
        const headers = { ...(type === '' ? {} : { 'Content-Type': type }), ...origin };
        await browser.send(path, { method: 'POST', headers, body: body(stage.token()) });
      }
    }
    expect([...browser.cookies]).toEqual([]);
    expect(stage.validations()).toBe(0);
  });

  test('of a parser that ran before is no handoff, unless it is JSON', async () => {
    const parser = parsing(bodyParser.urlencoded({ extended: false }));
    const jar = await stage.serve('Express 5', [{ use: [parser, stage.fanfare.routes()] }]);
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const body = `admissionGrant=${stage.token()}`;
    const answer = await jar.fetch('/admission', { method: 'POST', headers: form, body });
    expect([answer.status, answer.json()['code']]).toEqual([400, 'INVALID_ADMISSION_DATA']);
    const json = { 'Content-Type': JSON_TYPE };
    const sent = await jar.fetch('/admission', {
      method: 'POST',
      headers: json,
      body: `{"grant":"${stage.token()}"}`,
    });
    expect(sent.status).toBe(200);
  });
});

test('without experienceOrigins nothing is said of origins', async () => {
  await open({});
  const answer = await handOver({});
  expect([answer.status, answer.headers.vary, corsOf(answer)]).toEqual([200, 'Cookie', {}]);
  expect((await handOver()).status).toBe(403);
  expect((await preflight()).status).toBe(403);
});
