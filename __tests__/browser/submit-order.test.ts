/** An order sent by script, in a real browser: again after a network error, never after an answer. */
import type { Page } from 'playwright-core';
import { describeWithChromium } from '../support/chromium.js';
import { blocks, page as pageOfOurs } from '../support/pages.js';
import { closeStages, listen } from '../support/servers.js';
import { until } from '../support/shop.js';
import { html } from '../support/sites.js';
import {
  openCheckout,
  openPageShop,
  outcome,
  type PageShop,
  posts,
  settled,
  standing,
  STAY,
} from './page-shop.js';

afterEach(closeStages);

/** A page that sends its form by script, and shows how it went. */
const BY_SCRIPT = `import { submitOrder } from '/fanfare/checkout.js';
  const form = document.querySelector('form');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submitOrder(form, { submitter: event.submitter }).then(
      ({ response, orderId, location }) => { document.title = [response.status, orderId ?? location ?? ''].join(' ').trim(); },
      (error) => { document.title = error.message; },
    );
  });`;

/** As `docs/browser.md` has it. */
const GOES_ON = blocks(pageOfOurs('docs/browser.md'), 'js').find((code) =>
  code.includes('submitOrder(form,'),
)!;

describeWithChromium('an order sent by script', (chromium) => {
  test('leads to the order, and is locked from then on', async () => {
    const { shop, page, faults } = await openCheckout(chromium, {
      script: BY_SCRIPT,
      onSubmit: async (req, res) => {
        await shop.fanfare.completeAdmission(req, { orderId: 'order_1' });
        res.status(201).json({ location: '/orders/order_1' });
      },
    });
    await page.dblclick('button');
    expect(await outcome(page)).toBe(`201 ${shop.origin}/orders/order_1`);
    expect([await standing(page), await page.isDisabled('button'), posts(shop)]).toEqual(['sent', true, 1]);
    expect(faults).toEqual([]);
  });

  test('after the order the time is shown and told no more', async () => {
    const shop = await openPageShop({ script: BY_SCRIPT });
    const { page } = await openWithClock();
    await shop.admit(page, { expiresInSeconds: 330 });
    await page.locator('fanfare-countdown[state=open]').waitFor();
    await page.click('button');
    expect(await timeTells(page)).toMatch(/^0 /);
    await page.clock.runFor(60_000);
    const countdown = page.locator('fanfare-countdown');
    expect(await countdown.getAttribute('state')).toBeNull();
    expect(await countdown.locator('[role=status]').textContent()).toBe('');
  });

  describe('and answered by a redirect', () => {
    /** What the page says of it, however long it is given to send again. */
    async function redirected(to: string): Promise<{ shop: PageShop; page: Page; title: string }> {
      const shop = await openPageShop({
        script: BY_SCRIPT,
        onSubmit: (_req, res) => {
          res.redirect(303, to);
        },
      });
      const { page } = await openWithClock();
      await shop.admit(page);
      await page.locator('fanfare-countdown[state]').waitFor();
      await page.evaluate(() => {
        location.hash = 'pay';
      });
      await page.click('button');
      const title = await timeTells(page);
      await page.clock.runFor(120_000);
      await settled(page);
      return { shop, page, title };
    }

    test.each([
      ['to a bank that lets no script read it', () => listen(html('<h1>Bank</h1>'))],
      [
        'to a bank that would',
        () =>
          listen((req, res) => {
            res.setHeader('Access-Control-Allow-Origin', '*');
            html('<h1>Bank</h1>')(req, res);
          }),
      ],
      ['to nobody', () => Promise.resolve('http://127.0.0.1:1')],
      ['within the shop', () => Promise.resolve('/plain')],
    ])('%s: is not sent again, and the page is the way on', async (_what, open) => {
      const { shop, page, title } = await redirected(await open());
      expect([title, posts(shop), await standing(page)]).toEqual([`0 ${shop.origin}/checkout`, 1, 'sent']);
    });

    test('behind an order: the guard leads from the page to it', async () => {
      const { shop, page } = await openCheckout(chromium, { script: GOES_ON });
      await page.click('button');
      await page.waitForURL(`${shop.origin}/orders/order_1`);
      expect(posts(shop)).toBe(1);
    });
  });

  test('a declined card opens the form again, with the focus where it was', async () => {
    const { page } = await openCheckout(chromium, {
      script: BY_SCRIPT,
      onSubmit: (_req, res) => res.status(402).json({}),
    });
    await page.focus('button');
    await page.keyboard.press('Enter');
    expect(await outcome(page)).toBe('402');
    expect([await standing(page), await page.evaluate(() => document.activeElement?.tagName)]).toEqual([
      'open',
      'BUTTON',
    ]);
  });

  test('an answer that is lost: the next sending is told which order was made', async () => {
    let orders = 0;
    const { shop, page } = await openCheckout(chromium, {
      script: BY_SCRIPT,
      onSubmit: async (req, res) => {
        orders += 1;
        await shop.fanfare.completeAdmission(req, { orderId: 'order_7' });
        res.socket!.destroy();
      },
    });
    await page.click('button');
    expect(await outcome(page)).toBe('409 order_7');
    expect([orders, posts(shop), await standing(page)]).toEqual([1, 2, 'sent']);
  });

  /** Moves the page's time until it shows how its order went. */
  async function timeTells(page: Page): Promise<string> {
    await until(async () => {
      await page.clock.runFor(1_000);
      return (await page.title()) !== 'Shop';
    });
    return page.title();
  }

  /** A page whose time the test moves, and how its submits ended so far. */
  async function openWithClock(): Promise<{ page: Page; ended: string[] }> {
    const page = await chromium.page();
    await page.clock.install();
    const ended: string[] = [];
    for (const name of ['requestfinished', 'requestfailed'] as const)
      page.on(name as 'requestfailed', (request) => {
        if (request.method() === 'POST') ended.push(name);
      });
    return { page, ended };
  }

  test('a lost connection while the order is being made: waits for that attempt instead of making another', async () => {
    let orders = 0;
    let finish: (() => void) | undefined;
    const shop = await openPageShop({
      script: BY_SCRIPT,
      onSubmit: async (req, res) => {
        orders += 1;
        res.socket!.destroy();
        await new Promise<void>((resolve) => (finish = resolve));
        await shop.fanfare.completeAdmission(req, { orderId: 'order_8' });
        res.status(201).end();
      },
    });
    const { page } = await openWithClock();
    const answers: number[] = [];
    page.on('response', (answer) => {
      if (answer.request().method() === 'POST') answers.push(answer.status());
    });
    await shop.admit(page);
    await page.click('button');
    await until(() => finish !== undefined);
    // The server waits five seconds for the outcome, and then says "in use".
    await until(async () => {
      await shop.clock.advance(200);
      await page.clock.runFor(200);
      return answers.includes(409);
    });
    finish!();
    expect(await timeTells(page)).toBe('409 order_8');
    expect([orders, await standing(page)]).toEqual([1, 'sent']);
  });

  /** A shop that no order reaches while the network is away. */
  const openBehind = (network: { readonly away: boolean }): Promise<PageShop> =>
    openPageShop({
      script: BY_SCRIPT,
      before: (req, _res, next) => {
        if (network.away && req.method === 'POST') req.socket.destroy();
        else next();
      },
    });

  test('gives up after five more tries, and the shopper may press again', async () => {
    const network = { away: true };
    const shop = await openBehind(network);
    const { page, ended } = await openWithClock();
    await shop.admit(page);
    await page.click('button');
    await until(() => ended.length === 1);
    expect(await standing(page)).toBe('sending');
    expect(await timeTells(page)).toBe('Failed to fetch');
    expect([ended.length, await standing(page)]).toEqual([6, 'open']);
    network.away = false;
    await page.evaluate(() => (document.title = 'Shop'));
    await page.click('button');
    expect(await outcome(page)).toBe(`0 ${shop.origin}/checkout`);
  });

  test('is sent again at once when the network is back', async () => {
    const network = { away: true };
    const shop = await openBehind(network);
    const { page, ended } = await openWithClock();
    await page.clock.pauseAt(Date.now() + 60_000);
    await shop.admit(page);
    await page.locator('fanfare-countdown[state]').waitFor();
    await page.click('button');
    await until(() => ended.length === 1);
    network.away = false;
    await until(async () => {
      await page.evaluate(() => dispatchEvent(new Event('online')));
      return (await page.title()) !== 'Shop';
    });
    expect(await page.title()).toBe(`0 ${shop.origin}/checkout`);
  });

  test('an attempt of another browser is waited for a few times, and then the page is told', async () => {
    const shop = await openPageShop({ script: BY_SCRIPT, onSubmit: STAY });
    const token = shop.token();
    const first = await chromium.page();
    const { page, ended } = await openWithClock();
    for (const one of [first, page]) {
      await one.goto(`${shop.origin}/checkout?admission_token=${token}`);
      await one.locator('fanfare-countdown[state]').waitFor();
    }
    await first.click('button');
    expect(await outcome(first)).toBe('204');
    await page.click('button');
    expect(await timeTells(page)).toBe('409');
    expect([ended.length, await standing(page)]).toEqual([6, 'open']);
  });

  test.each([
    ['0', 1_000],
    ['99999999999', 60_000],
    ['', 1_000],
  ])(
    'with "Retry-After: %s" an attempt that is in use is asked for after %i ms',
    async (retryAfter, pause) => {
      const shop = await openPageShop({
        script: BY_SCRIPT,
        before: (req, res, next) => {
          if (req.method !== 'POST') next();
          else res.status(409).set('Retry-After', retryAfter).json({ code: 'ADMISSION_IN_USE' });
        },
      });
      const { page, ended } = await openWithClock();
      await page.clock.pauseAt(Date.now() + 60_000);
      await shop.admit(page, { expiresInSeconds: 600 });
      await page.locator('fanfare-countdown[state]').waitFor();
      await page.click('button');
      await until(() => ended.length === 1);
      await settled(page);
      await page.clock.runFor(pause - 1);
      await settled(page);
      expect(posts(shop)).toBe(1);
      await page.clock.runFor(1);
      await until(() => posts(shop) === 2);
    },
  );

  test('a request without a form', async () => {
    const shop = await openPageShop({
      script: `import { submitOrder } from '/fanfare/checkout.js';
        const { location } = await submitOrder('/checkout', { headers: { 'X-Test': '1' } });
        document.title = location;`,
    });
    const page = await chromium.page();
    await shop.admit(page);
    expect(await outcome(page)).toBe(`${shop.origin}/checkout`);
  });

  test('a caller that gives up', async () => {
    const { page } = await openCheckout(chromium, {
      script: `import { submitOrder } from '/fanfare/checkout.js';
        const caller = new AbortController();
        const answer = submitOrder('/checkout', { signal: caller.signal });
        caller.abort();
        answer.catch(({ name }) => { document.title = name; });`,
      onSubmit: () => undefined,
    });
    expect(await outcome(page)).toBe('AbortError');
    expect(await standing(page)).toBe('open');
  });

  test('what is stopped while an order is sent by script opens nothing', async () => {
    const shop = await openPageShop({ script: BY_SCRIPT, onSubmit: () => undefined });
    const page = await chromium.page();
    await shop.admit(page);
    await page.locator('fanfare-countdown[state]').waitFor();
    await page.click('button');
    await until(() => posts(shop) === 1);
    await page.evaluate(() => navigation.dispatchEvent(new Event('navigateerror')));
    expect(await standing(page)).toBe('sending');
  });
});
