import bodyParser from 'body-parser';
import type { Middleware } from '../../lib/index.js';
import { type Jar, ours } from '../support/jar.js';
import { closeStages, openStage, parsing, SERVERS, showAdmission, type Stage } from '../support/servers.js';

afterEach(closeStages);

const theme: Middleware = (_req, res, next) => {
  res.setHeader('Set-Cookie', 'theme=dark; Path=/');
  next?.();
};

describe.each(SERVERS)('on %s', (kind) => {
  let stage: Stage;
  let browser: Jar;

  beforeEach(async () => {
    stage = await openStage();
    const { fanfare } = stage;
    browser = await stage.serve(kind, [
      { use: [theme, fanfare.attachAdmission()] },
      { mount: '/fanfare', use: [fanfare.routes()] },
      { path: '/checkout', use: [fanfare.requireAdmission(), showAdmission] },
      { path: '/form', use: [parsing(bodyParser.json()), fanfare.requireAdmission(), showAdmission] },
      { path: '/', use: [showAdmission] },
    ]);
  });

  test('a fetch without a token is refused as JSON that nobody may keep', async () => {
    const answer = await browser.fetch('/checkout');
    expect(answer.status).toBe(403);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    });
    expect(answer.json()).toEqual({
      error: 'Admission required',
      code: 'ADMISSION_REQUIRED',
      message: expect.any(String) as string,
    });
  });

  test.each([
    ['Sec-Fetch headers', { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }],
    ['Accept alone', { Accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' }],
  ])('a page visit, known by %s, is led to the experience', async (_by, headers) => {
    const answer = await browser.send('/checkout', { headers });
    expect([answer.status, answer.headers.location]).toEqual([303, '/experience?fanfare=required']);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('what asks for anything, or prefers JSON, is no page visit', async () => {
    for (const Accept of ['*/*', 'application/json', 'text/html;q=0.5, application/json']) {
      const answer = await browser.send('/checkout', { headers: { Accept } });
      expect([Accept, answer.status]).toEqual([Accept, 403]);
    }
  });

  test('a token in the URL becomes a session, and the URL is cleaned', async () => {
    const answer = await browser.visit(
      `/checkout?size=41&admission_token=${stage.token()}&colour=red%20or%2Bblue`,
    );
    expect([answer.status, answer.headers.location]).toEqual([
      303,
      '/checkout?size=41&colour=red%20or%2Bblue',
    ]);
    expect(answer.headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
    expect(ours(answer)).toEqual([
      expect.stringMatching(
        /^fanfare_admission_[\w-]{8}=[\w.-]+; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/,
      ) as string,
    ]);
    expect(answer.setCookies).toContain('theme=dark; Path=/');
  });

  test('page loads with a session pass and ask nobody', async () => {
    await browser.visit(`/checkout?admission_token=${stage.token({ consumerId: 'cons_1' })}`);
    expect(stage.validations()).toBe(1);
    for (let load = 0; load < 3; load += 1) {
      const page = await browser.visit('/checkout');
      expect(page.status).toBe(200);
      expect(page.headers['cache-control']).toBe('private, no-store');
      expect(page.json()['admission']).toMatchObject({
        ...{ consumerId: 'cons_1', distributionId: 'queue_1', distributionType: 'queue' },
        verifiedBy: 'session',
      });
      expect(ours(page)).toEqual([]);
    }
    expect(stage.validations()).toBe(1);
  });

  test('a header token on a fetch sets the session on the answer itself', async () => {
    const answer = await browser.fetch('/checkout', { headers: { 'X-Fanfare-Admission': stage.token() } });
    expect(answer.status).toBe(200);
    expect(answer.json()['admission']).toMatchObject({ verifiedBy: 'fanfare' });
    expect(ours(answer)).toHaveLength(1);
    expect((await browser.fetch('/checkout')).status).toBe(200);
    expect(stage.validations()).toBe(1);
  });

  test('a fetch with the token in its URL gets the page, not a redirect', async () => {
    const answer = await browser.fetch(`/checkout?admission_grant=${stage.token()}`);
    expect([answer.status, ours(answer).length]).toEqual([200, 1]);
  });

  test.each(['admissionToken', 'admission_grant', 'fanfare_token', 'token', 'grant'])(
    'a guard behind a body parser reads %s',
    async (name) => {
      const answer = await browser.post('/form', { [name]: stage.token() });
      expect([answer.status, ours(answer).length]).toEqual([200, 1]);
    },
  );

  test('a guard reads a bare ?token= and takes it out of the URL', async () => {
    const answer = await browser.visit(`/checkout?token=${stage.token()}&x=1`);
    expect([answer.status, answer.headers.location]).toEqual([303, '/checkout?x=1']);
    expect((await browser.visit('/checkout')).status).toBe(200);
  });

  test.each(['admissionGrant', 'grant', 'admission_token'])(
    'POST /admission takes {%s} and tells neither consumer nor token',
    async (name) => {
      const token = stage.token({ consumerId: 'cons_secret' });
      const handoff = await browser.post('/fanfare/admission', { [name]: token });
      expect(handoff.status).toBe(200);
      const session = await browser.fetch('/fanfare/session');
      const view = {
        ...{ distributionId: 'queue_1', distributionType: 'queue', experienceId: null, state: 'open' },
        id: expect.stringMatching(/^[\w-]{43}$/) as string,
        expiresAt: expect.any(Number) as number,
      };
      const serverNow = expect.any(Number) as number;
      expect(handoff.json()).toEqual({ serverNow, admission: view });
      expect(session.json()).toEqual({ serverNow, admissions: [view] });
      expect(session.headers).toMatchObject({ 'cache-control': 'no-store', vary: 'Cookie' });
      expect(handoff.text + session.text).not.toMatch(/cons_secret/);
      expect((await browser.visit('/checkout')).status).toBe(200);
    },
  );

  test('POST /admission refuses a page of another site', async () => {
    const headers = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    const answer = await browser.post('/fanfare/admission', { grant: stage.token() }, headers);
    expect([answer.status, ours(answer).length, stage.validations()]).toEqual([403, 0, 0]);
  });

  test('GET /health calls nobody, and the router keeps to its methods and paths', async () => {
    const health = await browser.fetch('/fanfare/health');
    expect([health.status, health.json()['status']]).toEqual([200, 'ok']);
    const wrong = await browser.fetch('/fanfare/admission');
    expect([wrong.status, wrong.headers['allow']]).toEqual([405, 'POST']);
    expect((await browser.fetch('/fanfare/nothing')).status).toBe(404);
    expect(stage.emulator.requests()).toEqual([]);
  });

  test('a CORS preflight passes', async () => {
    const headers = { Origin: 'https://app.example', 'Access-Control-Request-Method': 'POST' };
    expect((await browser.fetch('/checkout', { method: 'OPTIONS', headers })).status).toBe(200);
    expect((await browser.fetch('/checkout', { method: 'OPTIONS' })).status).toBe(403);
  });

  test.each([
    ['a prefetch', { method: 'GET', headers: { 'Sec-Purpose': 'prefetch;prerender' } }],
    ['an older prefetch', { method: 'GET', headers: { Purpose: 'prefetch' } }],
    ['the oldest prefetch', { method: 'GET', headers: { 'X-Moz': 'prefetch' } }],
    ['a HEAD', { method: 'HEAD', headers: {} }],
  ])('%s with a token in the URL spends nothing', async (_what, { method, headers }) => {
    const path = `/checkout?admission_token=${stage.token()}`;
    const navigation = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
    const ahead = await browser.send(path, { method, headers: { ...navigation, ...headers } });
    expect([ahead.status, ahead.headers.location]).toEqual(
      // What is shown later must not be where a redirect led before.
      method === 'HEAD' ? [303, '/experience?fanfare=required'] : [403, undefined],
    );
    expect([ours(ahead).length, stage.validations()]).toEqual([0, 0]);
    expect((await browser.visit(path)).headers.location).toBe('/checkout');
  });

  test('a page keeps the Cache-Control that is there already', async () => {
    const own: Middleware = (_req, res, next) => {
      res.setHeader('Cache-Control', 'private, max-age=1');
      next?.();
    };
    const shop = await stage.serve(kind, [{ use: [own, stage.fanfare.requireAdmission(), showAdmission] }]);
    await shop.visit(`/?admission_token=${stage.token()}`);
    expect((await shop.visit('/')).headers['cache-control']).toBe('private, max-age=1');
  });

  test('attachAdmission refuses nobody', async () => {
    expect((await browser.visit('/')).json()).toEqual({ admission: null });
    const bad = await browser.visit('/?admission_token=not-a-good-one');
    expect([bad.status, bad.json()]).toEqual([200, { admission: null }]);
    await browser.visit(`/?admission_token=${stage.token()}`);
    expect((await browser.visit('/')).json()['admission']).toMatchObject({ distributionId: 'queue_1' });
  });
});
