/** To the bank and back in a real browser: the bank is another site, and sends the shopper back with a form. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Page } from 'playwright-core';
import { type Fanfare, type Ledger, memoryLedger } from '../../lib/index.js';
import { describeWithChromium } from '../support/chromium.js';
import { ManualClock } from '../support/manual-clock.js';
import {
  closeStages,
  listenerOf,
  openStage,
  type ServerKind,
  SERVERS,
  type Stage,
} from '../support/servers.js';
import { html, listenAs } from '../support/sites.js';

const SUBMIT = 'text=Pay';

/** What came to the shop's return route, in order. */
interface Arrival {
  readonly method: string | undefined;
  readonly site: unknown;
  readonly hasSession: boolean;
}

let clock: ManualClock;
let stage: Stage;
let ledger: Ledger;
let fanfare: Fanfare;
let shop: string;
let bank: string;
let arrivals: Arrival[];
/** How long the shopper stays at the bank. */
let atBankMs: number;

afterEach(closeStages);

async function open(kind: ServerKind = 'Express 5'): Promise<void> {
  clock = new ManualClock(Date.now());
  ledger = memoryLedger({ clock });
  arrivals = [];
  atBankMs = 0;
  stage = await openStage({}, { clock });
  fanfare = stage.another({
    ...{ ledger, deliveries: 'manual', session: { secrets: ['a session secret for tests, long enough'] } },
    orderUrl: (orderId) => `/orders?id=${orderId}`,
  });
  bank = await listenAs(
    'bank',
    listenerOf('node:http', [{ path: '/challenge', use: [(req, res) => void challenge(req, res)] }]),
  );
  shop = await listenAs(
    'shop',
    listenerOf(kind, [
      { use: [fanfare.attachAdmission()] },
      { path: '/checkout', use: [fanfare.claimAdmission(), (req, res) => void checkout(req, res)] },
      {
        path: '/pay/return',
        use: [note, fanfare.acceptReturn({ fields: ['cres'] }), (req, res) => void finish(req, res)],
      },
      { path: '/experience', use: [html('<h1>Join the sale</h1>')] },
      { path: '/orders', use: [html('<h1>Thank you</h1>')] },
    ]),
  );
}

/** The bank's page says yes by itself, as most do, and sends its form back to the shop. */
async function challenge(req: IncomingMessage, res: ServerResponse): Promise<void> {
  await clock.advance(atBankMs);
  const back = new URL(req.url ?? '', bank).searchParams.get('back') ?? '';
  const body = `<form method="post" action="${back}"><input name="cres" value="yes &amp; paid"><input name="MD" value="1"></form>
    <script>addEventListener('load', () => document.forms[0].submit())</script>`;
  html(body)(req, res);
}

async function checkout(req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (req.method === 'GET') {
    html('<h1>Checkout</h1><form method="post"><button>Pay</button></form>')(req, res);
    return;
  }
  await fanfare.deferAdmission(req, { reference: 'pay_1' });
  const back = shop + fanfare.createReturnUrl(req, '/pay/return');
  res.writeHead(303, { Location: `${bank}/challenge?back=${encodeURIComponent(back)}` }).end();
}

function note(req: IncomingMessage, _res: ServerResponse, next?: () => void): void {
  const hasSession = (req.headers.cookie ?? '').includes('__Host-fanfare_admission_');
  arrivals.push({ method: req.method, site: req.headers['sec-fetch-site'], hasSession });
  next?.();
}

async function finish(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { admission, url = '' } = req;
  if (admission === undefined) {
    html('<h1>Stranger</h1>')(req, res);
    return;
  }
  await fanfare.assertClaim(req);
  expect(admission.returned).toMatchObject({ number: 1, reference: 'pay_1' });
  expect(new URL(url, shop).searchParams.get('cres')).toBe('yes & paid');
  await fanfare.completeAdmission(req, { orderId: 'order_1' });
  res.writeHead(303, { Location: '/orders?id=order_1' }).end();
}

async function ordered(): Promise<number> {
  return (await ledger.list({ states: ['ordered'], limit: 9 })).length;
}

/** Up to the form that the shopper is about to send. */
async function atCheckout(page: Page): Promise<void> {
  await page.goto(`${shop}/checkout?admission_token=${stage.token({ expiresInSeconds: 600 })}`);
  await page.waitForSelector(SUBMIT);
}

const POSTED = { method: 'POST', site: 'cross-site', hasSession: false };
const FOLLOWED = { method: 'GET', site: 'cross-site', hasSession: true };

describeWithChromium('a bank that sends the shopper back with a POST', (chromium) => {
  test.each(SERVERS)(
    'on %s: the POST brings no session, the GET behind it does, and the order is made',
    async (kind) => {
      await open(kind);
      const page = await chromium.page();
      await atCheckout(page);
      await page.click(SUBMIT);
      await page.waitForURL(`${shop}/orders?id=order_1`);
      expect([arrivals, await ordered()]).toEqual([[POSTED, FOLLOWED], 1]);
    },
  );

  test('within the grace: submitted in time, paid after the end', async () => {
    await open();
    const page = await chromium.page();
    await atCheckout(page);
    atBankMs = 600_000 + 890_000;
    await page.click(SUBMIT);
    await page.waitForURL(`${shop}/orders?id=order_1`);
    expect(await ordered()).toBe(1);
  });

  test('past the grace: the way back to the sale, and no order', async () => {
    await open();
    const page = await chromium.page();
    await atCheckout(page);
    atBankMs = 600_000 + 902_000;
    await page.click(SUBMIT);
    await page.waitForURL(`${shop}/experience?fanfare=expired`);
    expect([arrivals, await ordered()]).toEqual([[POSTED], 0]);
  });

  test('submitted late: the way back to the sale, and the bank is never seen', async () => {
    await open();
    const page = await chromium.page();
    await atCheckout(page);
    await clock.advance(606_000);
    await page.click(SUBMIT);
    await page.waitForURL(`${shop}/experience?fanfare=expired`);
    expect([arrivals, await ordered()]).toEqual([[], 0]);
  });

  test('going back afterwards leads to the order, and the reference admits no other browser', async () => {
    await open();
    const page = await chromium.page();
    const returned = page.waitForRequest(
      (request) => request.method() === 'GET' && request.url().includes('fanfare_return='),
    );
    await atCheckout(page);
    await page.click(SUBMIT);
    await page.waitForURL(`${shop}/orders?id=order_1`);
    const url = (await returned).url();
    await page.goto(url);
    expect(page.url()).toBe(`${shop}/orders?id=order_1`);
    const other = await chromium.page();
    await other.goto(url);
    expect(other.url()).toBe(`${shop}/experience?fanfare=used`);
    expect(await other.context().cookies()).toEqual([]);
  });
});
