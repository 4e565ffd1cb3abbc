import type { ServerResponse } from 'node:http';
import { createEmulator } from '../../lib/emulator/index.js';
import type { Order } from '../../lib/index.js';
import { Browser, openShop, type Handler, type Shop, type ShopSetup, until } from '../support/shop.js';

let shop: Shop;
let orders: Order[];

const DROP = { distributionId: 'queue_1', distributionType: 'queue' } as const;

afterEach(() => shop.close());

async function open(onSubmit: Handler, setup: Omit<ShopSetup, 'onSubmit'> = {}): Promise<Shop> {
  orders = [];
  shop = await openShop({ onSubmit, ...setup });
  return shop;
}

const placeOrder: Handler = async (req, res, fanfare) => {
  const order = { orderId: `order_${String(orders.length + 1)}`, amount: '129.00', currency: 'EUR' };
  orders.push(order);
  await fanfare.completeAdmission(req, order);
  json(res, 201, { orderId: order.orderId, admission: req.admission });
};

const toPayment: Handler = (_req, res) => res.writeHead(303, { Location: 'https://pay.example/1' }).end();

function json(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}

function validations(): number {
  return shop.emulator.requests().filter(({ path }) => path.includes('validate')).length;
}

async function rowIs(state: 'free' | 'pending' | 'delivered'): Promise<boolean> {
  return (await shop.ledger.list({ states: [state], limit: 5 })).length === 1;
}

async function sessionsOf(browser: Browser): Promise<readonly { id: string; distributionId: string }[]> {
  const answer = await browser.send('/fanfare/session');
  return ((await answer.json()) as { admissions: { id: string; distributionId: string }[] }).admissions;
}

/** Two browsers that hold the same admission. */
async function twoBrowsers(): Promise<readonly [Browser, Browser]> {
  const { token } = shop.emulator.mint(DROP);
  const browsers = [new Browser(shop.origin), new Browser(shop.origin)] as const;
  for (const browser of browsers) await browser.visit(`/checkout?admission_token=${token}`);
  return browsers;
}

describe('one admission buys one order', () => {
  test('the submit validates afresh, claims, completes, and Fanfare hears of it', async () => {
    await open(placeOrder);
    const browser = await shop.admitted();
    const before = validations();
    const answer = await browser.submit();
    expect(answer.status).toBe(201);
    const { admission } = await bodyOf(answer);
    expect(admission).toMatchObject({ verifiedBy: 'fanfare', attempt: { number: 1 } });
    expect(validations()).toBe(before + 1);
    await until(() => rowIs('delivered'));
    expect(shop.emulator.admissions()[0]).toMatchObject({ state: 'completed' });
    const types = shop.events.map(({ type }) => type);
    for (const type of [
      'admission.attached',
      'admission.claimed',
      'completion.recorded',
      'completion.delivered',
    ]) {
      expect(types).toContain(type);
    }
  });

  test('a repeated submit gets ADMISSION_USED with the order, in the session that made it', async () => {
    await open(placeOrder);
    const browser = await shop.admitted();
    await browser.submit();
    const again = await browser.submit();
    expect(again.status).toBe(409);
    expect(await bodyOf(again)).toMatchObject({ code: 'ADMISSION_USED', orderId: 'order_1' });
    expect(orders).toHaveLength(1);
  });

  test('another browser with the same admission is refused and does not learn the order', async () => {
    await open(placeOrder);
    const [first, second] = await twoBrowsers();
    await first.submit();
    const other = await bodyOf(await second.submit());
    expect(other).toMatchObject({ code: 'ADMISSION_USED' });
    expect(other).not.toHaveProperty('orderId');
  });

  test('a refresh of the finished checkout leads to the order', async () => {
    await open(placeOrder);
    const browser = await shop.admitted();
    await browser.submit();
    const page = await browser.visit('/checkout');
    expect([page.status, page.headers.get('location')]).toEqual([303, '/orders/order_1']);
  });

  test('a form sent again by navigation gets a page with a link to the order, not a redirect', async () => {
    await open(placeOrder);
    const browser = await shop.admitted();
    await browser.submit();
    const headers = { 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Site': 'same-origin' };
    const again = await browser.submit('/checkout', {}, { headers });
    expect(again.status).toBe(409);
    expect(await again.text()).toContain('href="/orders/order_1"');
  });

  test('fifty submits at once make one order', async () => {
    await open(placeOrder);
    const browser = await shop.admitted();
    const answers = await Promise.all(Array.from({ length: 50 }, () => browser.submit()));
    expect(orders).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
  });

  test('a cold token in the body claims with one validation, and the ledger answers its repetition', async () => {
    await open(placeOrder);
    const fields = { admissionToken: shop.emulator.mint(DROP).token };
    expect((await new Browser(shop.origin).submit('/checkout', fields)).status).toBe(201);
    expect(validations()).toBe(1);
    const again = await new Browser(shop.origin).submit('/checkout', fields);
    expect(await bodyOf(again)).toMatchObject({ code: 'ADMISSION_USED' });
    expect(validations()).toBe(1);
  });

  test('a self-made token learns nothing from the ledger', async () => {
    await open(placeOrder);
    const { token } = shop.emulator.mint(DROP);
    await new Browser(shop.origin).submit('/checkout', { admissionToken: token });
    const forged = `${token.slice(0, token.lastIndexOf('.'))}.AAAA`;
    const answer = await new Browser(shop.origin).submit('/checkout', { admissionToken: forged });
    expect(await bodyOf(answer)).toMatchObject({ code: 'ADMISSION_INVALID' });
  });
});

describe('attempts', () => {
  test('a declined payment gives the claim back, and the shopper retries', async () => {
    let declines = 1;
    await open(async (req, res, fanfare) => {
      if (declines-- > 0) json(res, 402, {});
      else await placeOrder(req, res, fanfare);
    });
    const browser = await shop.admitted();
    expect((await browser.submit()).status).toBe(402);
    expect(await rowIs('free')).toBe(true);
    expect((await browser.visit('/checkout')).status).toBe(200);
    expect((await browser.submit()).status).toBe(201);
  });

  test.each([302, 303])('a %i back to the form gives the claim back', async (status) => {
    await open((_req, res) => res.writeHead(status, { Location: '/checkout' }).end());
    await (await shop.admitted()).submit();
    expect(await rowIs('free')).toBe(true);
  });

  test('off to a payment page is pending; another browser waits, the same session supersedes', async () => {
    const seen: unknown[] = [];
    await open(async (req, res, fanfare) => {
      seen.push(req.admission?.superseded);
      await fanfare.deferAdmission(req, { reference: `pay_${String(seen.length)}` });
      await toPayment(req, res, fanfare);
    });
    const [own, other] = await twoBrowsers();
    expect((await own.submit()).status).toBe(303);
    expect(await rowIs('pending')).toBe(true);
    const refused = await other.submit();
    expect(await bodyOf(refused)).toMatchObject({ code: 'ADMISSION_IN_USE' });
    expect(refused.headers.get('retry-after')).toBe('5');
    expect((await own.submit()).status).toBe(303);
    expect(seen).toEqual([undefined, { number: 1, id: expect.any(String) as string, reference: 'pay_1' }]);
  });

  test("onPending: 'refuse' keeps the pending attempt; the cancel page gives it back", async () => {
    await open(toPayment, { claim: { onPending: 'refuse' } });
    const browser = await shop.admitted();
    await browser.submit();
    expect(await bodyOf(await browser.submit())).toMatchObject({ code: 'ADMISSION_IN_USE' });
    expect(await bodyOf(await browser.send('/cancel'))).toEqual({ released: true });
    expect((await browser.submit()).status).toBe(303);
  });

  test('a webhook completes a pending attempt by the three ids, once', async () => {
    await open(toPayment);
    const browser = await shop.admitted({ consumerId: 'cons_1' });
    await browser.submit();
    const triple = { ...DROP, consumerId: 'cons_1' };
    await shop.fanfare.completeAdmission(triple, { orderId: 'order_9' });
    await shop.fanfare.completeAdmission(triple, { orderId: 'order_9' });
    await expect(shop.fanfare.completeAdmission(triple, { orderId: 'order_10' })).rejects.toMatchObject({
      code: 'ADMISSION_USED',
      orderId: 'order_9',
    });
    expect((await browser.visit('/checkout')).headers.get('location')).toBe('/orders/order_9');
  });

  test('a click that aborts the first submit in mid-handler sees one handler run', async () => {
    let runs = 0;
    let charge = (): void => undefined;
    const charged = new Promise<void>((resolve) => (charge = resolve));
    await open(async (req, res, fanfare) => {
      runs += 1;
      await charged;
      await placeOrder(req, res, fanfare);
    });
    const browser = await shop.admitted();
    const abort = new AbortController();
    const first = browser.submit('/checkout', {}, { signal: abort.signal });
    await until(() => runs === 1);
    abort.abort();
    await expect(first).rejects.toThrow();
    const second = browser.submit();
    charge();
    expect(await bodyOf(await second)).toMatchObject({ code: 'ADMISSION_USED', orderId: 'order_1' });
    expect(runs).toBe(1);
  });

  test('a ledger that fails inside completeAdmission after the order sees no second order', async () => {
    await open(async (req, res, fanfare) => {
      orders.push({ orderId: 'order_1' });
      await fanfare.completeAdmission(req, { orderId: 'order_1' });
      json(res, 201, {});
    });
    const complete = shop.ledger.complete.bind(shop.ledger);
    shop.ledger.complete = () => Promise.reject(new Error('disk full'));
    const browser = await shop.admitted();
    expect((await browser.submit()).status).toBe(503);
    shop.ledger.complete = complete;
    expect(await bodyOf(await browser.submit())).toMatchObject({ code: 'ADMISSION_IN_USE' });
    expect(orders).toHaveLength(1);
    const [held] = await sessionsOf(browser);
    await shop.fanfare.completeAdmission({ id: held!.id }, { orderId: 'order_1' });
    expect(await bodyOf(await browser.submit())).toMatchObject({
      code: 'ADMISSION_USED',
      orderId: 'order_1',
    });
  });

  test('no answer releases a claim whose order exists, and another order is refused', async () => {
    await open(async (req, res, fanfare) => {
      await fanfare.completeAdmission(req, { orderId: 'order_1' });
      const second = fanfare.completeAdmission(req, { orderId: 'order_2' });
      await expect(second).rejects.toMatchObject({ code: 'ADMISSION_USED' });
      json(res, 500, {});
    });
    const browser = await shop.admitted();
    expect((await browser.submit()).status).toBe(500);
    expect(await bodyOf(await browser.submit())).toMatchObject({
      code: 'ADMISSION_USED',
      orderId: 'order_1',
    });
  });

  test('assertClaim passes while the claim is held, and rejects with CLAIM_LOST after', async () => {
    await open(async (req, res, fanfare) => {
      await fanfare.assertClaim(req);
      await fanfare.releaseAdmission(req);
      await expect(fanfare.assertClaim(req)).rejects.toMatchObject({ code: 'CLAIM_LOST', status: 409 });
      json(res, 200, {});
    });
    expect((await (await shop.admitted()).submit()).status).toBe(200);
  });
});

describe('who may submit', () => {
  test.each([
    ['Sec-Fetch-Site', 'cross-site'],
    ['Origin', 'https://evil.example'],
    ['Origin', 'null'],
  ])('a cookie counts for nothing with %s: %s', async (name, value) => {
    await open(placeOrder);
    const browser = await shop.admitted();
    const answer = await browser.submit('/checkout', {}, { headers: { [name]: value } });
    expect(await bodyOf(answer)).toMatchObject({ code: 'ADMISSION_REQUIRED' });
    expect(orders).toHaveLength(0);
  });

  test('a submit names its admission, and a name that fits none is refused', async () => {
    await open(placeOrder);
    const browser = await shop.admitted();
    const { token } = shop.emulator.mint({ distributionId: 'draw_1', distributionType: 'draw' });
    await browser.visit(`/checkout?admission_token=${token}`);
    const held = await sessionsOf(browser);
    expect(held).toHaveLength(2);
    const queue = held.find(({ distributionId }) => distributionId === 'queue_1');
    const named = await browser.submit('/checkout', { fanfare_admission_id: queue!.id });
    expect(await bodyOf(named)).toMatchObject({ admission: { distributionId: 'queue_1' } });
    expect((await browser.submit('/checkout', { fanfare_admission_id: 'nobody' })).status).toBe(403);
    expect((await browser.submit('/checkout', { fanfare_admission_id: '../x' })).status).toBe(400);
  });

  test('Fanfare down: a session validated before goes on by grace, a cold token waits', async () => {
    await open(placeOrder);
    const browser = await shop.admitted();
    const { token } = shop.emulator.mint(DROP);
    shop.emulator.faults.set({ on: 'validate', kind: 'status', status: 500 });
    const cold = await new Browser(shop.origin).submit('/checkout', { admissionToken: token });
    expect(cold.status).toBe(503);
    expect(cold.headers.get('retry-after')).not.toBeNull();
    expect(await bodyOf(await browser.submit())).toMatchObject({ admission: { verifiedBy: 'grace' } });
  });

  test('Fanfare says no at submit: refused, and the unmarked session is forgotten', async () => {
    const emulator = createEmulator();
    const { url } = await emulator.listen();
    await open(placeOrder, { emulator, options: { api: { baseUrl: url } } });
    const browser = await shop.admitted({ consumerId: 'cons_1' });
    await fetch(`${url}/api/queues/queue_1/deny`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: 'Bearer sk_test_emulator' },
      body: JSON.stringify({ consumerId: 'cons_1', reason: 'FRAUD_DETECTED' }),
    });
    expect(await bodyOf(await browser.submit())).toMatchObject({ code: 'ADMISSION_INVALID' });
    expect(browser.cookies()).toBe('');
    await emulator.close();
  });

  test('findOrder settles an attempt whose process died', async () => {
    let asked = 0;
    const findOrder = (): Order => {
      asked += 1;
      return { orderId: 'order_7' };
    };
    await open(placeOrder, { options: { findOrder } });
    const browser = await shop.admitted({ consumerId: 'cons_1' });
    const [held] = await sessionsOf(browser);
    await shop.ledger.claim({
      admission: { ...DROP, id: held!.id, consumerId: 'cons_1' },
      tokenHash: 'gone',
      sidHash: 'gone',
      attemptId: 'dead',
      owner: 'dead',
      leaseMs: 1,
      supersede: true,
      takeUnresolved: false,
    });
    await until(async () => (await shop.ledger.find(held!.id))?.state === 'unresolved');
    expect(await bodyOf(await browser.submit())).toMatchObject({ code: 'ADMISSION_USED' });
    expect(asked).toBe(1);
    expect(orders).toHaveLength(0);
  });
});
