/** A token that is handed over stays nowhere: not in the browser, not in what the shop says, keeps or answers. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { describeWithChromium } from '../support/chromium.js';
import { closeStages } from '../support/servers.js';
import { until } from '../support/shop.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import { DROP, openPageShop, type PageShop } from './page-shop.js';
import { cookiesOf, filesIn, holds, keptBy, overheard, printed, wiretap } from './sinks.js';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await closeStages();
  removeFolder(folder);
});

afterEach(() => {
  jest.restoreAllMocks();
  process.removeAllListeners('warning');
});

describeWithChromium('a canary', (chromium) => {
  const WAYS = {
    'the URL': async (page: Page, shop: PageShop, token: string, consumer_id: string) => {
      const ids = {
        consumer_id,
        distribution_id: DROP.distributionId,
        distribution_type: DROP.distributionType,
      };
      const query = String(new URLSearchParams({ admission_token: token, ...ids }));
      // As the experience leads there.
      await page.goto(`${shop.origin}/plain`);
      await page.evaluate((url) => {
        location.assign(url);
      }, `/checkout?${query}`);
    },
    'the session storage': async (page: Page, shop: PageShop, token: string, consumerId: string) => {
      await page.goto(`${shop.origin}/plain`);
      await page.evaluate(
        (text) => {
          sessionStorage.setItem('fanfare_admission', text);
        },
        JSON.stringify({ token, consumerId, ...DROP, storedAt: Date.now() }),
      );
      await page.goto(`${shop.origin}/experience`);
    },
    'POST /admission': async (page: Page, shop: PageShop, handoffToken: string) => {
      await page.goto(`${shop.origin}/plain`);
      await page.evaluate(async (body) => {
        const headers = { 'Content-Type': 'application/json' };
        await fetch('/fanfare/admission', { method: 'POST', headers, body });
        location.assign('/checkout');
      }, JSON.stringify({ handoffToken }));
    },
  };

  test.each([
    ['the URL', 'a JWT', {}],
    ['the URL', 'an opaque token', { opaque: true }],
    ['the session storage', 'a JWT', {}],
    ['the session storage', 'an opaque token', { opaque: true }],
    ['POST /admission', 'a handoff token of Fanfare’s', { handoff: true }],
  ] as const)('handed over by %s, %s, is found in no sink', async (way, _what, kind) => {
    const output = printed();
    const wire = wiretap();
    const ledger = sqliteLedger({ file: join(folder, 'fanfare.sqlite') });
    const shop = await openPageShop({ options: { ledger }, before: wire.before });
    const page = await chromium.page();
    const heard = overheard(page.context());
    const { token, consumerId } = shop.emulator.mint({ ...DROP, ...kind });
    await WAYS[way](page, shop, token, consumerId);
    await page.waitForURL(
      ({ pathname, searchParams }) => pathname === '/checkout' && !searchParams.has('admission_token'),
    );
    await page.waitForLoadState('networkidle');
    const atCheckout = await keptBy(page);
    await page.click('button');
    await page.waitForURL(`${shop.origin}/orders/order_1`);
    await until(async () => {
      await shop.clock.advance(1_000);
      return shop.events.some(({ type }) => type === 'completion.delivered');
    });
    const atOrder = await keptBy(page);

    const [cookie] = await page.context().cookies();
    const asked = (line: string): boolean => way === 'the URL' && line.startsWith('/checkout?');
    const sinks = {
      ...Object.fromEntries(Object.entries(atCheckout).map(([name, text]) => [`checkout ${name}`, text])),
      ...Object.fromEntries(Object.entries(atOrder).map(([name, text]) => [`order ${name}`, text])),
      cookie: await cookiesOf(page.context()),
      console: heard.console.join('\n'),
      // The one request that carries it in its URL is not ours to change; what it says of itself later is.
      requests: wire.sent.filter((line) => !asked(line)).join('\n'),
      headers: heard.requests.map((line) => line.slice(line.indexOf(' '))).join('\n'),
      answers: wire.got.map((line) => line.slice(line.indexOf(' '))).join('\n'),
      events: JSON.stringify(shop.events),
      output: output.text(),
      ledger: filesIn(folder),
    };
    expect(Object.keys(sinks).filter((name) => holds(sinks[name as keyof typeof sinks], token))).toEqual([]);
    // The canary is alive: Fanfare was shown it, and the sinks were really looked into.
    expect(JSON.stringify(shop.emulator.admissions())).toContain(consumerId);
    expect(cookie!.httpOnly).toBe(true);
    expect(sinks.ledger).toContain('order_1');
    expect(sinks.events).toContain('admission.claimed');
    expect(sinks.requests).toContain('Referer');
    expect(sinks.answers).toContain('set-cookie');
  });

  test('the search would find it', async () => {
    const shop = await openPageShop();
    const page = await chromium.page();
    const token = shop.token();
    await page.goto(`${shop.origin}/plain?t=${token}`);
    await page.evaluate((text) => {
      sessionStorage.setItem('fanfare_admission', JSON.stringify({ token: text }));
    }, token);
    const kept = await keptBy(page);
    const found = Object.keys(kept).filter((name) => holds(kept[name]!, token));
    expect(found.sort()).toEqual(['history', 'resources', 'session', 'url']);
  });
});
