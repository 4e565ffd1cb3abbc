/** The order form in a real browser: sent once, sent again when an answer was lost, and usable after coming back. */
import type { RequestHandler } from 'express';
import type { Page } from 'playwright-core';
import { describeWithChromium } from '../support/chromium.js';
import { closeStages } from '../support/servers.js';
import { until } from '../support/shop.js';
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

describeWithChromium('the order form', (chromium) => {
  test('a double click sends it once, with the value of the button', async () => {
    const bodies: unknown[] = [];
    const onSubmit: RequestHandler = (req, res, next) => {
      bodies.push(req.body);
      STAY(req, res, next);
    };
    const { shop, page, faults } = await openCheckout(chromium, { onSubmit });
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
    const { shop, page } = await openCheckout(chromium, { script });
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
    const { shop, page } = await openCheckout(chromium, {});
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

  describe('without an answer', () => {
    /** Sends the form of a page with the keyboard. */
    async function send(page: Page, onSubmit: RequestHandler): Promise<PageShop> {
      const shop = await openPageShop({ onSubmit });
      await shop.admit(page);
      await page.locator('fanfare-countdown[state]').waitFor();
      await page.fill('[name=card]', '4242');
      await page.focus('button');
      await page.keyboard.press('Enter');
      await until(() => posts(shop) === 1);
      return shop;
    }

    test('a shopper who stops the browser may press again', async () => {
      const page = await chromium.page();
      const devtools = await page.context().newCDPSession(page);
      // The page itself tells: the driver's ways into it wait for the answer.
      await page.addInitScript(() => {
        const later = setTimeout;
        // The minute of the next test never passes here.
        globalThis.setTimeout = ((call: () => void, pause = 0) =>
          pause < 60_000 ? later(call, pause) : 0) as typeof setTimeout;
        addEventListener('submit', () => {
          setTimeout(() => {
            void fetch(`/plain?${String(document.querySelector('button')!.disabled)}`);
          }, 1);
        });
      });
      const shop = await send(page, () => undefined);
      await until(() => shop.asked.includes('GET /plain?true'));
      await devtools.send('Page.stopLoading');
      await page.locator('form[data-fanfare-checkout=open]').waitFor();
      expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BUTTON');
      await page.keyboard.press('Enter');
      await until(() => posts(shop) === 2);
    });

    test('after a minute the shopper may press again, also where the browser tells nothing', async () => {
      const page = await chromium.page();
      await page.clock.install();
      await page.clock.pauseAt(Date.now() + 60_000);
      await send(page, STAY);
      await page.clock.runFor(59_000);
      expect([await standing(page), await page.isEnabled('button')]).toEqual(['sending', false]);
      await page.clock.runFor(1_000);
      expect([await standing(page), await page.isEnabled('button')]).toEqual(['open', true]);
    });
  });

  test('the end of the time opens the way out', async () => {
    const { shop, page } = await openCheckout(chromium, { countdown: 'experience-url="/experience"' });
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
    const { shop, page } = await openCheckout(chromium, {
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
        const told = [persisted, form.dataset['fanfareCheckout'], disabled].join();
        // The page is left at once.
        void fetch(`/plain?${told}`, { keepalive: true });
        form.requestSubmit();
      });
    });
    await page.fill('[name=card]', '4242');
    await page.click('button');
    await page.waitForURL(`${shop.origin}/plain`);
    await page.evaluate(() => {
      history.back();
    });
    await until(() => posts(shop) === 2 && shop.asked.some((line) => line.startsWith('GET /plain?')));
    expect(shop.asked).toContain('GET /plain?true,open,false');
    // The countdown has asked once more, too.
    await until(() => shop.asked.filter((line) => line === 'GET /fanfare/session').length === 2);
  });

  test('a page that comes back after its order leads to the order, and asks nobody to stay', async () => {
    const { shop, page } = await openCheckout(chromium, {
      before: (_req, res, next) => {
        res.set('Cache-Control', 'private, no-cache');
        next();
      },
    });
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      void dialog.dismiss();
    });
    await page.fill('[name=card]', '4242');
    await page.click('button');
    await page.waitForURL(`${shop.origin}/orders/order_1`);
    await page.evaluate(() => {
      history.back();
    });
    const orders = (): number => shop.asked.filter((line) => line === 'GET /orders/order_1').length;
    await until(() => orders() === 2);
    await page.waitForURL(`${shop.origin}/orders/order_1`);
    expect(shop.asked.filter((line) => line.endsWith(' /checkout'))).toEqual([
      ...['GET /checkout', 'POST /checkout'],
      ...['HEAD /checkout', 'GET /checkout'],
    ]);
    expect(asked).toEqual([]);
  });
});
