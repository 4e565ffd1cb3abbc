/** What the doctor sees in the requests of real servers. */
import { createRequire } from 'node:module';
import type { RequestListener } from 'node:http';
import { createServer, request } from 'node:https';
import express, { type Express } from 'express';
import type { Fanfare } from '../../lib/index.js';
import { until } from '../support/shop.js';
import { closeStands, openStand } from './stand.js';

afterEach(closeStands);

const express4 = createRequire(__filename)('express4') as typeof express;
const PAGE = { Accept: 'text/html', 'User-Agent': 'Mozilla/5.0 (a browser)' };
const PROXIED = { 'X-Forwarded-For': '203.0.113.7' };

function shop(app: Express, fanfare: Fanfare, settings: Readonly<Record<string, unknown>> = {}): Express {
  for (const [name, value] of Object.entries(settings)) app.set(name, value);
  app.use(fanfare.attachAdmission());
  return app.get('/', (_req, res) => void res.end('shop'));
}

function bare(fanfare: Fanfare): RequestListener {
  const attach = fanfare.attachAdmission();
  return (req, res) => {
    attach(req, res, () => res.end('shop'));
  };
}

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('on %s', (_kind, create) => {
  test.each([
    [undefined, true],
    ['10.0.0.1', true],
    ['loopback', false],
    [1, false],
    [true, false],
  ])('"trust proxy" %j', async (trust, found) => {
    const stand = await openStand();
    const settings = trust === undefined ? {} : { 'trust proxy': trust };
    const browser = await stand.serve(shop(create(), stand.fanfare, settings));
    await browser.send('/');
    expect(await stand.found()).not.toContain('TRUST_PROXY_OFF');
    await browser.send('/', { headers: PROXIED });
    expect((await stand.found()).includes('TRUST_PROXY_OFF')).toBe(found);
  });

  test.each([
    ['/', true, true],
    ['/assets', true, false],
    ['/', false, false],
  ])('express.static at %j, before us: %j', async (path, before, found) => {
    const stand = await openStand();
    const app = create();
    const files = create.static(__dirname);
    if (before) app.use(path, files);
    shop(app, stand.fanfare);
    if (!before) app.use(path, files);
    const browser = await stand.serve(app);
    await browser.send('/');
    expect((await stand.found()).includes('MOUNTED_AFTER_STATIC')).toBe(found);
  });

  test.each([
    ['none', [], true],
    ['one for forms', [create.urlencoded({ extended: false })], false],
    ['one for something else', [create.json()], true],
  ])('a form without a token, and of body parsers %s', async (_parsers, parsers, found) => {
    const stand = await openStand();
    const app = create();
    app.post('/checkout', ...parsers, stand.fanfare.claimAdmission());
    const browser = await stand.serve(app);
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    await browser.send('/checkout', {
      method: 'POST',
      headers: { ...form, 'Sec-Fetch-Site': 'cross-site' },
      body: 'a=b',
    });
    await browser.send('/checkout', {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain' },
      body: 'a=b',
    });
    await browser.send('/checkout', {
      method: 'POST',
      headers: { ...form, 'X-Fanfare-Admission': 'no-token-at-all' },
      body: 'a=b',
    });
    expect(await stand.found()).not.toContain('BODY_NOT_PARSED');
    const answer = await browser.send('/checkout', {
      method: 'POST',
      headers: form,
      body: 'a=b',
    });
    expect(answer.status).toBe(403);
    expect((await stand.found()).includes('BODY_NOT_PARSED')).toBe(found);
  });
});

test('a bare server has no "trust proxy"', async () => {
  const stand = await openStand();
  const browser = await stand.serve(bare(stand.fanfare));
  await browser.send('/', { headers: PROXIED });
  expect(await stand.found()).not.toContain('TRUST_PROXY_OFF');
});

test.each([
  ['a page', PAGE, true],
  ['a probe', { ...PAGE, Accept: '*/*' }, false],
  ['a test', { Accept: 'text/html' }, false],
  ['a page through a proxy with TLS', { ...PAGE, 'X-Forwarded-Proto': 'https' }, false],
  ['a page through a proxy without', { ...PAGE, 'X-Forwarded-Proto': 'http' }, true],
  [
    'a page through a newer proxy',
    { ...PAGE, Forwarded: 'for=192.0.2.60;proto=https;by=203.0.113.43' },
    false,
  ],
  ['a page that the browser thinks safe', { ...PAGE, 'Sec-Fetch-Site': 'none' }, false],
])('over plain http, %s', async (_what, headers, found) => {
  const stand = await openStand();
  const browser = await stand.serve(bare(stand.fanfare));
  await browser.send('/', { headers });
  expect((await stand.found()).includes('COOKIES_NEED_TLS')).toBe(found);
});

test('over plain http, insecure cookies are meant so', async () => {
  const stand = await openStand({ session: { secrets: ['a'.repeat(64)], insecure: true } });
  const browser = await stand.serve(bare(stand.fanfare));
  await browser.send('/', { headers: PAGE });
  const found = await stand.found();
  expect(found).not.toContain('COOKIES_NEED_TLS');
  expect(found).toContain('SESSION_SECRET_WEAK');
});

test('over TLS, nothing is said', async () => {
  const stand = await openStand();
  // A cipher without certificates: who answers is not what this test is about.
  const tls = {
    ciphers: 'ADH-AES128-GCM-SHA256:@SECLEVEL=0',
    dhparam: 'auto',
    maxVersion: 'TLSv1.2',
  } as const;
  const { origin } = await stand.serve(bare(stand.fanfare), (app) => createServer(tls, app));
  const { port } = new URL(origin);
  const status = await new Promise((resolve, reject) => {
    const visit = { ...tls, host: '127.0.0.1', port, headers: PAGE, rejectUnauthorized: false, agent: false };
    request(visit, (res) => {
      res.resume();
      resolve(res.statusCode);
    })
      .on('error', reject)
      .end();
  });
  expect(status).toBe(200);
  expect(await stand.found()).not.toContain('COOKIES_NEED_TLS');
});

test('two instances on one request are found, two beside each other are not', async () => {
  const stand = await openStand();
  const other = stand.another().attachAdmission();
  const [together, apart] = [express(), express()];
  apart.use('/ours', stand.fanfare.attachAdmission(), stand.fanfare.requireAdmission()).use('/theirs', other);
  together.use(other, stand.fanfare.attachAdmission());
  const beside = await stand.serve(apart);
  for (const path of ['/ours', '/theirs', '/ours']) await beside.send(path);
  expect(await stand.found()).not.toContain('TWO_INSTANCES');
  await (await stand.serve(together)).send('/');
  expect(await stand.found()).toContain('TWO_INSTANCES');
});

test.each([
  [{ '__Host-fanfare_admission_aaaaaaaa': 3_000 }, []],
  [{ '__Host-fanfare_admission_aaaaaaaa': 3_700 }, ['COOKIE_NEAR_LIMIT']],
  [
    {
      ...{ '__Host-fanfare_admission_aaaaaaaa': 2_500, '__Host-fanfare_admission_bbbbbbbb': 2_500 },
      '__Host-fanfare_admission_cccccccc': 2_500,
    },
    ['SESSIONS_NEAR_LIMIT'],
  ],
  [{ theirs: 12_500 }, ['COOKIE_HEADER_NEAR_LIMIT']],
])('cookies of %j bytes', async (sizes, codes) => {
  const stand = await openStand();
  const browser = await stand.serve(bare(stand.fanfare));
  for (const [name, size] of Object.entries(sizes)) browser.cookies.set(name, 'x'.repeat(size));
  await browser.send('/');
  expect((await stand.found()).filter((code) => code.endsWith('_NEAR_LIMIT'))).toEqual(codes);
});

test('a fault of the doctor reaches no request', async () => {
  const stand = await openStand();
  const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
  const attach = stand.fanfare.attachAdmission();
  const browser = await stand.serve((req, res) => {
    Object.defineProperty(req, 'app', {
      get: () => {
        throw new Error('no app');
      },
    });
    attach(req, res, () => res.end('shop'));
  });
  expect((await browser.send('/', { headers: PROXIED })).text).toBe('shop');
  expect(warn).toHaveBeenCalledWith('"doctor" threw: Error: no app', 'FanfareWarning');
  warn.mockRestore();
});

test('only the first 1,000 are looked at', async () => {
  const stand = await openStand();
  const attach = stand.fanfare.attachAdmission();
  const browser = await stand.serve((req, res) => {
    // One request counts as often as it passes.
    for (let time = 0; time < 500; time += 1) attach(req, res, () => undefined);
    res.end();
  });
  for (let visit = 0; visit < 2; visit += 1) await browser.send('/');
  await browser.send('/', { headers: PAGE });
  expect(await stand.found()).not.toContain('COOKIES_NEED_TLS');
});

test('what a request shows is said, once, and not while it waits', async () => {
  const stand = await openStand();
  const browser = await stand.serve(bare(stand.fanfare));
  for (let visit = 0; visit < 3; visit += 1) await browser.send('/', { headers: PAGE });
  await until(() => stand.said().some(({ code }) => code === 'COOKIES_NEED_TLS'));
  await browser.send('/', { headers: { ...PAGE, Cookie: `theirs=${'x'.repeat(12_500)}` } });
  await until(() => stand.said().some(({ code }) => code === 'COOKIE_HEADER_NEAR_LIMIT'));
  expect(stand.said().map(({ code }) => code)).toEqual(['COOKIES_NEED_TLS', 'COOKIE_HEADER_NEAR_LIMIT']);
  expect(stand.said()[0]).toMatchObject({
    level: 'warn',
    docs: 'docs/doctor.md#cookies_need_tls',
    message: expect.stringMatching(
      /plain http.* More in our repository: docs\/doctor\.md#cookies_need_tls\.$/,
    ) as unknown,
  });
});
