/** The same canary on its ways to other places: another domain, a frame, an e-mail. Neither token nor link stays anywhere. */
import { join } from 'node:path';
import type { BrowserContext, Frame, Page } from 'playwright-core';
import type { Fanfare, FanfareOptions, Middleware } from '../../lib/index.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { describeWithChromium } from '../support/chromium.js';
import { closeStages, listenerOf, openStage, type Route, type Stage } from '../support/servers.js';
import { until } from '../support/shop.js';
import { html, listenAs } from '../support/sites.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import {
  cookiesOf,
  filesIn,
  holds,
  keptBy,
  keptIn,
  overheard,
  printed,
  type Wiretap,
  wiretap,
} from './sinks.js';

const SESSION = { secrets: ['a session secret for tests, long enough'] };
const HANDOFF_SECRET = 'a secret that two domains know, long enough';

type Sinks = Readonly<Record<string, string>>;

let folder: string;
let wire: Wiretap;
let output: { text(): string };
let stage: Stage;
/** A third party whose picture stands on every page of ours, and whom pages tell where they are. */
let advertiser: string;

beforeEach(async () => {
  folder = temporaryFolder();
  wire = wiretap();
  output = printed();
  advertiser = await listenAs('advertiser', (req, res) => {
    wire.before(req, res);
    res.writeHead(204).end();
  });
});
afterEach(async () => {
  await closeStages();
  removeFolder(folder);
  jest.restoreAllMocks();
  process.removeAllListeners('warning');
});

/** The loosest policy there is: a URL with a token in it would be told to everybody. */
const page =
  (body: string): Middleware =>
  (req, res) => {
    res.setHeader('Referrer-Policy', 'unsafe-url');
    html(`${body}<img src="${advertiser}/pixel" alt="">`)(req, res);
  };

/** A site under a name of its own, once its shop is known. */
async function site(name: string): Promise<{ origin: string; open(fanfare: Fanfare, next?: string): void }> {
  let app: ReturnType<typeof listenerOf> | undefined;
  const origin = await listenAs(name, (req, res) => app?.(req, res));
  return {
    origin,
    open: (fanfare, next = origin) => {
      const first = { use: [wire.before, fanfare.attachAdmission()] };
      app = listenerOf('Express 5', [first, ...pagesOf(fanfare, next)]);
    },
  };
}

/** `next`: the origin that the shopper is sent on to. */
const pagesOf = (fanfare: Fanfare, next: string): readonly Route[] => [
  { mount: '/fanfare', use: [fanfare.routes()] },
  { path: '/plain', use: [page('<h1>Plain</h1>')] },
  { path: '/thanks', use: [page('<h1>Thank you</h1>')] },
  { path: '/winner', use: [fanfare.winnerPage()] },
  {
    path: '/checkout',
    use: [
      fanfare.requireAdmission(),
      page(
        '<h1>Checkout</h1><a href="/elsewhere">On</a><form method="post" action="/order"><button>Buy</button></form>',
      ),
    ],
  },
  {
    path: '/elsewhere',
    use: [
      fanfare.requireAdmission(),
      (req, res) =>
        void fanfare.createHandoffUrl(req, { url: `${next}/checkout` }).then((url) => {
          res.writeHead(303, { Location: url }).end();
        }),
    ],
  },
  {
    path: '/order',
    use: [
      fanfare.claimAdmission(),
      (req, res) =>
        void fanfare.completeAdmission(req, { orderId: 'order_1' }).then(() => {
          res.writeHead(303, { Location: '/thanks' }).end();
        }),
    ],
  },
];

const ledger = () => sqliteLedger({ file: join(folder, 'fanfare.sqlite') });

async function open(options: Partial<FanfareOptions>): Promise<void> {
  stage = await openStage({ ledger: ledger(), session: SESSION, ...options });
}

/** Every place outside the browser; `asked`: the one request whose URL is not ours to change, or whose answer has to be it. */
function outside(
  heard: ReturnType<typeof overheard>,
  asked: (line: string) => boolean,
): Record<string, string> {
  const lines = (list: readonly string[]): string => list.filter((line) => !asked(line)).join('\n');
  return {
    sent: lines(wire.sent),
    answers: lines(wire.got),
    requests: lines(heard.requests),
    headers: heard.requests.map((line) => line.slice(line.indexOf(' '))).join('\n'),
    console: heard.console.join('\n'),
    events: JSON.stringify(stage.events),
    output: output.text(),
    ledger: filesIn(folder),
  };
}

const without = (sinks: Sinks, names: readonly string[]): Sinks =>
  Object.fromEntries(Object.entries(sinks).filter(([name]) => !names.includes(name)));

const found = (sinks: Sinks, canary: string): readonly string[] =>
  Object.keys(sinks).filter((name) => holds(sinks[name]!, canary));

/** How the advertiser is told of the last page. */
const TOLD = /pixel .*Referer http:\/\/\w+\.localhost:\d+\/thanks/;

async function buy(on: Page | Frame): Promise<void> {
  await on.click('text=Buy');
  await on.waitForSelector('text=Thank you');
  await until(() => wire.sent.some((line) => TOLD.test(line)));
}

/** What the browser keeps on the way to the order. */
async function bought(tab: Page, context: BrowserContext): Promise<Sinks> {
  const atCheckout = await keptBy(tab);
  await buy(tab);
  const named = (of: Sinks, where: string) =>
    Object.entries(of).map(([name, text]) => [`${where} ${name}`, text] as const);
  return Object.fromEntries([
    ...named(atCheckout, 'checkout'),
    ...named(await keptBy(tab), 'order'),
    ['cookies', await cookiesOf(context)],
  ]);
}

/** The search is worth something: the advertiser was told pages, and the order was made. */
function expectAlive(sinks: Sinks): void {
  expect(sinks['sent']).toMatch(TOLD);
  expect(sinks['ledger']).toContain('order_1');
  expect(sinks['events']).toContain('admission.claimed');
}

describeWithChromium('a canary on its way elsewhere', (chromium) => {
  test('by a link to another domain: neither the token nor the link is found in a sink', async () => {
    const [shop, pay] = [await site('shop'), await site('pay')];
    await open({
      handoff: { secrets: [HANDOFF_SECRET], destinations: [pay.origin] },
    });
    shop.open(stage.fanfare, pay.origin);
    pay.open(
      stage.another({
        ...{ ledger: ledger(), session: SESSION },
        handoff: { secrets: [HANDOFF_SECRET], origin: pay.origin },
      }),
    );
    const tab = await chromium.page();
    const heard = overheard(tab.context());
    const canary = stage.token();
    await tab.goto(`${shop.origin}/plain`);
    await tab.evaluate(async (grant) => {
      const headers = { 'Content-Type': 'application/json' };
      await fetch('/fanfare/admission', { method: 'POST', headers, body: JSON.stringify({ grant }) });
    }, canary);
    await tab.goto(`${shop.origin}/checkout`);
    await tab.click('text=On');
    await tab.waitForURL(`${pay.origin}/checkout`);
    const inBrowser = await bought(tab, tab.context());

    const [link = ''] = wire.sent.flatMap((line) => /[?&]fanfare_handoff=([^&\s]+)/.exec(line)?.[1] ?? []);
    expect(link.length).toBeGreaterThan(100);
    const carries = (line: string): boolean =>
      line.startsWith('/elsewhere') || line.includes('/checkout?fanfare_handoff=');
    expect(found({ ...inBrowser, ...outside(heard, () => false) }, canary)).toEqual([]);
    expect(found({ ...inBrowser, ...outside(heard, carries) }, link)).toEqual([]);
    expectAlive(outside(heard, carries));
  });

  test('in a frame’s address: it is found in no sink of the frame, of the shop, or of the page around', async () => {
    const shop = await site('shop');
    let canary = '';
    const around = await listenAs('drops', (req, res) => {
      page(`<iframe id="frame" src="${shop.origin}/checkout?admission_token=${canary}"></iframe>`)(req, res);
    });
    await open({
      session: { ...SESSION, embedded: { frameAncestors: [around] } },
    });
    shop.open(stage.fanfare);
    canary = stage.token();
    const tab = await chromium.page();
    const heard = overheard(tab.context());
    await tab.goto(around);
    const frame = (await (await tab.waitForSelector('#frame')).contentFrame())!;
    await frame.waitForSelector('text=Buy');
    const atCheckout = await keptIn(frame);
    await buy(frame);
    const atOrder = await keptIn(frame);

    // The page around wrote the frame's address itself, and knows what it wrote.
    const kept = without(await keptBy(tab), ['html', 'resources']);
    const sinks = outside(heard, (line) => line.includes('/checkout?admission_token='));
    const cookies = await cookiesOf(tab.context());
    for (const place of [atCheckout, atOrder, kept, { ...sinks, cookies }])
      expect(found(place, canary)).toEqual([]);
    expect(atCheckout['url']).toBe(`${shop.origin}/checkout`);
    expectAlive(sinks);
  });

  test('behind a winner’s link: the token is found nowhere, and the link only where it was opened', async () => {
    const shop = await site('shop');
    await open({});
    shop.open(stage.fanfare);
    const prize = stage.emulator.mint({ distributionId: 'draw_1', distributionType: 'draw' });
    const url = new URL(await stage.fanfare.createWinnerLink(prize, { url: 'https://shop.example/winner' }));
    const tab = await chromium.page();
    const heard = overheard(tab.context());
    await tab.goto(`${shop.origin}${url.pathname}${url.search}`);
    const atLink = await keptBy(tab);
    await tab.click('text=Go to checkout');
    await tab.waitForURL(`${shop.origin}/checkout`);
    // The page behind the link stays in the history: that is where the shopper opened it.
    const inBrowser = without(await bought(tab, tab.context()), ['checkout history', 'order history']);

    const link = url.searchParams.get('fanfare_winner')!;
    const sinks = outside(heard, (line) => line.includes('/winner?fanfare_winner='));
    expect(found({ ...atLink, ...inBrowser, ...outside(heard, () => false) }, prize.token)).toEqual([]);
    expect(found({ ...inBrowser, ...sinks }, link)).toEqual([]);
    expect(found(atLink, link)).toContain('url');
    expectAlive(sinks);
  });
});
