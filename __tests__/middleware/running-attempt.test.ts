/** A ledger that is slow or away while an attempt runs, and what is said of it. */
import type { Handler } from '../support/shop.js';
import { until } from '../support/shop.js';
import { AWAY, openTimedShop, stall, type TimedShop, Waiting } from '../support/timed-shop.js';

let shop: TimedShop;
let waiting: Waiting;

afterEach(() => shop.close());

const decline: Handler = (_req, res) => res.writeHead(402).end();

/** One submit whose handler is waiting. */
async function running(): Promise<{ readonly id: string; readonly answer: Promise<Response> }> {
  waiting = new Waiting();
  shop = await openTimedShop({ onSubmit: waiting.handler });
  const answer = (await shop.admitted()).submit();
  await until(() => waiting.runs.length === 1);
  return { id: waiting.runs[0]!.admission.id, answer };
}

async function stateOf(id: string): Promise<string | undefined> {
  return (await shop.ledger.find(id))?.state;
}

/** Another process takes the place of the waiting attempt. */
async function takeOver(): Promise<void> {
  const { attempt, ...admission } = waiting.runs[0]!.admission;
  await shop.ledger.settle({ admissionId: admission.id, attemptId: attempt!.id }, { to: 'free' });
  const taken = await shop.ledger.claim({
    admission,
    tokenHash: 'other',
    sidHash: 'other',
    attemptId: 'other',
    owner: 'other',
    leaseMs: 1_000_000,
    supersede: false,
    takeUnresolved: false,
  });
  expect(taken.outcome).toBe('claimed');
}

test('renewals that fail are tried again, and the attempt goes on', async () => {
  const { id, answer } = await running();
  const renew = shop.ledger.renew.bind(shop.ledger);
  shop.ledger.renew = AWAY;
  await shop.clock.advance(85_000);
  expect(shop.said().filter((type) => type === 'ledger.unavailable')).toHaveLength(2);
  shop.ledger.renew = renew;
  await shop.clock.advance(200_000);
  expect(await stateOf(id)).toBe('active');
  expect(waiting.runs[0]!.admission.attempt!.signal.aborted).toBe(false);
  waiting.runs[0]!.res.writeHead(402).end();
  await answer;
  expect(await stateOf(id)).toBe('free');
});

test('an answer goes out although its outcome could not be written down, which is tried again', async () => {
  const { id, answer } = await running();
  const settle = shop.ledger.settle.bind(shop.ledger);
  shop.ledger.settle = AWAY;
  waiting.runs[0]!.res.writeHead(402).end();
  expect((await answer).status).toBe(402);
  await shop.clock.advance(4_000);
  expect(await stateOf(id)).toBe('active');
  shop.ledger.settle = settle;
  await shop.clock.advance(2_000);
  expect(await stateOf(id)).toBe('free');
  expect(shop.said()).toContain('claim.released');
});

test('an outcome that is written down after its time-out is no lost claim', async () => {
  const { id, answer } = await running();
  const settles = stall(shop.ledger, 'settle');
  waiting.runs[0]!.res.writeHead(402).end();
  await until(() => settles.length === 1);
  await shop.clock.advance(4_000);
  expect((await answer).status).toBe(402);
  expect(settles).toHaveLength(2);
  await settles[0]!();
  await settles[1]!();
  await shop.clock.advance(0);
  expect(await stateOf(id)).toBe('free');
  expect(shop.said()).not.toContain('claim.lost');
});

test('an order that another process recorded while the handler ran is no lost claim', async () => {
  const { id, answer } = await running();
  await shop.ledger.complete({ target: { by: 'id', id }, order: { orderId: 'order_1' } });
  waiting.runs[0]!.res.end('bought');
  await answer;
  await shop.clock.advance(0);
  expect(shop.said()).not.toContain('claim.lost');
});

test('an attempt that lost its claim before it answered says so, and changes nothing', async () => {
  const { id, answer } = await running();
  await takeOver();
  waiting.runs[0]!.res.writeHead(402).end();
  await answer;
  await until(() => shop.said().includes('claim.lost'));
  expect(await shop.ledger.find(id)).toMatchObject({ state: 'active', attempt: { id: 'other' } });
});

test('assertClaim that finds another attempt tells the handler by the signal, too', async () => {
  const lost: unknown[] = [];
  let proceed = (): void => undefined;
  const paused = new Promise<void>((resolve) => (proceed = resolve));
  waiting = new Waiting();
  shop = await openTimedShop({
    onSubmit: async (req, res, fanfare) => {
      await waiting.handler(req, res, fanfare);
      await paused;
      await fanfare.assertClaim(req).catch((error: unknown) => lost.push(error));
      res.writeHead(409).end();
    },
  });
  const answer = (await shop.admitted()).submit();
  await until(() => waiting.runs.length === 1);
  await takeOver();
  proceed();
  expect((await answer).status).toBe(409);
  expect(lost).toMatchObject([{ code: 'CLAIM_LOST', status: 409 }]);
  expect(waiting.runs[0]!.admission.attempt!.signal.aborted).toBe(true);
  expect(shop.said()).toContain('claim.lost');
});

test('assertClaim lets nothing through while the ledger is away', async () => {
  shop = await openTimedShop({
    onSubmit: async (req, res, fanfare) => {
      shop.ledger.renew = AWAY;
      await fanfare.assertClaim(req);
      res.end('charged');
    },
  });
  expect((await (await shop.admitted()).submit()).status).toBe(503);
});

test('assertClaim holds again after a pause that outlasted the lease, as long as nobody took over', async () => {
  let proceed = (): void => undefined;
  const paused = new Promise<void>((resolve) => (proceed = resolve));
  waiting = new Waiting();
  shop = await openTimedShop({
    onSubmit: async (req, res, fanfare) => {
      await waiting.handler(req, res, fanfare);
      await paused;
      await fanfare.assertClaim(req);
      res.writeHead(402).end();
    },
  });
  const renew = shop.ledger.renew.bind(shop.ledger);
  shop.ledger.renew = AWAY;
  const answer = (await shop.admitted()).submit();
  await until(() => waiting.runs.length === 1);
  await shop.clock.advance(130_000);
  expect(await stateOf(waiting.runs[0]!.admission.id)).toBe('unresolved');
  shop.ledger.renew = renew;
  proceed();
  expect((await answer).status).toBe(402);
});

describe('releaseAdmission', () => {
  test('that could not be written down rejects, and is tried again', async () => {
    shop = await openTimedShop({
      onSubmit: async (req, res, fanfare) => {
        const settle = shop.ledger.settle.bind(shop.ledger);
        shop.ledger.settle = AWAY;
        const released = fanfare.releaseAdmission(req);
        await expect(released).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
        shop.ledger.settle = settle;
        await decline(req, res, fanfare);
      },
    });
    expect((await (await shop.admitted()).submit()).status).toBe(402);
    await shop.clock.advance(2_000);
    expect(await shop.ledger.list({ states: ['free'], limit: 5 })).toHaveLength(1);
  });

  test('gives a pending attempt back long after its handler has answered, once', async () => {
    const { id, answer } = await running();
    const { res, admission } = waiting.runs[0]!;
    res.writeHead(303, { Location: 'https://pay.example/1' }).end();
    await answer;
    expect(await stateOf(id)).toBe('pending');
    expect(await shop.fanfare.releaseAdmission(admission)).toBe(true);
    expect(await stateOf(id)).toBe('free');
    expect(await shop.fanfare.releaseAdmission(admission)).toBe(false);
    expect(shop.said()).not.toContain('claim.lost');
  });

  test('gives nothing back when another attempt took over', async () => {
    const { id, answer } = await running();
    await takeOver();
    expect(await shop.fanfare.releaseAdmission(waiting.runs[0]!.admission)).toBe(false);
    expect(await stateOf(id)).toBe('active');
    waiting.runs[0]!.res.end();
    await answer;
  });
});

test('after maxClaimSeconds nothing undoes what another attempt has done', async () => {
  const { id, answer } = await running();
  await takeOver();
  shop.ledger.renew = AWAY;
  await shop.clock.advance(600_000);
  expect(await stateOf(id)).toBe('active');
  expect(waiting.runs[0]!.admission.attempt!.signal.aborted).toBe(true);
  expect(shop.said().filter((type) => type === 'claim.lost')).toHaveLength(1);
  waiting.runs[0]!.res.end();
  await answer;
});

test('a pending attempt waits for its payment until the grace of its admission ends, and no longer', async () => {
  shop = await openTimedShop({ onSubmit: (_req, res) => res.end('off to payment') });
  const browser = await shop.admitted({ expiresInSeconds: 60 });
  await browser.submit();
  const [row] = await shop.ledger.list({ states: ['pending'], limit: 1 });
  expect(row).toMatchObject({ pendingUntil: row!.admission.expiresAt! + 900_000 });
});

test('an attempt that takes over an unresolved one finds its reference, and the events say so', async () => {
  waiting = new Waiting();
  shop = await openTimedShop({
    options: { pendingSeconds: 60 },
    onSubmit: async (req, res, fanfare) => {
      await waiting.handler(req, res, fanfare);
      await fanfare.deferAdmission(req, { reference: `pay_${String(waiting.runs.length)}` });
      res.end('off to payment');
    },
  });
  const browser = await shop.admitted();
  await browser.submit();
  await shop.clock.advance(60_000);
  await browser.submit();
  expect(waiting.runs[1]!.admission.superseded).toMatchObject({ number: 1, reference: 'pay_1' });
  const claims = shop.events.filter(({ type }) => /^(claim\.unresolved|admission\.claimed)$/.test(type));
  expect(claims).toMatchObject([
    { type: 'admission.claimed', attempt: 1 },
    { type: 'claim.unresolved', attempt: 1 },
    { type: 'admission.claimed', attempt: 2, superseded: 1 },
  ]);
});
