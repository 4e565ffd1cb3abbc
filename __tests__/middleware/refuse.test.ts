import { createHash } from 'node:crypto';
import type { FanfareOptions, Middleware, Refusal } from '../../lib/index.js';
import { type Answer, Jar, ours } from '../support/jar.js';
import { closeStages, openStage, showAdmission, type Stage } from '../support/servers.js';

afterEach(closeStages);

const FORM = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };

let stage: Stage;
let browser: Jar;

async function open(options: Partial<FanfareOptions> = {}): Promise<void> {
  stage = await openStage(options);
  const { fanfare } = stage;
  browser = await stage.serve('Express 5', [
    { use: [fanfare.attachAdmission()] },
    { path: '/checkout', use: [fanfare.requireAdmission(), showAdmission] },
    { path: '/experience', use: [fanfare.requireAdmission(), showAdmission] },
  ]);
}

/** Also under a shop's strict policy: the page allows its one style by its hash, and nothing else. */
function expectOwnStyle({ text, headers }: Answer): void {
  const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(text) ?? [];
  const hash = createHash('sha256').update(style).digest('base64');
  expect(headers['content-security-policy']).toContain(`default-src 'none'; style-src 'sha256-${hash}';`);
}

describe('Fanfare cannot be asked', () => {
  const down = { on: 'validate', kind: 'status', status: 503 } as const;

  test('a cold token on a fetch: 503 as JSON, to be tried again', async () => {
    await open();
    stage.emulator.faults.set(down);
    const answer = await browser.fetch(`/checkout?admission_token=${stage.token()}`);
    expect([answer.status, answer.json()['code']]).toEqual([503, 'FANFARE_UNAVAILABLE']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect([answer.headers['cache-control'], ours(answer).length]).toEqual(['no-store', 0]);
  });

  test('a cold token on a page visit: a page that loads the same URL again until it works', async () => {
    await open();
    stage.emulator.faults.set(down);
    const path = `/checkout?admission_token=${stage.token()}&size=41`;
    const page = await browser.visit(path);
    expect([page.status, page.headers.location]).toEqual([503, undefined]);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['referrer-policy']).toBe('no-referrer'); // the token is in the URL still
    expectOwnStyle(page);
    expect(page.text).toContain(
      `<meta http-equiv="refresh" content="${String(page.headers['retry-after'])}">`,
    );
    stage.emulator.faults.clear();
    expect((await browser.visit(path)).headers.location).toBe('/checkout?size=41');
  });

  test.each(['seconds', 'iso', 'http-date', 'body'] as const)(
    'a long Retry-After (%s) is passed on, but the page looks again within a minute',
    async (retryAfterForm) => {
      await open();
      stage.emulator.faults.set({ ...down, status: 429, retryAfterSeconds: 3_600, retryAfterForm });
      const page = await browser.visit(`/checkout?admission_token=${stage.token()}`);
      expect(Number(page.headers['retry-after'])).toBeGreaterThan(3_000);
      expect(page.text).toContain('<meta http-equiv="refresh" content="60">');
    },
  );

  test('a session goes on, and a cold token beside it waits in the URL', async () => {
    await open();
    await browser.visit(`/checkout?admission_token=${stage.token()}`);
    stage.emulator.faults.set(down);
    expect((await browser.visit('/checkout')).status).toBe(200);
    const beside = await browser.visit(`/checkout?admission_token=${stage.token()}`);
    expect([beside.status, ours(beside).length]).toEqual([200, 0]);
    expect(beside.json()['admission']).toMatchObject({ verifiedBy: 'grace' });
  });

  test.each([401, 408, 429, 500])('a %i of Fanfare is no verdict about the shopper', async (status) => {
    await open();
    stage.emulator.faults.set({ ...down, status });
    const answer = await browser.fetch(`/checkout?admission_token=${stage.token()}`);
    expect(answer.json()['code']).toBe('FANFARE_UNAVAILABLE');
  });
});

test('another device: Fanfare’s support code is passed on', async () => {
  await open();
  stage.emulator.faults.set({ on: 'validate', kind: 'device-mismatch' });
  const path = `/checkout?admission_token=${stage.token()}`;
  const answer = await browser.fetch(path);
  expect([answer.status, answer.json()['code']]).toEqual([403, 'DEVICE_MISMATCH']);
  expect(answer.json()['supportCode']).toMatch(/\S/);
  const page = await browser.visit(path);
  expect([page.status, page.headers.location]).toEqual([303, '/experience?fanfare=device_mismatch']);
});

describe('at the experience itself', () => {
  test.each(['/experience', '/experience/', '/experience?fanfare=required'])(
    '%s: a page, never a redirect',
    async (path) => {
      await open();
      const answer = await browser.visit(path);
      expect([answer.status, answer.headers.location]).toEqual([403, undefined]);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.headers['cache-control']).toBe('no-store');
    },
  );

  test.each(['shop.example:80', 'Shop.Example', 'a b', '['])('a Host of %j makes no loop', async (Host) => {
    await open();
    const answer = await browser.visit('/experience', { Host });
    expect([answer.status, answer.headers.location]).toEqual([403, undefined]);
  });

  test('a proxy that rewrites Host makes no loop either', async () => {
    await open({ experienceUrl: 'https://shop.example/experience?lang=de' });
    const Host = 'app:3000';
    const first = await browser.visit('/experience?lang=de', { Host });
    const back = new URL(first.headers.location ?? '/');
    const second = await browser.visit(back.pathname + back.search, { Host });
    expect([second.status, second.headers.location]).toEqual([403, undefined]);
  });

  test('experienceUrl may be another site, or depend on the request, and keeps its own parameters', async () => {
    await open({
      experienceUrl: (req) => `https://drop.example/x?lang=${String(req.headers['x-lang'])}#top`,
    });
    const answer = await browser.visit('/checkout', { 'X-Lang': 'de' });
    expect(answer.headers.location).toBe('https://drop.example/x?lang=de&fanfare=required#top');
  });

  test.each(['//evil.example', 'javascript:alert(1)', '/\\evil.example', ''])(
    'an experienceUrl(req) of %j is the merchant’s fault, never a redirect',
    async (url) => {
      await open({ experienceUrl: () => url });
      const answer = await browser.visit('/checkout');
      expect([answer.status, answer.headers.location]).toEqual([500, undefined]);
      expect(answer.text).toContain('experienceUrl');
    },
  );
});

test('a form that was sent without an admission is led to the experience', async () => {
  await open();
  const answer = await browser.send('/checkout', {
    method: 'POST',
    headers: { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' },
  });
  expect([answer.status, answer.headers.location]).toEqual([303, '/experience?fanfare=required']);
});

test('at the order itself: a page, never a redirect to where the shopper is', async () => {
  stage = await openStage({ orderUrl: (orderId) => `/orders/${orderId}` });
  const { fanfare } = stage;
  const place: Middleware = (req, res, next) => {
    fanfare.completeAdmission(req, { orderId: '7' }).then(
      () => res.end(),
      (error: unknown) => next?.(error),
    );
  };
  browser = await stage.serve('Express 5', [
    { path: '/checkout', use: [fanfare.claimAdmission(), place] },
    { path: '/orders/7', use: [fanfare.requireAdmission(), showAdmission] },
  ]);
  await browser.post('/checkout', {}, { 'X-Fanfare-Admission': stage.token() });
  expect((await browser.visit('/checkout')).headers.location).toBe('/orders/7');
  const there = await browser.visit('/orders/7');
  expect([there.status, there.headers.location]).toEqual([409, undefined]);
});

describe('a form that was sent gets a page with a way back, never the experience', () => {
  function expectPage(answer: Answer, status: number): void {
    expect([answer.status, answer.headers.location]).toEqual([status, undefined]);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.text).toContain('<a href="/checkout">Back</a>');
    expect(answer.text).not.toContain('http-equiv');
  }

  test('while Fanfare cannot be asked', async () => {
    await open();
    stage.emulator.faults.set({ on: 'validate', kind: 'status', status: 503 });
    const headers = { ...FORM, 'X-Fanfare-Admission': stage.token() };
    expectPage(await browser.send('/checkout?size=41', { method: 'POST', headers }), 503);
  });

  test('while another browser’s attempt is open, and after its order, which is not named', async () => {
    stage = await openStage({ orderUrl: (orderId) => `/orders/${orderId}` });
    const { fanfare } = stage;
    const place: Middleware = (req, res, next) => {
      const ordered = req.url === '/checkout?order' ? { orderId: 'order_7' } : undefined;
      const done = ordered === undefined ? Promise.resolve() : fanfare.completeAdmission(req, ordered);
      done.then(
        () => res.end(),
        (error: unknown) => next?.(error),
      );
    };
    browser = await stage.serve('Express 5', [{ path: '/checkout', use: [fanfare.claimAdmission(), place] }]);
    const headers = { ...FORM, 'X-Fanfare-Admission': stage.token() };
    const other = new Jar(browser.origin);
    const submit = { method: 'POST', headers };
    expect((await browser.send('/checkout', submit)).status).toBe(200);
    expectPage(await other.send('/checkout', submit), 409);
    expect((await browser.send('/checkout?order', submit)).status).toBe(200);
    const late = await other.send('/checkout', submit);
    expectPage(late, 409);
    expect(late.text).not.toContain('order_7');
  });
});

test('a path is shown as a path, whatever is in it', async () => {
  stage = await openStage();
  browser = await stage.serve('Express 5', [{ use: [stage.fanfare.claimAdmission()] }]);
  stage.emulator.faults.set({ on: 'validate', kind: 'status', status: 503 });
  const headers = { ...FORM, 'X-Fanfare-Admission': stage.token() };
  const page = await browser.send(`/"><img/src=x>'&amp;`, { method: 'POST', headers });
  expect([page.status, page.text.includes('<img')]).toEqual([503, false]);
  expect(page.text).toContain('<a href="/&#34;&#62;&#60;img/src=x&#62;&#39;&#38;amp;">Back</a>');
});

describe('onRefused', () => {
  test('a rejection of it is a fault for next(error)', async () => {
    await open({ onRefused: () => Promise.reject(new Error('the template is missing')) });
    const answer = await browser.fetch('/checkout');
    expect([answer.status, answer.text]).toEqual([500, 'fault: the template is missing']);
  });

  test('answers in place of us, with what there is to know', async () => {
    const refusals: Refusal[] = [];
    await open({
      onRefused: (refusal, _req, res) => {
        refusals.push(refusal);
        res.writeHead(418).end('mine');
      },
    });
    const answer = await browser.visit('/checkout');
    expect([answer.status, answer.text, answer.headers.location]).toEqual([418, 'mine', undefined]);
    expect(refusals).toEqual([
      expect.objectContaining({ code: 'ADMISSION_REQUIRED', status: 403, reason: 'required' }),
    ]);
  });

  test('may let the shopper through, or make a fault of it', async () => {
    await open({
      onRefused: (_refusal, req, _res, next) => {
        next(req.url?.includes('fault') === true ? new Error('refused') : undefined);
      },
    });
    expect((await browser.fetch('/checkout')).json()).toEqual({ admission: null });
    expect((await browser.fetch('/checkout?fault')).text).toBe('fault: refused');
  });
});
