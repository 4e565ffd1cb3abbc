/** An admission goes from one domain's shop to the checkout of another, by a link. */
import { type FanfareOptions, type Ledger, memoryLedger, type RequestAdmission } from '../../lib/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, showAdmission, type Stage } from '../support/servers.js';
import { BOTH, codeOf, type Domains, leave, MINUTE, openDomains, openShop, PAY } from './two-domains.js';

let clock: ManualClock;
let ledger: Ledger;
let stage: Stage;

beforeEach(async () => {
  clock = new ManualClock();
  ledger = memoryLedger({ clock });
  stage = await openShop(ledger, clock);
});
afterEach(closeStages);

const open = (pay: Partial<FanfareOptions> = {}): Promise<Domains> => openDomains(stage, ledger, pay);

describe('a link to another domain', () => {
  it('begins a session there, leaves the URL, and buys one order', async () => {
    const { here, there } = await open();
    const link = await leave(here);
    const arrived = await there.visit(link);
    expect([arrived.status, arrived.headers.location]).toEqual([303, '/pay?cart=1']);
    expect(arrived.headers['referrer-policy']).toBe('no-referrer');
    expect((await there.visit('/pay')).json()['admission']).toMatchObject({ verifiedBy: 'session' });
    const asked = stage.validations();
    expect((await there.post('/order', {})).json()).toEqual({ superseded: null });
    expect(stage.validations()).toBe(asked + 1);
    expect(await codeOf(here.post('/order', {}))).toBe('ADMISSION_USED');
  });

  it('is made of "req.admission", too', async () => {
    const { here, there } = await open();
    expect((await there.visit(await leave(here, '/leave-with-admission'))).status).toBe(303);
    const foreign = (await here.fetch('/checkout')).json()['admission'] as never;
    await expect(stage.fanfare.createHandoffUrl(foreign, { url: PAY })).rejects.toMatchObject({
      code: 'ADMISSION_REQUIRED',
    });
  });

  it('is made of the "req.admission" of an outage, too', async () => {
    const { here } = await open();
    stage.emulator.faults.set({ on: 'validate', kind: 'status', status: 503 });
    const renewed = { 'X-Fanfare-Admission': stage.token({ expiresInSeconds: 3_600 }) };
    const left = await here.visit('/leave-with-admission', renewed);
    expect([left.status, left.headers.location]).toEqual([303, expect.stringContaining(`${PAY}/pay`)]);
    expect(stage.events.map(({ type }) => type)).toContain('fanfare.unavailable');
  });

  it('is made of what "req.admission" became by a token, by the instance that showed it', async () => {
    const elsewhere = stage.another({ ledger, handoff: { secrets: [BOTH], destinations: [PAY] } });
    let shown: RequestAdmission | undefined;
    const shop = await stage.serve('Express 5', [
      { use: [stage.fanfare.attachAdmission()] },
      {
        path: '/',
        use: [
          (req, res) => {
            shown = req.admission;
            res.end();
          },
        ],
      },
    ]);
    await shop.send('/', { headers: { 'X-Fanfare-Admission': stage.token() } });
    await expect(elsewhere.createHandoffUrl(shown!, { url: PAY })).rejects.toMatchObject({
      code: 'ADMISSION_REQUIRED',
    });
    await expect(stage.fanfare.createHandoffUrl(shown!, { url: PAY })).resolves.toContain(PAY);
  });

  it('never carries the token in clear', async () => {
    const { here } = await open();
    const token = stage.token();
    here.cookies.clear();
    await here.visit(`/checkout?admission_token=${token}`);
    const link = await leave(here);
    const decoded = Buffer.from(link.split('.')[1]!, 'base64url').toString();
    expect(JSON.parse(decoded)).toMatchObject({ use: 'admission-handoff', aud: PAY });
    for (const part of token.split('.')) expect(link + decoded).not.toContain(part);
  });

  it('is good once', async () => {
    const { here, there } = await open();
    const link = await leave(here);
    await there.visit(link);
    there.cookies.clear();
    expect(await codeOf(there.fetch(link))).toBe('ADMISSION_INVALID');
  });

  it('is good once also where the domains keep ledgers of their own', async () => {
    const { here, there } = await open({ ledger: memoryLedger({ clock }) });
    const link = await leave(here);
    await there.visit(link);
    expect((await there.visit('/pay')).status).toBe(200);
    there.cookies.clear();
    expect(await codeOf(there.fetch(link))).toBe('ADMISSION_INVALID');
  });

  it('is not spent by a prefetch or a HEAD', async () => {
    const { here, there } = await open();
    const link = await leave(here);
    await there.visit(link, { 'Sec-Purpose': 'prefetch' });
    await there.send(link, { method: 'HEAD' });
    expect((await there.visit(link)).status).toBe(303);
  });

  it('works with onPending "refuse", since it is no attempt of its own', async () => {
    const { here } = await open();
    const checkout = stage.another({ ledger, handoff: { secrets: [BOTH], origin: PAY } });
    const there = await stage.serve('node:http', [
      { path: '/pay', use: [checkout.requireAdmission(), showAdmission] },
      { path: '/order', use: [checkout.claimAdmission({ onPending: 'refuse' }), showAdmission] },
    ]);
    await there.visit(await leave(here));
    expect((await there.post('/order', {})).status).toBe(200);
  });

  it('waits in the URL while the ledger is away: no page is refused for it, and the checkout tries again', async () => {
    const { here } = await open();
    const checkout = stage.another({ ledger, handoff: { secrets: [BOTH], origin: PAY } });
    const there = await stage.serve('Express 5', [
      { use: [checkout.attachAdmission()] },
      { path: '/products', use: [showAdmission] },
      { path: '/pay', use: [checkout.requireAdmission(), showAdmission] },
    ]);
    const link = await leave(here);
    const away = jest.spyOn(ledger, 'addNote').mockRejectedValue(new Error('the disk is away'));
    const products = await there.visit(link.replace('/pay', '/products'));
    expect([products.status, products.json()]).toEqual([200, { admission: null }]);
    const page = await there.visit(link);
    expect([page.status, page.text.includes('http-equiv="refresh"')]).toEqual([503, true]);
    away.mockRestore();
    expect((await there.visit(link)).status).toBe(303);
    jest.spyOn(ledger, 'addNote').mockRejectedValue(new Error('the disk is away'));
    expect((await there.visit(link)).status).toBe(200);
  });

  it.each<readonly [string, Partial<FanfareOptions>]>([
    ['another site', { handoff: { secrets: [BOTH], origin: 'https://other.example' } }],
    [
      'a site with another secret',
      { handoff: { secrets: ['another secret that is long enough'], origin: PAY } },
    ],
  ])('is none for %s', async (_name, pay) => {
    const { here, there } = await open(pay);
    expect(await codeOf(there.fetch(await leave(here)))).toBe('ADMISSION_INVALID');
    expect(there.cookies.size).toBe(0);
  });

  it('is not looked at by a site that takes none', async () => {
    const { here, there } = await open({ handoff: { secrets: [BOTH] } });
    expect(await codeOf(there.fetch(await leave(here)))).toBe('ADMISSION_REQUIRED');
  });

  it('keeps a good session and cleans the URL when it is worth nothing', async () => {
    const { here, there } = await open();
    await there.visit(await leave(here));
    const again = await there.visit('/pay?fanfare_handoff=damaged&cart=2');
    expect([again.status, again.headers.location]).toEqual([303, '/pay?cart=2']);
    expect((await there.visit('/pay')).status).toBe(200);
  });

  it('opens by either secret while they are rotated', async () => {
    const newer = 'a newer secret that both domains know';
    const { here, there } = await open({ handoff: { secrets: [newer, BOTH], origin: PAY } });
    expect((await there.visit(await leave(here))).status).toBe(303);
  });
});

describe('the admission, once a link was made', () => {
  it('is refused for orders here until the link has lapsed unused', async () => {
    const { here, there } = await open();
    const link = await leave(here);
    const refused = await here.post('/order', {});
    expect([refused.status, refused.json()['code']]).toEqual([409, 'ADMISSION_IN_USE']);
    await clock.advance(MINUTE + 6_000);
    expect(await codeOf(there.fetch(link))).toBe('ADMISSION_INVALID');
    expect((await here.post('/order', {})).status).toBe(200);
    expect(stage.events.map(({ type }) => type)).not.toContain('claim.unresolved');
  });

  it('lapses without asking for an order that nobody began', async () => {
    await closeStages();
    ledger = memoryLedger({ clock });
    const findOrder = jest.fn(() => undefined);
    stage = await openShop(ledger, clock, { findOrder });
    const { here } = await open();
    // After the last sweep, which comes every minute, and over before the next one.
    await clock.advance(30_000);
    await leave(here);
    await clock.advance(MINUTE + 6_000);
    expect((await here.post('/order', {})).status).toBe(200);
    expect(findOrder).not.toHaveBeenCalled();
  });

  it('stays refused for orders here once the link was taken', async () => {
    const { here, there } = await open();
    await there.visit(await leave(here));
    await clock.advance(5 * MINUTE);
    expect(await codeOf(here.post('/order', {}))).toBe('ADMISSION_IN_USE');
    expect((await there.post('/order', {})).status).toBe(200);
  });

  it('stays refused for orders here when the first attempt there came to nothing, whatever becomes of a second link', async () => {
    const { here, there } = await open();
    await there.visit(await leave(here));
    expect((await there.post('/order', {}, { 'X-Pay': 'declined' })).status).toBe(402);
    expect(await codeOf(here.post('/order', {}))).toBe('ADMISSION_IN_USE');
    await leave(here);
    await clock.advance(2 * MINUTE);
    expect(await codeOf(here.post('/order', {}))).toBe('ADMISSION_IN_USE');
    expect((await there.post('/order', {})).status).toBe(200);
  });

  it('stays refused here also after the secret was rotated', async () => {
    const { here, there } = await open();
    await there.visit(await leave(here));
    await there.post('/order', {}, { 'X-Pay': 'declined' });
    const secrets = ['a newer secret that both domains know', BOTH];
    const rotated = stage.another({ ledger, handoff: { secrets, destinations: [PAY] } });
    const shop = await stage.serve('node:http', [
      { path: '/order', use: [rotated.claimAdmission(), showAdmission] },
    ]);
    for (const [name, value] of here.cookies) shop.cookies.set(name, value);
    expect(await codeOf(shop.post('/order', {}))).toBe('ADMISSION_IN_USE');
  });

  it('goes by a second link when the shopper comes back for one, and by the first no more', async () => {
    const { here, there } = await open();
    const [first, second] = [await leave(here), await leave(here)];
    expect(await codeOf(there.fetch(first))).toBe('ADMISSION_INVALID');
    await there.visit(second);
    await there.visit(await leave(here));
    expect((await there.post('/order', {})).json()).toEqual({ superseded: null });
  });

  it('is not handed over a second time while a payment is under way there', async () => {
    const { here, there } = await open();
    await there.visit(await leave(here));
    await there.post('/order', {}, { 'X-Pay': 'elsewhere' });
    expect(await codeOf(here.visit('/leave'))).toBe('ADMISSION_IN_USE');
  });

  it('is not handed over when it is used, or while an order is under way here', async () => {
    const { here } = await open();
    await here.post('/order', {});
    expect(await codeOf(here.visit('/leave'))).toBe('ADMISSION_IN_USE');
    const [row] = await ledger.list({ states: ['pending'], limit: 1 });
    await stage.fanfare.completeAdmission({ id: row!.admission.id }, { orderId: 'order_1' });
    expect(await codeOf(here.visit('/leave'))).toBe('ADMISSION_USED');
  });

  it('is not handed over while a payment of before may still end', async () => {
    await closeStages();
    ledger = memoryLedger({ clock });
    stage = await openShop(ledger, clock, { pendingSeconds: 60 });
    const { here } = await open();
    await here.post('/order', {});
    await clock.advance(2 * MINUTE);
    const answer = await here.visit('/leave');
    expect([answer.status, answer.json()['code']]).toEqual([500, 'ADMISSION_IN_USE']);
  });

  it('ends when it ends: a link gives no more time', async () => {
    const { here, there } = await open();
    await there.visit(await leave(here));
    await clock.advance(3_600_000);
    expect((await there.fetch('/pay')).json()['code']).toBe('ADMISSION_EXPIRED');
  });
});

test('an admission that is over is not handed over', async () => {
  const { here } = await open();
  const expiresInSeconds = 60;
  here.cookies.clear();
  await here.visit(`/checkout?admission_token=${stage.token({ consumerId: 'cons_9', expiresInSeconds })}`);
  let kept: unknown;
  const { fanfare } = stage;
  const shop = await stage.serve('node:http', [
    { use: [fanfare.attachAdmission(), (req, res) => ((kept = req.admission), res.end())] },
  ]);
  for (const [name, value] of here.cookies) shop.cookies.set(name, value);
  await shop.visit('/');
  await clock.advance(65_001);
  await expect(fanfare.createHandoffUrl(kept as never, { url: PAY })).rejects.toMatchObject({
    code: 'ADMISSION_EXPIRED',
  });
});

test('a second link to a session that has ordered leads to the order, with a ledger each', async () => {
  const { here, there } = await open({
    ledger: memoryLedger({ clock }),
    orderUrl: (orderId) => `/orders/${orderId}`,
  });
  await there.visit(await leave(here));
  await there.post('/order', {});
  await there.visit(await leave(here));
  expect((await there.visit('/pay')).headers.location).toBe('/orders/order_1');
});

test('a request without an admission, or without the option, gives no link', async () => {
  const { there } = await open();
  const { fanfare } = stage;
  const bare = { headers: {}, method: 'GET', url: '/' } as never;
  await expect(fanfare.createHandoffUrl(bare, { url: PAY })).rejects.toMatchObject({
    code: 'ADMISSION_REQUIRED',
  });
  await expect(stage.another({}).createHandoffUrl(bare, { url: PAY })).rejects.toThrow('"handoff"');
  expect(there.cookies.size).toBe(0);
});

test('in a rehearsal the shopper who has nothing to hand over goes without a link, and a wrong call still throws', async () => {
  const rehearsing = stage.another({
    mode: 'report',
    handoff: { secrets: [BOTH], destinations: [PAY], origin: PAY },
  });
  const bare = { headers: {}, method: 'GET', url: '/' } as never;
  const url = `${PAY}/pay?cart=1`;
  await expect(rehearsing.createHandoffUrl(bare, { url })).resolves.toBe(url);
  expect(stage.events.at(-1)).toMatchObject({ code: 'ADMISSION_REQUIRED', enforced: false });
  await expect(rehearsing.createHandoffUrl(bare, { url: 'https://evil.example' })).rejects.toThrow(TypeError);
  const there = await stage.serve('Express 5', [{ use: [rehearsing.requireAdmission(), showAdmission] }]);
  const arrived = await there.visit('/pay?fanfare_handoff=damaged');
  expect([arrived.status, arrived.json()]).toEqual([200, { admission: null }]);
});

test.each([
  'https://evil.example/pay',
  'https://pay.example.evil.example',
  'http://pay.example',
  '/pay',
  'pay',
])('a link leads to no other place: %s', async (url) => {
  const bare = { headers: {} } as never;
  await expect(stage.fanfare.createHandoffUrl(bare, { url })).rejects.toThrow('"handoff.destinations"');
});

test.each([0, 601, NaN, '60'])('expiresInSeconds is not %p', async (expiresInSeconds) => {
  const asked = stage.fanfare.createHandoffUrl({ headers: {} } as never, {
    url: PAY,
    expiresInSeconds: expiresInSeconds as number,
  });
  await expect(asked).rejects.toThrow('"expiresInSeconds"');
});

test.each<readonly [string, unknown]>([
  ['"handoff.secrets"', { secrets: ['short'] }],
  [
    '"handoff.secrets" must not hold a session secret',
    { secrets: ['a session secret for tests, long enough'] },
  ],
  ['"handoff.destinations" must be a list', { secrets: [BOTH], destinations: PAY }],
  ['"handoff.destinations" must be an exact origin', { secrets: [BOTH], destinations: [`${PAY}/`] }],
  [
    '"handoff.destinations" must be an exact origin',
    { secrets: [BOTH], destinations: ['http://pay.example'] },
  ],
  ['"handoff.destinations" must be an exact origin', { secrets: [BOTH], destinations: ['*'] }],
  ['"handoff.origin" must be an exact origin', { secrets: [BOTH], origin: 'pay.example' }],
  ['knows no option "audience"', { secrets: [BOTH], audience: PAY }],
])('createFanfare says %s', (text, handoff) => {
  expect(() => stage.another({ handoff: handoff as never })).toThrow(text);
});
