/** A token that is handed over stays nowhere: not in the browser, not in what the shop says, keeps or answers. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestHandler } from 'express';
import type { Page } from 'playwright-core';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { describeWithChromium } from '../support/chromium.js';
import { closeStages } from '../support/servers.js';
import { until } from '../support/shop.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import { DROP, openPageShop, type PageShop } from './page-shop.js';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await closeStages();
  removeFolder(folder);
});

/** Everything this process prints. */
function printed(): { text(): string } {
  const lines: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    jest.spyOn(stream, 'write').mockImplementation((...args: unknown[]) => {
      lines.push(String(args[0]));
      return write(...args);
    });
  }
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    jest.spyOn(console, method).mockImplementation((...args: unknown[]) => {
      lines.push(args.map(String).join(' '));
    });
  process.on('warning', (warning) => lines.push(String(warning.stack)));
  return { text: () => lines.join('\n') };
}
afterEach(() => {
  jest.restoreAllMocks();
  process.removeAllListeners('warning');
});

/** What goes over the wire: each request as it came, and each answer whole. */
function wiretap(): { readonly sent: string[]; readonly got: string[]; readonly before: RequestHandler } {
  const [sent, got]: [string[], string[]] = [[], []];
  return {
    sent,
    got,
    before: (req, res, next) => {
      const { originalUrl } = req;
      sent.push(`${originalUrl} ${req.rawHeaders.join(' ')}`);
      const end = res.end.bind(res) as (...args: unknown[]) => typeof res;
      res.end = (...args: unknown[]) => {
        end(...args);
        const [body] = args;
        const text = typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : '';
        got.push(`${originalUrl} ${JSON.stringify(res.getHeaders())} ${text}`);
        return res;
      };
      next();
    },
  };
}

interface Entry {
  readonly url: string;
  readonly title: string;
}

/**
 * All that the browser keeps of a page: the address bar, the history, the storages, what the page can read. (Chromium also
 * remembers, in memory and shown to nobody, which address a tab had asked for before it was redirected.)
 */
async function keptBy(page: Page): Promise<Readonly<Record<string, string>>> {
  const devtools = await page.context().newCDPSession(page);
  const { entries } = (await devtools.send('Page.getNavigationHistory')) as { entries: Entry[] };
  const inPage = await page.evaluate(() => ({
    session: JSON.stringify(sessionStorage),
    local: JSON.stringify(localStorage),
    cookie: document.cookie,
    referrer: document.referrer,
    state: JSON.stringify(history.state),
    html: document.documentElement.outerHTML,
    resources: JSON.stringify(performance.getEntries().map(({ name }) => name)),
  }));
  return {
    ...inPage,
    url: page.url(),
    history: JSON.stringify(entries.map(({ url, title }) => [url, title])),
  };
}

function filesIn(directory: string): string {
  return readdirSync(directory)
    .map((name) => readFileSync(join(directory, name), 'latin1'))
    .join('\n');
}

/** Every spelling that would give it away. */
const spellings = (token: string): readonly string[] => [
  token,
  encodeURIComponent(token),
  Buffer.from(token).toString('base64').replace(/=+$/, ''),
  Buffer.from(token).toString('base64url'),
];
const holds = (text: string, token: string): boolean => spellings(token).some((form) => text.includes(form));

describeWithChromium('a canary', (chromium) => {
  const WAYS: Readonly<
    Record<string, (page: Page, shop: PageShop, token: string, id: string) => Promise<void>>
  > = {
    'the URL': async (page, shop, token, consumer_id) => {
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
    'the session storage': async (page, shop, token, consumerId) => {
      await page.goto(`${shop.origin}/plain`);
      await page.evaluate(
        (text) => {
          sessionStorage.setItem('fanfare_admission', text);
        },
        JSON.stringify({ token, consumerId, ...DROP, storedAt: Date.now() }),
      );
      await page.goto(`${shop.origin}/experience`);
    },
  };

  test.each(
    Object.keys(WAYS).flatMap(
      (way) =>
        [
          [way, 'a JWT', false],
          [way, 'an opaque token', true],
        ] as const,
    ),
  )('handed over by %s, %s, is found in no sink', async (way, _what, opaque) => {
    const output = printed();
    const wire = wiretap();
    const ledger = sqliteLedger({ file: join(folder, 'fanfare.sqlite') });
    const shop = await openPageShop({ options: { ledger }, before: wire.before });
    const page = await chromium.page();
    const { token, consumerId } = shop.emulator.mint({ ...DROP, opaque });
    await WAYS[way]!(page, shop, token, consumerId);
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
      cookie: `${cookie!.value} ${cookie!.value
        .split('.')
        .map((part) => Buffer.from(part, 'base64url').toString('latin1'))
        .join(' ')}`,
      // The one request that carries it in its URL is not ours to change; what it says of itself later is.
      requests: wire.sent.filter((line) => !asked(line)).join('\n'),
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
