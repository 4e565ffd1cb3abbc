/** The admission in the session storage becomes the shop's session, in a real browser. */
import type { Page } from 'playwright-core';
import { describeWithChromium } from '../support/chromium.js';
import { closeStages } from '../support/servers.js';
import { until } from '../support/shop.js';
import { DROP, faultsOf, openPageShop, type PageShop } from './page-shop.js';

afterEach(closeStages);

const KEY = 'fanfare_admission';
const MINUTE_MS = 60_000;

/** As the experience's page does before it goes to the checkout. */
async function store(page: Page, origin: string, text: string): Promise<void> {
  await page.goto(`${origin}/plain`);
  await page.evaluate(
    ([key, value]) => {
      sessionStorage.setItem(key!, value!);
    },
    [KEY, text],
  );
}

const stored = (page: Page): Promise<string | null> =>
  page.evaluate((key) => sessionStorage.getItem(key), KEY);

const handoffs = ({ asked }: PageShop): number =>
  asked.filter((line) => line.startsWith('POST /fanfare/admission')).length;

/** What the page is told, as the last line of `document.title`. */
async function listenForHandoff(page: Page): Promise<void> {
  await page.addInitScript(() => {
    document.addEventListener('fanfare-handoff', (event) => {
      document.title = JSON.stringify((event as CustomEvent).detail);
    });
  });
}

async function heard(page: Page): Promise<Record<string, unknown>> {
  await page.waitForFunction(() => document.title.startsWith('{'));
  return JSON.parse(await page.title()) as Record<string, unknown>;
}

describeWithChromium('the handoff by session storage', (chromium) => {
  const shapes = (token: string, consumerId: string): readonly [string, string][] => [
    ['token, context and storedAt', JSON.stringify({ token, context: { journey: 1 }, storedAt: Date.now() })],
    ['token with ids', JSON.stringify({ token, consumerId, experienceId: 'exp_1', ...DROP })],
    ['token and expiresAt', JSON.stringify({ token, expiresAt: Date.now() + MINUTE_MS })],
    ['admissionGrant and productId', JSON.stringify({ admissionGrant: token, productId: 'p_1' })],
    ['admissionGrant alone', JSON.stringify({ admissionGrant: token })],
    ['a bare string', token],
    ['a quoted string', JSON.stringify(token)],
  ];
  const opaque = (token: string, consumerId: string): readonly [string, string][] => [
    ['an opaque token with ids', JSON.stringify({ token, consumerId, ...DROP })],
    ['an opaque token with ids in its context', JSON.stringify({ token, context: { consumerId, ...DROP } })],
  ];

  test('every shape leads to the checkout, and leaves nothing behind', async () => {
    const shop = await openPageShop();
    for (const make of [shapes, opaque]) {
      const names = make('', '').map(([name]) => name);
      for (const [index, name] of names.entries()) {
        const page = await chromium.page();
        const faults = faultsOf(page);
        const { token, consumerId } = shop.emulator.mint({ ...DROP, opaque: make === opaque });
        await store(page, shop.origin, make(token, consumerId)[index]![1]);
        await page.goto(`${shop.origin}/experience`);
        await page.waitForURL(`${shop.origin}/checkout`);
        expect([name, await stored(page), faults]).toEqual([name, null, []]);
      }
    }
  });

  test('what is older than 30 minutes by the clock that stored it is dropped without a call', async () => {
    const shop = await openPageShop();
    const page = await chromium.page();
    await page.clock.setFixedTime(Date.now() + 7 * 86_400_000);
    const at = await page.evaluate(() => Date.now());
    const old = { token: shop.token(), storedAt: at - 30 * MINUTE_MS - 1 };
    await store(page, shop.origin, JSON.stringify(old));
    await page.goto(`${shop.origin}/experience`);
    await page.waitForFunction((key) => sessionStorage.getItem(key) === null, KEY);
    expect(handoffs(shop)).toBe(0);
    await store(page, shop.origin, JSON.stringify({ ...old, storedAt: at - 30 * MINUTE_MS }));
    await page.goto(`${shop.origin}/experience`);
    await page.waitForURL(`${shop.origin}/checkout`);
  });

  test.each([
    [
      'past its expiresAt',
      (shop: PageShop) => ({ token: shop.token(), expiresAt: Date.now() - MINUTE_MS }),
      'ADMISSION_EXPIRED',
    ],
    ['not a token', () => ({ token: 'x' }), 'INVALID_ADMISSION_DATA'],
    [
      'one that Fanfare refuses',
      () => ({ token: 'never-heard-of', consumerId: 'c_1', ...DROP }),
      'ADMISSION_INVALID',
    ],
  ])('%s: the server says so, the page is told, and the entry goes', async (_what, make, code) => {
    const shop = await openPageShop();
    const page = await chromium.page();
    await listenForHandoff(page);
    await store(page, shop.origin, JSON.stringify(make(shop)));
    await page.goto(`${shop.origin}/experience`);
    const { message, ...told } = await heard(page);
    expect(told).toEqual({ outcome: 'refused', code });
    expect(message).toMatch(/\w+/);
    expect([await stored(page), page.url()]).toEqual([null, `${shop.origin}/experience`]);
  });

  test.each([
    ['the network fails', 'reset'],
    ['Fanfare cannot be asked', 'fault'],
    ['a proxy answers for a shop that starts', 502],
    ['the routes are not there yet', 404],
  ])('%s: the entry is kept, and the next try succeeds', async (_what, trouble) => {
    let away = true;
    const shop = await openPageShop({
      before: (req, res, next) => {
        if (!away || trouble === 'fault' || !req.originalUrl.startsWith('/fanfare/admission')) next();
        else if (trouble === 'reset') req.socket.destroy();
        else res.status(trouble as number).send('<h1>Not now</h1>');
      },
    });
    if (trouble === 'fault') shop.emulator.faults.set({ kind: 'status', status: 500 });
    const page = await chromium.page();
    await page.clock.install();
    await listenForHandoff(page);
    const text = JSON.stringify({ token: shop.token() });
    await store(page, shop.origin, text);
    await page.goto(`${shop.origin}/experience`);
    expect(await heard(page)).toMatchObject({ outcome: 'later' });
    expect(await stored(page)).toBe(text);
    away = false;
    shop.emulator.faults.clear();
    await page.clock.runFor(60_000);
    await page.waitForURL(`${shop.origin}/checkout`);
    expect(await stored(page)).toBeNull();
  });

  test.each([
    ['0', 1_000],
    ['2', 2_000],
    ['99999999999', 60_000],
    ['-3', 5_000],
    ['soon', 5_000],
    ['Wed, 21 Oct 2037 07:28:00 GMT', 5_000],
  ])('with "Retry-After: %s" the next try comes after %i ms', async (retryAfter, pause) => {
    const shop = await openPageShop({
      before: (req, res, next) => {
        if (req.originalUrl !== '/fanfare/admission') next();
        else res.status(503).set('Retry-After', retryAfter).json({});
      },
    });
    const page = await chromium.page();
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + MINUTE_MS);
    await listenForHandoff(page);
    await store(page, shop.origin, JSON.stringify({ token: shop.token() }));
    await page.goto(`${shop.origin}/experience`);
    expect(await heard(page)).toEqual({ outcome: 'later', retryAfterSeconds: pause / 1_000 });
    await page.clock.runFor(pause - 1);
    await page.evaluate(() => fetch('/plain').then((answer) => answer.text()));
    expect(handoffs(shop)).toBe(1);
    await page.clock.runFor(1);
    await until(() => handoffs(shop) === 2);
  });

  test('a page without an entry asks nobody, and one without a checkout URL stays', async () => {
    const shop = await openPageShop();
    const page = await chromium.page();
    await page.goto(`${shop.origin}/experience`, { waitUntil: 'networkidle' });
    expect(handoffs(shop)).toBe(0);
    await listenForHandoff(page);
    await shop.admit(page);
    await store(page, shop.origin, JSON.stringify({ token: shop.token({ consumerId: 'another' }) }));
    await page.goto(`${shop.origin}/checkout`);
    expect(await heard(page)).toMatchObject({ outcome: 'admitted', admission: { state: 'open' } });
    expect(page.url()).toBe(`${shop.origin}/checkout`);
  });

  test('an admission that was stored while the server answered is not lost', async () => {
    let answer: (() => void) | undefined;
    const shop = await openPageShop({
      before: (req, _res, next) => {
        if (req.originalUrl.startsWith('/fanfare/admission') && handoffs(shop) === 1) answer = next;
        else next();
      },
    });
    const page = await chromium.page();
    await listenForHandoff(page);
    await store(page, shop.origin, JSON.stringify({ token: shop.token() }));
    await page.addInitScript(() => {
      document.addEventListener('fanfare-handoff', (event) => {
        event.preventDefault();
      });
    });
    await page.goto(`${shop.origin}/experience`);
    await until(() => answer !== undefined);
    await page.evaluate((key) => {
      sessionStorage.setItem(key, 'the-next-one');
    }, KEY);
    answer!();
    expect(await heard(page)).toMatchObject({ outcome: 'admitted' });
    expect([await stored(page), page.url()]).toEqual(['the-next-one', `${shop.origin}/experience`]);
  });
});
