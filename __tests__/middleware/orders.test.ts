/** What handlers and webhooks call: complete, release, defer, assert. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { AdmissionReference } from '../../lib/middleware/orders.js';
import { Browser, type Handler, until } from '../support/shop.js';
import { AWAY, openTimedShop, type TimedShop, Waiting } from '../support/timed-shop.js';

type Submitted = Parameters<Handler>[0];

let shop: TimedShop;

afterEach(() => shop.close());

async function open(onSubmit: Handler): Promise<void> {
  shop = await openTimedShop({ onSubmit });
}

async function rows(state: 'free' | 'active' | 'pending' | 'ordered' | 'delivered'): Promise<number> {
  return (await shop.ledger.list({ states: [state], limit: 5 })).length;
}

const claimsSaid = (): readonly unknown[] =>
  shop.events.flatMap((event) => (event.type === 'completion.recorded' ? [event.claim] : []));

const REFERENCES: readonly (readonly [string, (req: Submitted) => AdmissionReference])[] = [
  ['the request', (req) => req],
  ['its admission', (req) => req.admission!],
  ['a copy of its admission', (req) => ({ ...req.admission! })],
];
const ID_ALONE = ['its id alone', (req: Submitted) => ({ id: req.admission!.id })] as const;

describe.each([...REFERENCES, ID_ALONE])('a handler that names %s', (_name, referenceTo) => {
  test('records its order as the attempt that holds the claim', async () => {
    await open(async (req, res, fanfare) => {
      await fanfare.completeAdmission(referenceTo(req), { orderId: 'order_1' });
      res.end('bought');
    });
    await (await shop.admitted()).submit();
    expect(claimsSaid()).toEqual(['held']);
    expect(shop.said()).not.toContain('claim.lost');
  });

  test('keeps the claim when the order cannot be recorded, whatever it answers', async () => {
    await open(async (req, _res, fanfare) => {
      shop.ledger.complete = AWAY;
      await fanfare.completeAdmission(referenceTo(req), { orderId: 'order_1' });
    });
    expect((await (await shop.admitted()).submit()).status).toBe(503);
    expect(await rows('active')).toBe(1);
  });
});

describe.each(REFERENCES)('a handler that names %s', (_name, referenceTo) => {
  test('gives the claim back while it runs', async () => {
    await open(async (req, res, fanfare) => {
      res.end(String(await fanfare.releaseAdmission(referenceTo(req))));
    });
    expect(await (await (await shop.admitted()).submit()).text()).toBe('true');
    expect(await rows('free')).toBe(1);
  });
});

describe('completeAdmission', () => {
  test('twice at once with the same order records it once', async () => {
    await open(async (req, res, fanfare) => {
      const order = { orderId: 'order_1' };
      await Promise.all([fanfare.completeAdmission(req, order), fanfare.completeAdmission(req, order)]);
      res.end('bought');
    });
    expect((await (await shop.admitted()).submit()).status).toBe(200);
    expect(claimsSaid()).toEqual(['held']);
  });

  test('twice at once with two orders records one, and the other learns which', async () => {
    let outcomes: readonly PromiseSettledResult<unknown>[] = [];
    await open(async (req, res, fanfare) => {
      const complete = (orderId: string) => fanfare.completeAdmission(req, { orderId });
      outcomes = await Promise.allSettled([complete('order_1'), complete('order_2')]);
      res.end('bought');
    });
    await (await shop.admitted()).submit();
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'rejected', reason: { code: 'ADMISSION_USED', orderId: 'order_1' } },
    ]);
  });

  test('after the answer went out records the order of the pending attempt', async () => {
    let completed: Promise<unknown> | undefined;
    await open((req, res, fanfare) => {
      res.once('finish', () => {
        completed = fanfare.completeAdmission(req, { orderId: 'order_1' });
      });
      res.end('thank you');
    });
    await (await shop.admitted()).submit();
    await until(() => completed !== undefined);
    await completed;
    expect(claimsSaid()).toEqual(['pending']);
  });

  test('after the claim was given back still records the order, and says how it stood', async () => {
    await open(async (req, res, fanfare) => {
      await fanfare.releaseAdmission(req);
      await fanfare.completeAdmission(req, { orderId: 'order_1' });
      res.end('bought');
    });
    await (await shop.admitted()).submit();
    expect(claimsSaid()).toEqual(['released']);
  });

  test('after maxClaimSeconds still records the order', async () => {
    const waiting = new Waiting();
    await open(waiting.handler);
    const answer = (await shop.admitted()).submit();
    await until(() => waiting.runs.length === 1);
    await shop.clock.advance(600_000);
    await shop.fanfare.completeAdmission(waiting.runs[0]!.admission, { orderId: 'order_1' });
    expect(claimsSaid()).toEqual(['lapsed']);
    waiting.runs[0]!.res.end();
    await answer;
  });

  test('with a bad order id rejects, and the claim stays: an order exists', async () => {
    await open(async (req, _res, fanfare) => {
      await fanfare.completeAdmission(req, { orderId: '' });
    });
    expect((await (await shop.admitted()).submit()).status).toBe(400);
    expect(await rows('active')).toBe(1);
  });

  test('after a failure may be called again, and ends the attempt', async () => {
    await open(async (req, res, fanfare) => {
      const complete = shop.ledger.complete.bind(shop.ledger);
      shop.ledger.complete = AWAY;
      const order = { orderId: 'order_1' };
      await expect(fanfare.completeAdmission(req, order)).rejects.toMatchObject({
        code: 'LEDGER_UNAVAILABLE',
      });
      expect(await fanfare.releaseAdmission(req)).toBe(false);
      shop.ledger.complete = complete;
      await fanfare.completeAdmission(req, order);
      res.end('bought');
    });
    expect((await (await shop.admitted()).submit()).status).toBe(200);
    expect(claimsSaid()).toEqual(['held']);
  });
});

test('a recorded order ends the renewals', async () => {
  await open(async (req, res, fanfare) => {
    await fanfare.completeAdmission(req, { orderId: 'order_1' });
    res.end('bought');
  });
  await (await shop.admitted()).submit();
  let renewals = 0;
  shop.ledger.renew = () => {
    renewals += 1;
    return Promise.resolve(true);
  };
  await shop.clock.advance(300_000);
  expect(renewals).toBe(0);
});

test('an order that another process records after a failure here is no lost claim', async () => {
  await open(async (req, _res, fanfare) => {
    const complete = shop.ledger.complete.bind(shop.ledger);
    shop.ledger.complete = AWAY;
    const order = { orderId: 'order_1' };
    await fanfare.completeAdmission(req, order).finally(() => (shop.ledger.complete = complete));
  });
  expect((await (await shop.admitted()).submit()).status).toBe(503);
  const [row] = await shop.ledger.list({ states: ['active'], limit: 1 });
  const target = { by: 'id', id: row!.admission.id } as const;
  await shop.ledger.complete({ target, order: { orderId: 'order_1' } });
  await shop.clock.advance(300_000);
  expect(shop.said()).not.toContain('claim.lost');
});

test('an attempt that was superseded has nothing to give back', async () => {
  const waiting = new Waiting();
  await open(async (req, res, fanfare) => {
    await waiting.handler(req, res, fanfare);
    res.end('off to payment');
  });
  const browser = await shop.admitted();
  await browser.submit();
  await browser.submit();
  const [first, second] = waiting.runs.map(({ admission }) => admission);
  expect(await shop.fanfare.releaseAdmission(first!)).toBe(false);
  expect(await rows('pending')).toBe(1);
  expect(await shop.fanfare.releaseAdmission(second!)).toBe(true);
});

describe('the cancel page', () => {
  test('gives nothing back while a handler runs', async () => {
    const waiting = new Waiting();
    await open(waiting.handler);
    const browser = await shop.admitted();
    const answer = browser.submit();
    await until(() => waiting.runs.length === 1);
    expect(await (await browser.send('/cancel')).json()).toEqual({ released: false });
    expect(await rows('active')).toBe(1);
    waiting.runs[0]!.res.end();
    await answer;
  });

  test('gives nothing back that another browser holds, and nothing twice', async () => {
    await open((_req, res) => res.end('off to payment'));
    const { token } = shop.emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' });
    const [browser, other] = [new Browser(shop.origin), new Browser(shop.origin)];
    for (const each of [browser, other]) await each.visit(`/checkout?admission_token=${token}`);
    await browser.submit();
    expect(await (await other.send('/cancel')).json()).toEqual({ released: false });
    expect(await rows('pending')).toBe(1);
    expect(await (await browser.send('/cancel')).json()).toEqual({ released: true });
    expect(await (await browser.send('/cancel')).json()).toEqual({ released: false });
  });

  test('without any admission is told so', async () => {
    await open((_req, res) => res.end());
    expect((await fetch(`${shop.origin}/cancel`)).status).toBe(403);
  });
});

describe('deferAdmission', () => {
  test.each([[''], ['x'.repeat(256)], [7]])('refuses %j as a reference', async (reference) => {
    await open(async (req, res, fanfare) => {
      const deferral = { reference: reference as string };
      await expect(fanfare.deferAdmission(req, deferral)).rejects.toThrow(TypeError);
      res.end();
    });
    expect((await (await shop.admitted()).submit()).status).toBe(200);
  });

  test('rejects with CLAIM_LOST once the attempt is not open any more', async () => {
    await open(async (req, res, fanfare) => {
      await fanfare.releaseAdmission(req);
      const deferral = fanfare.deferAdmission(req, { reference: 'pay_1' });
      await expect(deferral).rejects.toMatchObject({ code: 'CLAIM_LOST' });
      res.end();
    });
    expect((await (await shop.admitted()).submit()).status).toBe(200);
  });

  test('still works after the answer, while the attempt is pending', async () => {
    let deferred: Promise<void> | undefined;
    await open((req, res, fanfare) => {
      res.once('finish', () => {
        deferred = fanfare.deferAdmission(req, { reference: 'pay_1' });
      });
      res.end();
    });
    await (await shop.admitted()).submit();
    await until(() => deferred !== undefined);
    await deferred;
    expect(await shop.ledger.list({ states: ['pending'], limit: 5 })).toMatchObject([
      { attempt: { reference: 'pay_1' } },
    ]);
  });
});

test('without a claim there is nothing to assert or to defer', async () => {
  await open((_req, res) => res.end());
  const req = new IncomingMessage(new Socket());
  await expect(shop.fanfare.assertClaim(req)).rejects.toMatchObject({ code: 'CLAIM_LOST' });
  await expect(shop.fanfare.deferAdmission(req, { reference: 'pay_1' })).rejects.toMatchObject({
    code: 'CLAIM_LOST',
  });
});
