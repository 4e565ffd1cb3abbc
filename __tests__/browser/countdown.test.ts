/** `<fanfare-countdown>` in a real browser: the server's clock counts, whatever the device's says. */
import type { RequestHandler } from 'express';
import type { Page } from 'playwright-core';
import { describeWithChromium } from '../support/chromium.js';
import { closeStages } from '../support/servers.js';
import { until } from '../support/shop.js';
import { faultsOf, openPageShop, type PageShop, type PageShopSetup, settled } from './page-shop.js';

afterEach(closeStages);

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

describeWithChromium('the countdown', (chromium) => {
  /** A checkout with the device's clock a day ahead; both clocks stand still until they are moved. */
  async function open(
    setup: PageShopSetup = {},
    expiresInSeconds = 600,
  ): Promise<{ shop: PageShop; page: Page; faults: string[] }> {
    const opened = await arrive(setup, expiresInSeconds);
    await opened.page.locator('fanfare-countdown[state]').waitFor();
    return opened;
  }

  /** The same, as soon as the page is there. */
  async function arrive(
    setup: PageShopSetup,
    expiresInSeconds = 600,
  ): Promise<{ shop: PageShop; page: Page; faults: string[] }> {
    const shop = await openPageShop(setup);
    const page = await chromium.page();
    const faults = faultsOf(page);
    await page.clock.install({ time: Date.now() + DAY_MS });
    await page.clock.pauseAt(Date.now() + DAY_MS + MINUTE_MS);
    await shop.admit(page, { expiresInSeconds });
    return { shop, page, faults };
  }

  /** What happens to the questions that the page asks about its time. */
  const onQuestion =
    (act: RequestHandler): RequestHandler =>
    (req, res, next) => {
      if (req.originalUrl === '/fanfare/session') act(req, res, next);
      else next();
    };
  const questions = ({ asked }: PageShop): number =>
    asked.filter((line) => line === 'GET /fanfare/session').length;

  const face = (page: Page): Promise<string> => page.locator('fanfare-countdown [part=time]').innerText();
  const words = (page: Page): Promise<string | null> =>
    page.locator('fanfare-countdown [part=status]').textContent();

  /** Time passes for everybody. */
  async function pass({ shop, page }: { shop: PageShop; page: Page }, milliseconds: number): Promise<void> {
    await shop.clock.advance(milliseconds);
    await page.clock.runFor(milliseconds);
  }

  /** Waits for the answer to what the page asks now. */
  async function askedAfter(page: Page, action: () => Promise<unknown>): Promise<void> {
    const answered = page.waitForResponse('**/fanfare/session');
    await action();
    await (await answered).finished();
  }

  test('counts by the server’s clock, and speaks once at each threshold', async () => {
    const { shop, page, faults } = await open();
    expect([await face(page), await words(page)]).toEqual(['10:00', '']);
    await page.evaluate(() => {
      const said: string[] = ((globalThis as unknown as { said: string[] }).said = []);
      const status = document.querySelector('fanfare-countdown')!.shadowRoot!.querySelector('[role=status]')!;
      new MutationObserver(() => said.push(status.textContent)).observe(status, { childList: true });
    });
    await pass({ shop, page }, 4 * MINUTE_MS + 59_000);
    expect([await face(page), await words(page)]).toEqual(['5:01', '']);
    await pass({ shop, page }, 1_000);
    expect([await face(page), await words(page)]).toEqual(['5:00', 'Less than 5 minutes left to order.']);
    expect(await page.locator('fanfare-countdown').getAttribute('state')).toBe('warning');
    await pass({ shop, page }, 4 * MINUTE_MS + 1_000);
    expect([await face(page), await words(page)]).toEqual(['0:59', 'Less than one minute left to order.']);
    expect(await page.locator('fanfare-countdown').getAttribute('state')).toBe('critical');
    await pass({ shop, page }, 59_000);
    expect(await words(page)).toBe('Your time to order is over.');
    expect(await page.evaluate(() => (globalThis as unknown as { said: string[] }).said)).toEqual([
      'Less than 5 minutes left to order.',
      'Less than one minute left to order.',
      'Your time to order is over.',
    ]);
    expect(faults).toEqual([]);
  });

  test('has one live region, and digits that can be read but do not interrupt', async () => {
    const { page } = await open();
    expect(await page.locator('[role=status], [role=alert], [role=timer], [aria-live]').count()).toBe(1);
    expect(await page.locator('main, body').first().ariaSnapshot()).toContain('10:00');
    const seen = await page.locator('fanfare-countdown [part=status]').boundingBox();
    expect(seen?.width).toBe(1);
  });

  test('says the threshold that holds when the page is opened late, and days where there are days', async () => {
    const late = await open({}, 45);
    await late.page.waitForFunction(() =>
      document.querySelector('fanfare-countdown')!.shadowRoot!.textContent.includes('one minute'),
    );
    expect([await face(late.page), await words(late.page)]).toEqual([
      '0:45',
      'Less than one minute left to order.',
    ]);
    const winner = await open({}, 48 * 3_600);
    expect(await face(winner.page)).toBe('48:00:00');
  });

  test('a wrong or moved device clock changes nothing', async () => {
    const { shop, page } = await open();
    await askedAfter(page, async () => {
      await page.clock.setSystemTime(Date.now() - 400 * DAY_MS);
      await page.clock.runFor(1_000);
    });
    await shop.clock.advance(1_000);
    await page.clock.runFor(1_000);
    expect(await face(page)).toMatch(/^9:5[89]$/);
  });

  test.each(['visibilitychange', 'focus', 'online'])(
    'after a sleep in which the page’s clock stood still, %s asks the server',
    async (name) => {
      const { shop, page } = await open();
      await shop.clock.advance(8 * MINUTE_MS);
      expect(await face(page)).toBe('10:00');
      await askedAfter(page, () =>
        page.evaluate(
          (type) =>
            // As the browser's own comes, which goes up to the window.
            (type === 'visibilitychange' ? document : window).dispatchEvent(
              new Event(type, { bubbles: true }),
            ),
          name,
        ),
      );
      await page.waitForFunction(
        () =>
          document.querySelector('fanfare-countdown')!.shadowRoot!.querySelector('[part=time]')!
            .textContent === '2:00',
      );
    },
  );

  test('a sleep that only the device’s date tells of is noticed at the next tick', async () => {
    const { shop, page } = await open();
    await shop.clock.advance(8 * MINUTE_MS);
    await askedAfter(page, async () => {
      await page.clock.setSystemTime(Date.now() + DAY_MS + 9 * MINUTE_MS);
      await page.clock.runFor(1_000);
    });
    await page.waitForFunction(() =>
      document
        .querySelector('fanfare-countdown')!
        .shadowRoot!.querySelector('[part=time]')!
        .textContent.startsWith('2:0'),
    );
  });

  test('asks again by itself until the server can say', async () => {
    let away = true;
    const { shop, page } = await arrive({
      before: onQuestion((_req, res, next) => {
        if (away) res.status(503).end();
        else next();
      }),
    });
    await until(() => questions(shop) === 1);
    await settled(page);
    await page.clock.runFor(14_999);
    await settled(page);
    expect([questions(shop), await page.locator('fanfare-countdown[state]').count()]).toEqual([1, 0]);
    away = false;
    await page.clock.runFor(1);
    await page.locator('fanfare-countdown[state]').waitFor();
    expect([questions(shop), await face(page)]).toEqual([2, '10:00']);
  });

  test('however often it is asked for while the server is away, it asks again once, and not when it is gone', async () => {
    const { shop, page } = await arrive({ before: onQuestion((_req, res) => res.status(503).end()) });
    await until(() => questions(shop) === 1);
    for (let focused = 0; focused < 3; focused += 1) {
      await askedAfter(page, () => page.evaluate(() => dispatchEvent(new Event('focus'))));
    }
    await settled(page);
    await askedAfter(page, () => page.clock.runFor(15_000));
    await settled(page);
    expect(questions(shop)).toBe(5);
    await page.evaluate(() => {
      document.querySelector('fanfare-countdown')!.remove();
    });
    await page.clock.runFor(60_000);
    await settled(page);
    expect(questions(shop)).toBe(5);
  });

  test('an answer that comes when it is gone has nothing asked again', async () => {
    let answer: (() => void) | undefined;
    const { shop, page } = await arrive({
      before: onQuestion((_req, res) => {
        answer = () => res.status(503).end();
      }),
    });
    await until(() => answer !== undefined);
    await page.evaluate(() => {
      document.querySelector('fanfare-countdown')!.remove();
    });
    const late = page.waitForEvent('requestfinished', (request) => request.url().endsWith('/session'));
    answer!();
    await late;
    await settled(page);
    await page.clock.runFor(60_000);
    await settled(page);
    expect(questions(shop)).toBe(1);
  });

  test('is not held up by an answer that never comes, and does not believe it when it comes late', async () => {
    let answerLate: (() => void) | undefined;
    const { shop, page } = await arrive({
      before: onQuestion((_req, res, next) => {
        if (answerLate !== undefined) next();
        else answerLate = () => res.json({ serverNow: 0, admissions: [] });
      }),
    });
    await until(() => answerLate !== undefined);
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await page.locator('fanfare-countdown[state=open]').waitFor();
    const late = page.waitForEvent('requestfinished', (request) => request.url().endsWith('/session'));
    answerLate!();
    await late;
    await settled(page);
    expect([questions(shop), await face(page)]).toEqual([2, '10:00']);
  });

  test('counts on while the server cannot be asked', async () => {
    let away = false;
    const { shop, page } = await open({
      before: onQuestion((req, _res, next) => {
        if (away) req.socket.destroy();
        else next();
      }),
    });
    away = true;
    const failed = page.waitForEvent('requestfailed');
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await failed;
    await pass({ shop, page }, MINUTE_MS);
    expect(await face(page)).toBe('9:00');
  });

  test('at the end goes to the experience, which is told why', async () => {
    const { shop, page } = await open({ countdown: 'experience-url="/experience?from=checkout"' });
    await pass({ shop, page }, 10 * MINUTE_MS);
    await page.waitForURL(`${shop.origin}/experience?from=checkout&fanfare=expired`);
    await page.goBack();
    expect(page.url()).not.toContain('/checkout');
  });

  test('at the end the page says so, and no card number can be typed any more', async () => {
    const { shop, page } = await open({ countdown: 'expired-text="Zu spät."' });
    await page.fill('[name=card]', '4242');
    await pass({ shop, page }, 10 * MINUTE_MS);
    expect(await page.locator('form').getAttribute('data-fanfare-checkout')).toBe('over');
    expect(await page.locator('form [data-fanfare-message]').innerText()).toBe('Zu spät.');
    expect(await page.locator('fanfare-countdown [part=status]').innerText()).toBe('Zu spät.');
    for (const control of await page.locator('form input, form button').all())
      expect(await control.isDisabled()).toBe(true);
    expect(await page.locator('fanfare-countdown [part=time]').isVisible()).toBe(false);
    await page.evaluate(() => {
      document.querySelector('form')!.requestSubmit();
    });
    expect(page.url()).toBe(`${shop.origin}/checkout`);
    expect(shop.asked.filter((line) => line.startsWith('POST'))).toEqual([]);
  });

  test('the page may keep the end for itself', async () => {
    const { shop, page } = await open({ countdown: 'experience-url="/experience"' });
    await page.evaluate(() => {
      document.addEventListener('fanfare-expired', (event) => {
        event.preventDefault();
        document.title = (event as CustomEvent<{ admissionId: string }>).detail.admissionId;
      });
    });
    await pass({ shop, page }, 10 * MINUTE_MS);
    expect(await page.title()).toMatch(/^[\w-]{43}$/);
    expect([page.url(), await page.isEnabled('[name=card]')]).toEqual([`${shop.origin}/checkout`, true]);
  });

  test('an order sent in time is waited for; when it comes to nothing, the time is over', async () => {
    let answer: (() => void) | undefined;
    const { shop, page } = await open({
      countdown: 'experience-url="/experience"',
      script: `import { submitOrder } from '/fanfare/checkout.js';
        document.querySelector('form').addEventListener('submit', (event) => {
          event.preventDefault();
          submitOrder(event.target).then(({ response }) => { document.title = String(response.status); });
        });`,
      onSubmit: (_req, res) => {
        answer = () => {
          res.status(402).json({});
        };
      },
    });
    await page.click('button');
    await until(() => answer !== undefined);
    await pass({ shop, page }, 11 * MINUTE_MS);
    expect([await face(page), page.url()]).toEqual(['0:00', `${shop.origin}/checkout`]);
    expect(await page.locator('form').getAttribute('data-fanfare-checkout')).toBe('sending');
    answer!();
    await page.waitForFunction(() => document.title === '402');
    await page.clock.runFor(1_000);
    await page.waitForURL(`${shop.origin}/experience?fanfare=expired`);
  });

  test('shows nothing without an admission', async () => {
    const shop = await openPageShop();
    const page = await chromium.page();
    await page.goto(`${shop.origin}/experience`);
    await askedAfter(page, () =>
      page.evaluate(() => {
        document.body.append(document.createElement('fanfare-countdown'));
      }),
    );
    expect(await page.locator('fanfare-countdown').getAttribute('state')).toBeNull();
    expect(await page.locator('fanfare-countdown').innerText()).toBe('');
  });

  test('shows nothing where Fanfare left the end open', async () => {
    const { shop, page } = await open();
    await page.route('**/fanfare/session', async (route) => {
      const answer = (await (await route.fetch()).json()) as { admissions: object[] };
      const admissions = answer.admissions.map((view) => ({ ...view, expiresAt: null }));
      await route.fulfill({ json: { ...answer, admissions } });
    });
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await page.locator('fanfare-countdown:not([state])').waitFor({ state: 'attached' });
    await pass({ shop, page }, 20 * MINUTE_MS);
    expect(await page.isEnabled('[name=card]')).toBe(true);
  });

  test('a session that has gone since is an end', async () => {
    const { page } = await open();
    await page.context().clearCookies();
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await page.locator('fanfare-countdown[state=expired]').waitFor();
  });
});
