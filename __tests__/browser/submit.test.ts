/** The order form in a real browser: sent once, sent again when an answer was lost, and usable after coming back. */
import type { RequestHandler } from 'express';
import type { Page } from 'playwright-core';
import { describeWithChromium } from '../support/chromium.js';
import { closeStages } from '../support/servers.js';
import { until } from '../support/shop.js';
import { faultsOf, openPageShop, type PageShop, type PageShopSetup } from './page-shop.js';

afterEach(closeStages);

const posts = ({ asked }: PageShop): number => asked.filter((line) => line === 'POST /checkout').length;

/** A page that sends its form by script, and shows how it went. */
const BY_SCRIPT = `import { submitOrder } from '/fanfare/checkout.js';
  const form = document.querySelector('form');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submitOrder(form, { submitter: event.submitter }).then(
      ({ response, orderId }) => { document.title = [response.status, orderId ?? response.url].join(' '); },
      (error) => { document.title = error.message; },
    );
  });`;

describeWithChromium('the order form', (chromium) => {
  async function open(setup: PageShopSetup): Promise<{ shop: PageShop; page: Page; faults: string[] }> {
    const shop = await openPageShop(setup);
    const page = await chromium.page();
    const faults = faultsOf(page);
    await shop.admit(page);
    await page.locator('fanfare-countdown[state]').waitFor();
    return { shop, page, faults };
  }

  const standing = (page: Page): Promise<string | null> =>
    page.locator('form').getAttribute('data-fanfare-checkout');
  const outcome = async (page: Page): Promise<string> => {
    await page.waitForFunction(() => document.title !== 'Shop');
    return page.title();
  };

  /** Lets everything that the page has sent arrive. */
  const settled = (page: Page): Promise<unknown> =>
    page.evaluate(() => fetch('/plain').then((answer) => answer.text()));

  /** 204 leaves the browser on the page, as it is while an answer is awaited. */
  const STAY: RequestHandler = (_req, res) => {
    res.status(204).end();
  };

  test('a double click sends it once, with the value of the button', async () => {
    const bodies: unknown[] = [];
    const onSubmit: RequestHandler = (req, res, next) => {
      bodies.push(req.body);
      STAY(req, res, next);
    };
    const { shop, page, faults } = await open({ onSubmit });
    await page.fill('[name=card]', '4242');
    await page.dblclick('button');
    await page.locator('button:disabled').waitFor();
    expect([await standing(page), await page.locator('form').getAttribute('aria-busy')]).toEqual([
      'sending',
      'true',
    ]);
    await page.press('[name=card]', 'Enter');
    await page.evaluate(() => {
      document.querySelector('form')!.requestSubmit();
    });
    await settled(page);
    expect([posts(shop), bodies, faults]).toEqual([1, [{ card: '4242', pay: 'card' }], []]);
  });

  test('a form that did not ask for it, and one that the page keeps back, are left alone', async () => {
    const script = `document.querySelector('form').addEventListener('submit', (event) => event.preventDefault());`;
    const { shop, page } = await open({ script });
    await page.click('button');
    expect([await standing(page), posts(shop)]).toEqual(['', 0]);
    await page.evaluate(() => {
      const other = document.createElement('form');
      other.action = '/plain';
      other.append(document.createElement('button'));
      document.body.append(other);
      other.addEventListener('submit', (event) => {
        setTimeout(() => {
          document.title = String((event.submitter as HTMLButtonElement).disabled);
        });
        event.preventDefault();
      });
    });
    await page.click('form:not([data-fanfare-checkout]) button');
    expect(await outcome(page)).toBe('false');
  });

  test('asks before the shopper leaves an open checkout, and not when the form is sent', async () => {
    const { shop, page } = await open({});
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.dismiss();
    });
    // A browser asks only who has used the page.
    await page.fill('[name=card]', '4242');
    await page.click('a', { noWaitAfter: true });
    await settled(page);
    expect([asked, page.url()]).toEqual([['beforeunload'], `${shop.origin}/checkout`]);
    await page.click('button');
    await page.waitForURL(`${shop.origin}/orders/order_1`);
    await page.goto(`${shop.origin}/plain`);
    expect(asked).toEqual(['beforeunload']);
  });

  test('the end of the time opens the way out', async () => {
    const { shop, page } = await open({ countdown: 'experience-url="/experience"' });
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.accept();
    });
    await page.fill('[name=card]', '4242');
    await page.context().clearCookies();
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await page.waitForURL(`${shop.origin}/experience?fanfare=expired`);
    expect(asked).toEqual([]);
  });

  test('a page that comes back from the browser’s cache can be sent again', async () => {
    const { shop, page } = await open({
      // A page that may not be stored is not kept by every browser.
      before: (_req, res, next) => {
        res.set('Cache-Control', 'private, no-cache');
        next();
      },
      onSubmit: (_req, res) => {
        res.redirect(303, '/plain');
      },
    });
    // The page itself tells: after such a return the driver's ways into it are cut.
    await page.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => {
        const form = document.querySelector('form')!;
        const { disabled } = form.querySelector('button')!;
        void fetch(`/plain?${[persisted, form.dataset['fanfareCheckout'], disabled].join()}`);
        form.requestSubmit();
      });
    });
    await page.fill('[name=card]', '4242');
    await page.click('button');
    await page.waitForURL(`${shop.origin}/plain`);
    await page.evaluate(() => {
      history.back();
    });
    await until(() => posts(shop) === 2);
    expect(shop.asked).toContain('GET /plain?true,open,false');
  });

  describe('sent by script', () => {
    test('leads to the order, and is locked from then on', async () => {
      const { shop, page, faults } = await open({ script: BY_SCRIPT });
      await page.dblclick('button');
      expect(await outcome(page)).toBe(`200 ${shop.origin}/orders/order_1`);
      expect([await standing(page), await page.isDisabled('button'), posts(shop)]).toEqual(['sent', true, 1]);
      expect(faults).toEqual([]);
    });

    test('a declined card opens the form again, with the focus where it was', async () => {
      const { page } = await open({ script: BY_SCRIPT, onSubmit: (_req, res) => res.status(402).json({}) });
      await page.focus('button');
      await page.keyboard.press('Enter');
      expect(await outcome(page)).toMatch(/^402 /);
      expect([await standing(page), await page.evaluate(() => document.activeElement?.tagName)]).toEqual([
        'open',
        'BUTTON',
      ]);
    });

    test('an answer that is lost: the next sending is told which order was made', async () => {
      let orders = 0;
      const { shop, page } = await open({
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

    test('gives up after five more tries, and the shopper may press again', async () => {
      let away = true;
      const shop = await openPageShop({
        script: BY_SCRIPT,
        before: (req, _res, next) => {
          if (away && req.method === 'POST') req.socket.destroy();
          else next();
        },
      });
      const { page, ended } = await openWithClock();
      await shop.admit(page);
      await page.click('button');
      await until(() => ended.length === 1);
      expect(await standing(page)).toBe('sending');
      expect(await timeTells(page)).toBe('Failed to fetch');
      expect([ended.length, await standing(page)]).toEqual([6, 'open']);
      away = false;
      await page.evaluate(() => (document.title = 'Shop'));
      await page.click('button');
      expect(await outcome(page)).toBe(`200 ${shop.origin}/orders/order_1`);
    });

    test('is sent again at once when the network is back', async () => {
      let away = true;
      const shop = await openPageShop({
        script: BY_SCRIPT,
        before: (req, _res, next) => {
          if (away && req.method === 'POST') req.socket.destroy();
          else next();
        },
      });
      const { page, ended } = await openWithClock();
      await page.clock.pauseAt(Date.now() + 60_000);
      await shop.admit(page);
      await page.locator('fanfare-countdown[state]').waitFor();
      await page.click('button');
      await until(() => ended.length === 1);
      away = false;
      await until(async () => {
        await page.evaluate(() => dispatchEvent(new Event('online')));
        return (await page.title()) !== 'Shop';
      });
      expect(await page.title()).toBe(`200 ${shop.origin}/orders/order_1`);
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
      expect(await outcome(first)).toMatch(/^204 /);
      await page.click('button');
      expect(await timeTells(page)).toMatch(/^409 http/);
      expect([ended.length, await standing(page)]).toEqual([6, 'open']);
    });

    test('a request without a form', async () => {
      const { shop, page } = await open({
        script: `import { submitOrder } from '/fanfare/checkout.js';
          const { response } = await submitOrder('/checkout', { headers: { 'X-Test': '1' } });
          document.title = response.url;`,
      });
      expect(await outcome(page)).toBe(`${shop.origin}/orders/order_1`);
    });

    test('a caller that gives up', async () => {
      const { page } = await open({
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
  });
});
