/** An admission came by webhook, and its winner by an e-mail. */
import type { MintOptions } from '../../lib/emulator/index.js';
import { type Fanfare, type FanfareOptions, memoryLedger } from '../../lib/index.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { type Answer, Jar, ours } from '../support/jar.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, openStage, SERVERS, showAdmission, type Stage } from '../support/servers.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';

const HOUR = 3_600;
const PRIZE = { distributionId: 'draw_1', distributionType: 'draw', expiresInSeconds: 24 * HOUR } as const;
const FROM_OUR_PAGE = { 'Sec-Fetch-Site': 'same-origin' };

let clock: ManualClock;
let stage: Stage;
let fanfare: Fanfare;
let shop: Jar;

afterEach(closeStages);

async function open(options: Partial<FanfareOptions> = {}, kind = SERVERS[0]!): Promise<void> {
  clock = new ManualClock(Date.now());
  stage = await openStage({ ledger: memoryLedger({ clock }), ...options }, { clock });
  await serve(stage.fanfare, kind);
}

async function serve(by: Fanfare, kind = SERVERS[0]!): Promise<void> {
  fanfare = by;
  shop = await stage.serve(kind, [
    { path: '/winner', use: [fanfare.winnerPage()] },
    { path: '/checkout', use: [fanfare.requireAdmission(), showAdmission] },
    {
      path: '/order',
      use: [
        fanfare.claimAdmission(),
        (req, res) =>
          void fanfare.completeAdmission(req, { orderId: 'order_1' }).then(() => res.end('thank you')),
      ],
    },
  ]);
}

/** What the webhook of a draw tells, for the link of its winner. */
function won(mint: Partial<MintOptions> = {}) {
  const { token, consumerId, distributionId, distributionType, expiresAt } = stage.emulator.mint({
    ...PRIZE,
    ...mint,
  });
  return { token, consumerId, distributionId, distributionType, expiresAt };
}

/** Neither the webhook nor the token tells when it ends. */
function endless(): ReturnType<typeof won> {
  return { ...won({ opaque: true }), expiresAt: undefined } as unknown as ReturnType<typeof won>;
}

/** The link as the shop's server sees it. */
async function linkFor(admission: ReturnType<typeof won>, deadline?: number): Promise<string> {
  const options = deadline === undefined ? {} : { deadline };
  const url = new URL(
    await fanfare.createWinnerLink(admission, { url: 'https://shop.example/winner', ...options }),
  );
  expect(url.origin + url.pathname).toBe('https://shop.example/winner');
  return url.pathname + url.search;
}

/** What the button does. */
function press(link: string, browser = shop, headers: Readonly<Record<string, string>> = FROM_OUR_PAGE) {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded', ...headers };
  const navigation = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
  return browser.send(link, { method: 'POST', headers: { ...navigation, ...form }, body: '' });
}

const another = (): Jar => new Jar(shop.origin);
const said = (type: string) => stage.events.filter((event) => event.type === type);
const code = (): unknown => (said('admission.refused').at(-1) as { code?: string } | undefined)?.code;

function expectKindPage(answer: Answer, words: string, way = '/experience'): void {
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.text).toContain(words);
  expect(answer.text).toContain(`<a href="${way}`);
  expect(ours(answer)).toEqual([]);
}

const NOT_GOOD = 'not good, or not any more';

describe('the link', () => {
  beforeEach(() => open());

  it('names nothing: neither the token nor an id, and its name is not in the ledger either', async () => {
    const notes: unknown[] = [];
    const ledger = memoryLedger({ clock });
    const addNote = ledger.addNote.bind(ledger);
    jest.spyOn(ledger, 'addNote').mockImplementation((note) => {
      notes.push(note);
      return addNote(note);
    });
    fanfare = stage.another({ ledger });
    const admission = won();
    const link = await linkFor(admission);
    const [, id = ''] = link.split('fanfare_winner=');
    expect(Buffer.from(id, 'base64url')).toHaveLength(16);
    const kept = JSON.stringify(notes);
    expect(notes).toHaveLength(1);
    for (const part of admission.token.split('.')) expect(kept).not.toContain(part);
    expect(kept).not.toContain(id);
    const told = JSON.stringify(stage.events);
    expect(told).not.toContain(id);
    expect(told).not.toContain(admission.token);
  });

  it('is made anew each time', async () => {
    const admission = won();
    expect(await linkFor(admission)).not.toBe(await linkFor(admission));
  });

  it.each([
    ['the deadline', HOUR, 24 * HOUR],
    ['the admission', 24 * HOUR, HOUR],
  ])('ends with %s, where that is earlier', async (_name, deadline, admission) => {
    const link = await linkFor(won({ expiresInSeconds: admission }), clock.now() + deadline * 1_000);
    expect(said('winner_link.created')).toMatchObject([{ until: clock.now() + HOUR * 1_000 }]);
    await clock.advance(HOUR * 1_000 - 1);
    expect((await press(link)).status).toBe(303);
    await clock.advance(1);
    expectKindPage(await press(link, another()), NOT_GOOD);
  });

  it.each<readonly [string, object, object, object]>([
    ['no end', { expiresAt: undefined, token: 'adm_opaque_token' }, {}, { name: 'TypeError' }],
    ['a deadline that is past', {}, { deadline: 1_000_000_000 }, { code: 'ADMISSION_EXPIRED' }],
    ['a deadline that is none', {}, { deadline: 'tomorrow' }, { name: 'TypeError' }],
    ['an end that is none', { expiresAt: 'tomorrow' }, {}, { code: 'INVALID_ADMISSION_DATA' }],
    ['a token that is none', { token: 'x' }, {}, { code: 'INVALID_ADMISSION_DATA' }],
    ["somebody else's id beside the token", { consumerId: 'other' }, {}, { code: 'ADMISSION_MISMATCH' }],
    ['plain http', {}, { url: 'http://shop.example/winner' }, { name: 'TypeError' }],
    ['no address', {}, { url: '/winner' }, { name: 'TypeError' }],
    ['a misspelt option', {}, { deadLine: 1 }, { name: 'TypeError' }],
  ])('is not made for %s', async (_name, change, options, error) => {
    const admission = { ...won(), ...change } as never;
    const link = fanfare.createWinnerLink(admission, { url: 'https://shop.example/winner', ...options });
    await expect(link).rejects.toMatchObject(error);
  });
});

describe('a visit', () => {
  beforeEach(() => open());

  it('shows one button, and changes, counts and asks nothing, however often', async () => {
    const link = await linkFor(won());
    const told = stage.events.length;
    for (let visits = 0; visits < 9; visits += 1) {
      const page = await shop.visit(link);
      expect([page.status, ours(page)]).toEqual([200, []]);
      expect(page.text.match(/<button|<a |<input/g)).toEqual(['<button']);
    }
    const head = await shop.send(link, { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(500);
    expect(stage.events.length).toBe(told);
    expect(stage.emulator.requests()).toEqual([]);
    expect((await press(link)).status).toBe(303);
  });

  it('cannot be framed, kept or leaked', async () => {
    const { headers } = await shop.visit(await linkFor(won()));
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; form-action 'self'; script-src 'sha256-[^']+'; frame-ancestors 'none'$/,
    );
    expect([headers['cache-control'], headers['referrer-policy']]).toEqual(['no-store', 'strict-origin']);
  });

  it('does not ask the ledger either, so nobody learns which links there are', async () => {
    const real = await shop.visit(await linkFor(won()));
    const madeUp = await shop.visit(`/winner?fanfare_winner=${'A'.repeat(22)}`);
    expect([madeUp.status, madeUp.text]).toEqual([real.status, real.text]);
  });

  it.each([
    ['cut short', '/winner?fanfare_winner=abc'],
    ['doubled', `/winner?fanfare_winner=${'A'.repeat(22)}&fanfare_winner=${'A'.repeat(22)}`],
  ])('of a link that is %s says so kindly', async (_name, link) => {
    const answer = await shop.visit(link);
    expect(answer.status).toBe(403);
    expectKindPage(answer, NOT_GOOD);
  });

  it('without a link is not ours to answer', async () => {
    expect((await shop.visit('/winner')).status).toBe(404);
  });
});

describe('the button', () => {
  it.each(SERVERS)('begins a session, asks Fanfare, and leads to the checkout, on %s', async (kind) => {
    await open({}, kind);
    const link = await linkFor(won());
    const answer = await press(link);
    expect([answer.status, answer.headers.location]).toEqual([303, '/checkout']);
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
    expect(stage.validations()).toBe(1);
    expect(said('winner_link.redeemed')).toMatchObject([{ uses: 1 }]);
    const { admission } = (await shop.visit('/checkout')).json();
    expect(admission).toMatchObject({ distributionId: 'draw_1', verifiedBy: 'session' });
  });

  it('works in five browsers, and in each as often as they like', async () => {
    await open();
    const link = await linkFor(won());
    const browsers = Array.from({ length: 5 }, another);
    for (const browser of [...browsers, ...browsers, ...browsers])
      expect((await press(link, browser)).status).toBe(303);
    expect(said('winner_link.redeemed')).toHaveLength(5);
    expectKindPage(await press(link, another()), 'as often as it may be');
    expect((await browsers[4]!.visit('/checkout')).status).toBe(200);
  });

  it('works as often in one browser, for hours', async () => {
    await open();
    const link = await linkFor(endless(), clock.now() + 24 * HOUR * 1_000);
    for (let turn = 0; turn < 7; turn += 1) {
      expect((await press(link)).status).toBe(303);
      expect((await shop.visit('/checkout')).status).toBe(200);
      await clock.advance(31 * 60_000);
    }
    expect(said('winner_link.redeemed')).toHaveLength(1);
  });

  it.each<readonly [string, () => ReturnType<typeof won>]>([
    ['whose end nobody knows', () => endless()],
    ['that lasts longer', () => won()],
  ])('begins a session that ends with the link, for an admission %s', async (_name, make) => {
    await open();
    const link = await linkFor(make(), clock.now() + HOUR * 1_000);
    await clock.advance(HOUR * 1_000 - 1_000);
    expect((await press(link)).status).toBe(303);
    const { admission } = (await shop.visit('/checkout')).json();
    expect(admission).toMatchObject({ expiresAt: clock.now() + 1_000 });
    await clock.advance(1_000 + 5_001);
    expect((await shop.post('/order', {}, FROM_OUR_PAGE)).json()['code']).toBe('ADMISSION_EXPIRED');
  });

  it('never begins a sixth session, whoever is fastest', async () => {
    await open();
    const link = await linkFor(won());
    const answers = await Promise.all(Array.from({ length: 12 }, () => press(link, another())));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(5);
    const signedIn = answers.filter((answer) => ours(answer).some((line) => !/Max-Age=0/.test(line)));
    expect(signedIn).toHaveLength(5);
  });

  it.each<readonly [string, Readonly<Record<string, string>>]>([
    ["another site's page", { 'Sec-Fetch-Site': 'cross-site' }],
    ['a page of another origin, in an old browser', { Origin: 'https://elsewhere.example' }],
    ['a program that sends the forms it finds', {}],
  ])('is not for %s, which spends nothing', async (_name, headers) => {
    await open();
    const link = await linkFor(won());
    for (let tries = 0; tries < 9; tries += 1)
      expectKindPage(await press(link, another(), headers), NOT_GOOD);
    expect(stage.validations()).toBe(0);
    expect((await press(link)).status).toBe(303);
  });

  it('works in a browser that says no more than its origin', async () => {
    await open();
    const link = await linkFor(won());
    expect((await press(link, shop, { Origin: shop.origin })).status).toBe(303);
  });

  it.each([
    ['down', { kind: 'status', status: 500 }],
    ['busy', { kind: 'status', status: 429 }],
    ['unreachable', { kind: 'reset' }],
  ] as const)('counts nothing while Fanfare is %s, and offers to try again', async (_name, fault) => {
    await open();
    const link = await linkFor(won());
    stage.emulator.faults.once({ ...fault, on: 'validate' }, 6);
    for (let tries = 0; tries < 6; tries += 1) {
      const answer = await press(link, another());
      expect(answer.status).toBe(503);
      expectKindPage(answer, 'try again in a moment', link.replace('/winner', ''));
      await clock.advance(10_000);
    }
    stage.emulator.faults.clear();
    await clock.advance(60_000);
    expect((await press(link)).status).toBe(303);
    expect(said('winner_link.redeemed')).toMatchObject([{ uses: 1 }]);
  });

  it('counts nothing, and begins nothing, while the ledger is away', async () => {
    const ledger = memoryLedger();
    const useNote = jest.spyOn(ledger, 'useNote').mockRejectedValue(new Error('gone'));
    await open({ ledger });
    const link = await linkFor(won());
    const answer = await press(link);
    expect([answer.status, code()]).toEqual([503, 'LEDGER_UNAVAILABLE']);
    expect(shop.cookies.size).toBe(0);
    useNote.mockRestore();
    expect((await press(link)).status).toBe(303);
  });

  it('says the same of links that never were and of links that are over', async () => {
    await open();
    const over = await linkFor(won(), clock.now() + 1_000);
    await clock.advance(1_000);
    const [ended, unknown] = [await press(over), await press(`/winner?fanfare_winner=${'A'.repeat(22)}`)];
    expectKindPage(unknown, NOT_GOOD);
    expect([ended.status, ended.text]).toEqual([unknown.status, unknown.text]);
    const [one, other] = said('admission.refused');
    expect(one).toEqual(other);
  });

  it('makes whoever guesses wait', async () => {
    await open({ coldValidationsPerMinute: 3 });
    const link = await linkFor(won());
    for (let tries = 0; tries < 3; tries += 1)
      await press(`/winner?fanfare_winner=${String(tries).repeat(22)}`);
    const answer = await press(link);
    expect([answer.status, code()]).toEqual([429, 'TOO_MANY_ATTEMPTS']);
    expectKindPage(answer, 'wait a minute', link.replace('/winner', ''));
  });

  it("passes Fanfare's no on, and counts nothing", async () => {
    await open();
    const admission = won();
    const link = await linkFor(admission);
    stage.emulator.faults.once({ kind: 'device-mismatch', on: 'validate' });
    const answer = await press(link);
    expect([answer.status, code()]).toEqual([403, 'DEVICE_MISMATCH']);
    expectKindPage(answer, 'device');
    expect(said('winner_link.redeemed')).toEqual([]);
  });

  it('gives a script JSON', async () => {
    await open();
    const answer = await shop.post('/winner?fanfare_winner=abc', {}, FROM_OUR_PAGE);
    expect([answer.status, answer.json()['code']]).toEqual([403, 'ADMISSION_INVALID']);
  });

  it('is left to the merchant where they answer refusals', async () => {
    const onRefused = jest.fn((_refusal: unknown, _req: unknown, res: { end(text: string): void }) => {
      res.end('own words');
    });
    await open({ onRefused: onRefused as never });
    expect((await press(`/winner?fanfare_winner=${'A'.repeat(22)}`)).text).toBe('own words');
  });

  it('leads where the merchant says, which is never another host', async () => {
    await open();
    const checkoutUrl = ({ distributionId }: { distributionId: string }) => `/checkout/${distributionId}`;
    const ways = await stage.serve('Express 5', [
      { path: '/winner', use: [fanfare.winnerPage({ checkoutUrl })] },
      { path: '/away', use: [fanfare.winnerPage({ checkoutUrl: () => 'https://pay.example/' })] },
    ]);
    const link = await linkFor(won());
    expect((await press(link, ways)).headers.location).toBe('/checkout/draw_1');
    expect((await press(link.replace('/winner', '/away'), ways)).status).toBe(500);
    expect(() => fanfare.winnerPage({ checkoutUrl: '//pay.example' })).toThrow(TypeError);
    expect(() => fanfare.winnerPage({ checkoutURL: '/' } as never)).toThrow(/checkoutUrl/);
  });

  it('serves a distribution of this shop alone', async () => {
    await open({ distributionIds: ['draw_2'] });
    const answer = await press(await linkFor(won()));
    expect([answer.status, code(), stage.validations()]).toEqual([403, 'ADMISSION_MISMATCH', 0]);
  });
});

describe.each([
  ['a JWT', {}],
  ['an opaque token', { opaque: true }],
])('after the order, with %s', (_name, mint) => {
  it('leads to it where it was made, and says so elsewhere', async () => {
    await open({ orderUrl: (orderId) => `/orders/${orderId}` });
    const link = await linkFor(won(mint));
    await press(link);
    expect((await shop.post('/order', {}, FROM_OUR_PAGE)).text).toBe('thank you');
    const own = await press(link);
    expect([own.status, code()]).toEqual([409, 'ADMISSION_USED']);
    expectKindPage(own, 'already been used', '/orders/order_1');
    const elsewhere = await press(link, another());
    expect(elsewhere.status).toBe(409);
    expectKindPage(elsewhere, 'already been used');
    expect(elsewhere.text).not.toContain('order_1');
    expect(said('winner_link.redeemed')).toHaveLength(1);
  });

  it('buys one order, however many browsers redeemed', async () => {
    await open();
    const link = await linkFor(won(mint));
    const [one, other] = [another(), another()];
    await press(link, one);
    await press(link, other);
    expect((await one.post('/order', {}, FROM_OUR_PAGE)).text).toBe('thank you');
    expect((await other.post('/order', {}, FROM_OUR_PAGE)).json()['code']).toBe('ADMISSION_USED');
  });
});

describe('with a ledger in a file', () => {
  const folder = temporaryFolder();
  afterAll(() => {
    removeFolder(folder);
  });
  const NEWER = 'a newer session secret, long enough too';
  const OLD = 'a session secret for tests, long enough';

  it('outlives a restart and a rotated secret', async () => {
    const file = `${folder}/winners.sqlite`;
    await open({ ledger: sqliteLedger({ file }) });
    const link = await linkFor(won());
    await press(link, another());
    await fanfare.close();
    const restarted = (secrets: readonly string[]) =>
      serve(stage.another({ ledger: sqliteLedger({ file }), session: { secrets, insecure: true } }));
    await restarted([NEWER, OLD]);
    expect((await press(link)).status).toBe(303);
    expect(said('winner_link.redeemed')).toMatchObject([{ uses: 1 }, { uses: 2 }]);
    await fanfare.close();
    await restarted([NEWER]);
    expect((await press(link, another())).status).toBe(403);
  });
});
