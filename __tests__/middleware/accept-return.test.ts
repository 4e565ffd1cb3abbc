/** Coming back from the bank, as HTTP sees it: no cookie on the POST, and all of them on what follows. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import bodyParser from 'body-parser';
import {
  type Fanfare,
  type FanfareOptions,
  type Ledger,
  memoryLedger,
  type ReturnOptions,
} from '../../lib/index.js';
import { type Answer, Jar } from '../support/jar.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, openStage, parsing, type ServerKind, SERVERS, type Stage } from '../support/servers.js';
import { AWAY } from '../support/timed-shop.js';

const BANK = {
  'Content-Type': 'application/x-www-form-urlencoded',
  'Sec-Fetch-Site': 'cross-site',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Dest': 'document',
  Origin: 'https://bank.example',
};
/** What follows the bank's POST is cross-site as well, and a navigation, so `SameSite=Lax` lets the cookie through. */
const FOLLOWED = { 'Sec-Fetch-Site': 'cross-site' };

type Page = (req: IncomingMessage, fanfare: Fanfare) => unknown;

let clock: ManualClock;
let stage: Stage;
let ledger: Ledger;
let fanfare: Fanfare;
let browser: Jar;
/** What the shop does when the shopper is back. */
let onReturn: Page;
let url: string;

afterEach(closeStages);

const finish: Page = async (req, shop) => {
  await shop.assertClaim(req);
  await shop.completeAdmission(req, { orderId: 'order_1' });
  return { bought: true };
};

interface Setup {
  readonly kind?: ServerKind;
  readonly options?: Partial<FanfareOptions>;
  readonly accept?: ReturnOptions;
  readonly parsed?: boolean;
}

async function open({
  kind = 'Express 5',
  options = {},
  accept = {},
  parsed = false,
}: Setup = {}): Promise<void> {
  clock = new ManualClock(Date.now());
  ledger = memoryLedger({ clock });
  onReturn = finish;
  const orderUrl = (orderId: string): string => `/orders/${orderId}`;
  stage = await openStage({}, { clock });
  fanfare = stage.another({ ledger, orderUrl, deliveries: 'manual', ...options });
  browser = await stage.serve(kind, [
    ...(parsed ? [{ use: [parsing(bodyParser.urlencoded({ extended: false }))] }] : []),
    { use: [fanfare.attachAdmission()] },
    { path: '/pay/return', use: [fanfare.acceptReturn(accept), (req, res) => void show(req, res)] },
    { path: '/moved', use: [fanfare.acceptReturn(accept)] },
    {
      path: '/checkout',
      use: [fanfare.acceptReturn(accept), fanfare.claimAdmission(), (req, res) => void leave(req, res)],
    },
  ]);
}

/** The submit: off to the bank, which is told where to send the shopper back to. */
async function leave(req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (req.method === 'GET') {
    res.end(JSON.stringify({ admission: req.admission }));
    return;
  }
  if (stage.events.some(({ type }) => type === 'admission.claimed'))
    await fanfare.deferAdmission(req, { reference: `pay_${String(req.admission?.attempt?.number)}` });
  url = fanfare.createReturnUrl(req, '/pay/return?cart=7');
  res.writeHead(303, { Location: 'https://bank.example/challenge' }).end();
}

async function show(req: IncomingMessage, res: ServerResponse): Promise<void> {
  try {
    const done = await onReturn(req, fanfare);
    res.end(JSON.stringify({ admission: req.admission ?? null, url: req.url, done }));
  } catch (error) {
    res.statusCode = 500;
    res.end(JSON.stringify({ failed: (error as { code?: string }).code }));
  }
}

/** A shopper who has paid at the bank and is not back yet. */
async function gone(mint: Parameters<Stage['token']>[0] = {}): Promise<void> {
  await browser.visit(`/checkout?admission_token=${stage.token(mint)}`);
  expect((await browser.fetch('/checkout', { method: 'POST' })).status).toBe(303);
}

/** The bank's form, sent by itself: the browser keeps the shop's cookies back. */
function bankPosts(
  to = url,
  body = 'cres=abc&other=1',
  headers: Record<string, string> = BANK,
): Promise<Answer> {
  return new Jar(browser.origin).send(to, { method: 'POST', headers, body });
}

async function back(): Promise<Answer> {
  const { headers } = await bankPosts();
  return browser.visit(headers.location ?? '', FOLLOWED);
}

async function attempts(): Promise<unknown> {
  const rows = await ledger.list({ states: ['free', 'pending', 'unresolved', 'ordered'], limit: 9 });
  return rows.map(({ state }) => state);
}

function claimSaid(): unknown {
  return stage.events.flatMap((event) => (event.type === 'completion.recorded' ? [event.claim] : []));
}

describe.each(SERVERS)('on %s', (kind) => {
  test('the bank’s POST becomes a GET of the same path, where the session is back and the order is made', async () => {
    await open({ kind, accept: { fields: ['cres'] } });
    await gone();
    expect(url).toMatch(/^\/pay\/return\?cart=7&fanfare_return=[\w.-]+$/);
    const posted = await bankPosts();
    expect([posted.status, posted.headers.location]).toEqual([303, `${url}&cres=abc`]);
    expect(posted.headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
    const answer = await browser.visit(posted.headers.location ?? '', FOLLOWED);
    expect(answer.json()).toMatchObject({
      admission: { distributionId: 'queue_1', returned: { number: 1, reference: 'pay_1' } },
      done: { bought: true },
    });
    expect(answer.headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'cache-control': 'private, no-store',
    });
    expect([await attempts(), claimSaid()]).toEqual([['ordered'], ['pending']]);
  });
});

describe('a reference', () => {
  beforeEach(() => open());

  test('begins no session: another browser gets nowhere with it', async () => {
    await gone();
    onReturn = (req) => ({ holds: req.admission !== undefined });
    const stranger = new Jar(browser.origin);
    const answer = await stranger.visit(url, FOLLOWED);
    expect(answer.json()).toMatchObject({ admission: null, done: { holds: false } });
    expect([...stranger.cookies]).toEqual([]);
    const [, query = ''] = url.split('?');
    expect((await stranger.visit(`/checkout?${query}`)).headers.location).toBe(
      '/experience?fanfare=required',
    );
    expect((await stranger.fetch(`/checkout?${query}`, { method: 'POST', headers: FOLLOWED })).status).toBe(
      303,
    );
    expect([...stranger.cookies]).toEqual([]);
  });

  test('records the order of a shopper whose browser has lost its session', async () => {
    await gone();
    expect((await new Jar(browser.origin).visit(url)).json()).toMatchObject({ done: { bought: true } });
    expect([await attempts(), claimSaid()]).toEqual([['ordered'], ['pending']]);
  });

  test('counts again, until there is an order to lead to; only in the session that made it', async () => {
    await gone();
    onReturn = () => 'asking the bank';
    for (let times = 0; times < 3; times += 1) expect((await back()).status).toBe(200);
    onReturn = finish;
    expect((await back()).status).toBe(200);
    const again = await back();
    expect([again.status, again.headers.location]).toEqual([303, '/orders/order_1']);
    const elsewhere = await new Jar(browser.origin).visit(url);
    expect(elsewhere.headers.location).toBe('/experience?fanfare=used');
  });

  test.each([
    ['cut short', (text: string) => text.slice(0, -1)],
    [
      'with another payload',
      (text: string) => text.replace(/\.[^.]+\./, `.${btoa('{"use":"payment-return"}')}.`),
    ],
    ['unsigned', (text: string) => `${btoa('{"alg":"none"}')}.${text.split('.')[1] ?? ''}.`],
    ['that is a session', () => [...browser.cookies.values()][0] ?? ''],
    ['that is empty', () => ''],
    ['that comes twice', (text: string) => `${text}&fanfare_return=${text}`],
  ])('%s is refused, on the POST and on the GET', async (_what, changed) => {
    await gone();
    const [before = '', text = ''] = url.split('fanfare_return=');
    const forged = `${before}fanfare_return=${changed(text)}`;
    for (const answer of [await bankPosts(forged), await browser.visit(forged)]) {
      expect(answer.headers.location).toBe('/experience?fanfare=invalid_admission_data');
    }
    expect((await browser.fetch(forged)).status).toBe(400);
  });

  test('of another organization or signed with another secret is refused', async () => {
    await gone();
    const options = [
      { organizationId: 'org_2' },
      { session: { secrets: ['another secret, as long as it must be'] } },
    ];
    for (const option of options) {
      const other = stage.another({ ...option, ledger: memoryLedger() });
      const jar = await stage.serve('node:http', [{ use: [other.acceptReturn()] }]);
      expect((await jar.fetch(url)).json()).toMatchObject({ code: 'INVALID_ADMISSION_DATA' });
    }
  });

  test('is no session cookie', async () => {
    await gone();
    const [name = ''] = browser.cookies.keys();
    browser.cookies.set(name, url.split('fanfare_return=')[1] ?? '');
    expect((await browser.visit('/checkout')).headers.location).toBe('/experience?fanfare=required');
  });

  test('leads to the path that was signed, whatever path it is brought to', async () => {
    await gone();
    const [, query = ''] = url.split('?');
    for (const path of ['/moved', '/checkout']) {
      expect((await bankPosts(`${path}?${query}`)).headers.location).toBe(`/pay/return?${query}`);
    }
  });

  test('signed before the secret was rotated still counts', async () => {
    await open({
      options: { session: { secrets: ['a session secret for tests, long enough'], insecure: true } },
    });
    await gone();
    const session = {
      secrets: ['a newer secret, at least thirty-two bytes', 'a session secret for tests, long enough'],
    };
    const rotated = stage.another({ session: { ...session, insecure: true }, ledger });
    const jar = await stage.serve('node:http', [{ use: [rotated.acceptReturn()] }]);
    expect((await jar.send(url, { method: 'POST', headers: BANK })).status).toBe(303);
  });
});

describe('time', () => {
  test('inside the grace the order counts, although the admission is over', async () => {
    await open();
    await gone({ expiresInSeconds: 60 });
    await clock.advance(60_000 + 890_000);
    expect((await back()).json()).toMatchObject({ admission: { expired: true, returned: { number: 1 } } });
    expect(await attempts()).toEqual(['ordered']);
  });

  test('to the second: good until orderGraceSeconds past the end, whichever way the shopper comes, and no longer', async () => {
    await open({ options: { orderGraceSeconds: 120 } });
    const end = Math.ceil((clock.now() + 60_000) / 1_000) * 1_000;
    await gone({ expiresInSeconds: (end - clock.now()) / 1_000 });
    const ran = jest.fn();
    onReturn = ran;
    await clock.advance(end + 120_000 - clock.now());
    expect((await bankPosts()).headers.location).toBe(url);
    expect((await back()).status).toBe(200);
    await clock.advance(1);
    for (const answer of [await bankPosts(), await browser.visit(url)])
      expect(answer.headers.location).toBe('/experience?fanfare=expired');
    expect(ran).toHaveBeenCalledTimes(1);
  });

  test('an order that the bank’s webhook brings past the grace is recorded all the same', async () => {
    await open();
    await gone({ expiresInSeconds: 60 });
    await clock.advance(60_000 + 902_000);
    const [row] = await ledger.list({ states: ['unresolved'], limit: 1 });
    await fanfare.completeAdmission({ id: row!.admission.id }, { orderId: 'order_1' });
    expect(await attempts()).toEqual(['ordered']);
  });

  test('a shopper who submits late is refused with the way back, and asks no bank', async () => {
    await open();
    await browser.visit(`/checkout?admission_token=${stage.token({ expiresInSeconds: 60 })}`);
    await clock.advance(66_000);
    const headers = { ...BANK, 'Sec-Fetch-Site': 'same-origin', Origin: browser.origin };
    const late = await browser.send('/checkout', { method: 'POST', headers });
    expect([late.status, late.headers.location]).toEqual([303, '/experience?fanfare=expired']);
    expect(await attempts()).toEqual([]);
  });
});

describe('which attempt', () => {
  beforeEach(() => open());

  test('is named among several admissions: the newest is not meant', async () => {
    await gone();
    await browser.visit(`/checkout?admission_token=${stage.token({ distributionId: 'queue_2' })}`);
    expect((await back()).json()).toMatchObject({ admission: { distributionId: 'queue_1' } });
    const rows = await ledger.list({ states: ['ordered'], limit: 9 });
    expect(rows.map(({ admission }) => admission.distributionId)).toEqual(['queue_1']);
  });

  test('is not mixed up with an admission that another browser happens to hold', async () => {
    await gone();
    const other = new Jar(browser.origin);
    await other.visit(`/checkout?admission_token=${stage.token({ distributionId: 'queue_2' })}`);
    expect((await other.visit(url)).json()).toMatchObject({ admission: null, done: { bought: true } });
    const rows = await ledger.list({ states: ['ordered'], limit: 9 });
    expect(rows.map(({ admission }) => admission.distributionId)).toEqual(['queue_1']);
  });

  test('a superseded one may not capture, and gives back nothing that is not its own', async () => {
    await gone();
    const first = url;
    await browser.fetch('/checkout', { method: 'POST' });
    onReturn = async (req, shop) => ({
      claim: await shop.assertClaim(req).catch((error: unknown) => (error as { code: string }).code),
      released: await shop.releaseAdmission(req),
    });
    const answer = (await browser.visit(first)).json();
    expect(answer).toMatchObject({ done: { claim: 'CLAIM_LOST', released: false } });
    expect(answer['admission']).not.toHaveProperty('returned');
    expect(await attempts()).toEqual(['pending']);
  });

  test('a declined one is given back, and the shopper tries again', async () => {
    await gone();
    onReturn = (req, shop) => shop.releaseAdmission(req);
    expect((await back()).json()).toMatchObject({ done: true });
    expect(await attempts()).toEqual(['free']);
    expect((await browser.fetch('/checkout', { method: 'POST' })).status).toBe(303);
  });

  test('may leave for the bank once more, with no more time', async () => {
    await gone({ expiresInSeconds: 60 });
    await clock.advance(500_000);
    onReturn = (req, shop) => shop.createReturnUrl(req, req.url ?? '');
    expect((await back()).json()).toMatchObject({ done: url });
  });

  test('cannot be told while the ledger is away: the page waits and tries again', async () => {
    await gone();
    const find = ledger.find.bind(ledger);
    ledger.find = AWAY;
    const answer = await browser.visit(url);
    expect([answer.status, answer.text.includes('http-equiv="refresh"')]).toEqual([503, true]);
    ledger.find = find;
    expect((await browser.visit(url)).status).toBe(200);
  });
});

describe('what the bank sends', () => {
  test('is dropped with the body, except for the named fields', async () => {
    await open();
    await gone();
    expect((await bankPosts()).headers.location).toBe(url);
  });

  test.each([true, false])('is read whether a parser ran before (%s) or not', async (parsed) => {
    await open({ parsed, accept: { fields: ['cres', 'MD', 'none'] } });
    await gone();
    const { headers } = await bankPosts(url, 'MD=a%26b+c&cres=%C3%BC&x=y');
    expect(headers.location).toBe(`${url}&cres=%C3%BC&MD=a%26b+c`);
  });

  test('stands in place of a parameter of the same name; the bank’s other parameters stay', async () => {
    await open({ accept: { fields: ['cres'] } });
    await gone();
    const { headers } = await bankPosts(`${url}&cres=old&paymentId=4`);
    expect(headers.location).toBe(`${url}&paymentId=4&cres=abc`);
  });

  test.each([
    ['a field twice', 'cres=a&cres=b', BANK],
    ['too much for a URL', `cres=${'a'.repeat(6_001)}`, BANK],
    ['more than any form', `x=${'a'.repeat(66_000)}&cres=a`, BANK],
    ['no form', '{"cres":"a"}', { ...BANK, 'Content-Type': 'application/json' }],
  ])('%s is damaged data', async (_what, body, headers) => {
    await open({ accept: { fields: ['cres'] } });
    await gone();
    const answer = await bankPosts(url, body, { ...headers, 'Sec-Fetch-Dest': 'empty' });
    expect([answer.status, answer.json()['code']]).toEqual([400, 'INVALID_ADMISSION_DATA']);
  });

  test.each(['cres', [''], [7], ['größe'], ['fanfare_return']])('"fields" may not be %j', async (fields) => {
    await open();
    expect(() => fanfare.acceptReturn({ fields: fields as string[] })).toThrow(
      /acceptReturn: "fields" must be/,
    );
  });
});

describe('what is no return', () => {
  beforeEach(() => open());

  test('passes: a request without a reference, and a form of the returned page itself', async () => {
    await gone();
    expect((await browser.visit('/pay/return')).json()).toMatchObject({ failed: 'CLAIM_LOST' });
    const [, query = ''] = url.split('?');
    const headers = { ...BANK, 'Sec-Fetch-Site': 'same-origin', Origin: browser.origin };
    const submitted = await browser.send(`/checkout?${query}`, { method: 'POST', headers });
    expect(submitted.headers.location).toBe('https://bank.example/challenge');
    expect(stage.events.filter(({ type }) => type === 'admission.claimed')).toHaveLength(2);
  });

  test('a GET return needs no POST before it, and a HEAD of it does nothing', async () => {
    await gone();
    const head = await browser.send(url, { method: 'HEAD', headers: FOLLOWED });
    expect([head.status, head.headers['cache-control'], await attempts()]).toEqual([
      204,
      'no-store',
      ['pending'],
    ]);
    expect((await browser.visit(url, FOLLOWED)).json()).toMatchObject({ done: { bought: true } });
  });
});

test('a rehearsal stops nobody: no attempt, no reference, and a bad one is only said', async () => {
  await open({ options: { mode: 'report' } });
  await browser.fetch('/checkout', { method: 'POST' });
  expect(url).toBe('/pay/return?cart=7');
  onReturn = () => 'shown';
  const page = await browser.visit('/pay/return?fanfare_return=junk');
  expect(page.json()).toMatchObject({ done: 'shown' });
  expect(stage.events).toContainEqual(
    expect.objectContaining({ type: 'admission.refused', code: 'INVALID_ADMISSION_DATA', enforced: false }),
  );
});
