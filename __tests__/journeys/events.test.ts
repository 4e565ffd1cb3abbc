/** Every event there is, brought about through the public interface; and that each also goes out on the channel. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import Database from 'better-sqlite3';
import { createEmulator } from '../../lib/emulator/index.js';
import { type FanfareEvent, type Ledger, memoryLedger, type OfflineVerifier } from '../../lib/index.js';
import { offlineVerifier } from '../../lib/jwks/index.js';
import { sqliteReservations } from '../../lib/reservations/index.js';
import { declaredEvents } from '../support/declared-events.js';
import { type Browser, type Handler, until } from '../support/shop.js';
import { closeStages } from '../support/servers.js';
import { AWAY, openTimedShop, type TimedShop, Waiting } from '../support/timed-shop.js';
import { POSTED_STORIES } from './posted-stories.js';
import { admissionOf, reach, type Story, type Type } from './story.js';

const AWAY_FAULT = { on: 'validate', kind: 'status', status: 503 } as const;
const DROP = { distributionId: 'queue_1', distributionType: 'queue' } as const;
const HOUR = 3_600_000;
const PAY = 'https://pay.example';
const LENIENT = {
  distributionIds: ['queue_1'],
  onFanfareUnavailable: { page: 'allow-unverified', order: 'allow-unverified' },
  maxUnverified: 9,
} as const;

const byForm: Handler = async (req, res, fanfare) => {
  if (req.body?.['do'] === 'order') {
    await fanfare.completeAdmission(req, { orderId: `order_${req.admission!.id}`, amount: 'a lot' });
    res.end('ordered');
  } else if (req.body?.['do'] === 'pay') {
    await fanfare.deferAdmission(req, { reference: 'payment_1' });
    res.writeHead(303, { Location: '/pay' }).end();
  } else res.writeHead(422).end();
};

async function order(shop: TimedShop): Promise<Browser> {
  const browser = await shop.admitted();
  await browser.submit('/checkout', { do: 'order' });
  return browser;
}

async function cold(shop: TimedShop, token?: string): Promise<void> {
  const headers = { 'X-Fanfare-Admission': token ?? shop.emulator.mint(DROP).token };
  await fetch(`${shop.origin}/checkout`, { headers });
}

function ledgerThat(replaced: Partial<Ledger>): Ledger {
  return Object.assign(memoryLedger(), replaced);
}

const STORIES: Readonly<Record<string, Story>> = {
  'a shopper pays elsewhere, gives up, comes back and buys': {
    brings: [
      ...(['admission.attached', 'admission.claimed', 'claim.deferred', 'claim.pending'] as const),
      ...(['claim.superseded', 'claim.released', 'completion.recorded'] as const),
      ...(['completion.field_left_out', 'completion.delivered'] as const),
    ],
    tell: async (shop) => {
      const browser = await shop.admitted();
      await browser.submit('/checkout', { do: 'pay' });
      await browser.submit('/checkout', { do: 'nothing' });
      await browser.submit('/checkout', { do: 'order' });
      await reach(shop, 'completion.delivered');
    },
  },
  'somebody comes without a token': {
    brings: ['admission.refused'],
    tell: async (shop) => {
      await fetch(`${shop.origin}/checkout`);
    },
  },
  'another process takes an attempt over': {
    brings: ['claim.lost'],
    onSubmit: async (req, res, fanfare) => {
      const { id: admissionId, attempt } = req.admission!;
      await theLedger.settle({ admissionId, attemptId: attempt!.id }, { to: 'free' });
      await fanfare.assertClaim(req).catch(() => res.writeHead(409).end());
    },
    tell: async (shop) => {
      theLedger = shop.ledger;
      await (await shop.admitted()).submit();
    },
  },
  'a handler never ends, and nobody knows whether it made an order': {
    brings: ['claim.unresolved', 'order.lookup_failed'],
    options: { maxClaimSeconds: 1, findOrder: () => Promise.reject(new Error('no database')) },
    onSubmit: (...given) => handler.handler(...given),
    tell: async (shop) => {
      handler = new Waiting();
      const submit = (await shop.admitted()).submit();
      await until(() => handler.runs.length === 1);
      await reach(shop, 'claim.unresolved');
      await reach(shop, 'order.lookup_failed', 10_000);
      handler.runs[0]!.res.end();
      await submit;
    },
  },
  'Fanfare refuses an order for an hour, and an operator decides': {
    brings: [
      ...(['completion.retry', 'completion.overdue', 'completion.dead'] as const),
      ...(['completion.rescheduled', 'completion.discarded'] as const),
    ],
    tell: async (shop) => {
      shop.emulator.faults.set({ on: 'complete', kind: 'status', status: 422 });
      await order(shop);
      await reach(shop, 'completion.dead', 60_000);
      const [dead] = await shop.fanfare.completions.list({ states: ['dead'] });
      await shop.fanfare.completions.retry(dead!.admissionId);
      const isDead = async () => (await shop.fanfare.completions.list({ states: ['dead'] })).length === 1;
      await until(async () => {
        await shop.clock.advance(60_000);
        return isDead();
      });
      await shop.fanfare.completions.discard(dead!.admissionId);
    },
  },
  'Fanfare takes no order until its key is right': {
    brings: ['deliveries.paused', 'deliveries.resumed'],
    tell: async (shop) => {
      shop.emulator.faults.set({ on: 'complete', kind: 'status', status: 401 });
      await order(shop);
      await reach(shop, 'deliveries.paused');
      shop.emulator.faults.clear();
      await reach(shop, 'deliveries.resumed', 10_000);
    },
  },
  'Fanfare is away, and comes back': {
    brings: ['fanfare.unavailable', 'fanfare.recovered'],
    tell: async (shop) => {
      shop.emulator.faults.set(AWAY_FAULT);
      for (let number = 0; number < 20; number += 1) await cold(shop);
      shop.emulator.faults.clear();
      await until(async () => {
        await shop.clock.advance(5_000);
        await cold(shop);
        return shop.said().includes('fanfare.recovered');
      });
    },
  },
  'Fanfare does not know the secret key': {
    brings: ['fanfare.misconfigured'],
    tell: async (shop) => {
      shop.emulator.faults.set({ on: 'validate', kind: 'status', status: 401 });
      await cold(shop);
    },
  },
  'shoppers are let in unchecked, and asked about later': {
    brings: ['admission.unverified', 'admission.unverified_confirmed', 'admission.unverified_refused'],
    options: LENIENT,
    tell: async (shop) => {
      shop.emulator.faults.set(AWAY_FAULT);
      await cold(shop);
      shop.emulator.faults.clear();
      await reach(shop, 'admission.unverified_confirmed', 5_000);
      shop.emulator.faults.set(AWAY_FAULT);
      await cold(shop);
      shop.emulator.faults.clear();
      shop.emulator.faults.set({ on: 'validate', kind: 'status', status: 404 });
      await reach(shop, 'admission.unverified_refused', 5_000);
    },
  },
  'a shopper goes on to the checkout of another domain': {
    brings: ['handoff.created'],
    options: { handoff: { secrets: ['a secret that both of the domains know'], destinations: [PAY] } },
    onSubmit: async (req, res, fanfare) => {
      await fanfare.releaseAdmission(req);
      const url = await fanfare.createHandoffUrl(req, { url: `${PAY}/checkout` });
      res.writeHead(303, { Location: url }).end();
    },
    tell: async (shop) => {
      await (await shop.admitted()).submit();
    },
  },
  'a payment ends too late, and the order is refunded and cancelled': {
    brings: ['payment.late', 'order.refunded', 'order.cancelled'],
    options: { latePayment: 'refund' },
    tell: async (shop) => {
      const browser = await shop.admitted();
      const { id, expiresAt } = await admissionOf(browser);
      await browser.submit('/checkout', { do: 'pay' });
      await shop.clock.advance(expiresAt! - shop.clock.now() + HOUR);
      await shop.fanfare.completeAdmission({ id }, { orderId: 'order_1' });
      await shop.fanfare.recordCancellation('order_1', { kind: 'refunded', reference: 'refund_1' });
      await shop.fanfare.recordCancellation('order_1', { kind: 'cancelled' });
    },
  },
  'a browser holds more attempts than its cookies can': {
    brings: ['session.overflow'],
    tell: async (shop) => {
      const browser = await shop.admitted();
      for (let number = 2; !shop.said().includes('session.overflow'); number += 1) {
        await browser.submit('/checkout', { do: 'pay' });
        await shop.clock.advance(1_000);
        const { token } = shop.emulator.mint({ ...DROP, distributionId: `queue_${String(number)}` });
        await browser.visit(`/checkout?admission_token=${token}`);
      }
    },
  },
  'one client tries token after token': {
    brings: ['clients.limited'],
    options: { coldValidationsPerMinute: 1 },
    tell: async (shop) => {
      for (const token of ['a_made_up_token', 'another_made_up_token']) {
        await fetch(`${shop.origin}/checkout?consumer_id=c&distribution_id=queue_1&distribution_type=queue`, {
          headers: { 'X-Fanfare-Admission': token },
        });
      }
    },
  },
  'a token is forged': {
    brings: ['signature.refused'],
    options: { offlineVerifier: { verify: () => Promise.resolve('forged') } },
    tell: (shop) => cold(shop),
  },
  'a verifier fails': {
    brings: ['signature.unchecked'],
    options: { offlineVerifier: { verify: () => Promise.reject(new Error('no')) } },
    tell: (shop) => cold(shop),
  },
  'keys are fetched, and once more in vain': {
    brings: ['keys.refreshed', 'keys.unavailable'],
    options: {
      offlineVerifier: { verify: () => Promise.resolve('unknown'), ready: (at) => verifier.ready!(at) },
    },
    tell: async (shop) => {
      const emulator = createEmulator();
      const { url } = await emulator.listen();
      verifier = offlineVerifier({ jwksUrl: `${url}/.well-known/jwks.json` });
      // On a busy machine the first answer may be too late.
      await until(async () => {
        await shop.fanfare.ready();
        await shop.clock.advance(10_000);
        return shop.said().includes('keys.refreshed');
      });
      verifier = offlineVerifier({ jwksUrl: `${url}/nowhere` });
      await shop.fanfare.ready().catch(() => undefined);
      await emulator.close();
    },
  },
  'the ledger is away, and comes back': {
    brings: ['ledger.unavailable', 'ledger.recovered'],
    tell: async (shop) => {
      const browser = await shop.admitted();
      const find = shop.ledger.find.bind(shop.ledger);
      shop.ledger.find = AWAY;
      await browser.submit();
      shop.ledger.find = find;
      await browser.submit();
    },
  },
  'a ledger has a warning, and deletes old rows': {
    brings: ['ledger.unsafe', 'ledger.purged'],
    options: {
      ledger: ledgerThat({
        open: () => Promise.resolve(['It may lose orders.']),
        purge: () => Promise.resolve(3),
      }),
    },
    tell: (shop) => reach(shop, 'ledger.purged'),
  },
  'a rehearsal with a set-up that is not right yet': {
    brings: ['mode.report_only', 'doctor.finding'],
    options: { mode: 'report', doctor: true, session: { secrets: ['a'.repeat(40)], insecure: true } },
    tell: (shop) => reach(shop, 'doctor.finding'),
  },
  ...POSTED_STORIES,
};

let handler: Waiting;
let theLedger: Ledger;
let verifier: OfflineVerifier;
let shop: TimedShop | undefined;

afterEach(async () => {
  await closeStages();
  await shop?.close();
  shop = undefined;
});

describe.each(Object.entries(STORIES))('%s', (_name, { brings, options = {}, onSubmit = byForm, tell }) => {
  test(`says ${brings.join(', ')}, and the channel says the same`, async () => {
    const published: unknown[] = [];
    const listener = (event: unknown): unknown => published.push(event);
    subscribe('express-fanfare:event', listener);
    shop = await openTimedShop({ options, onSubmit });
    await tell(shop);
    unsubscribe('express-fanfare:event', listener);
    expect(shop.said()).toEqual(expect.arrayContaining([...brings]));
    expect(published).toEqual(shop.events);
    for (const { message } of shop.events) expect(message).toMatch(/^[A-Z"].*\.$/s);
  });
});

const OF_STOCK: readonly Type[] = [
  ...(['reservation.held', 'reservation.converted', 'reservation.released'] as const),
  ...(['reservation.expired', 'reservation.difference', 'reservation.sweep_failed'] as const),
];

describe('stock is kept for shoppers', () => {
  let database: Database.Database;
  const stock = { table: 'stock', item: 'sku', quantity: 'available' };
  const lines = [
    { item: 'lamp', quantity: 1 },
    { item: 'shade', quantity: 2 },
  ];
  const published: FanfareEvent[] = [];
  const listener = (event: unknown): unknown => published.push(event as FanfareEvent);

  beforeEach(async () => {
    shop = await openTimedShop({ onSubmit: byForm });
    database = new Database(':memory:');
    database.exec(
      `CREATE TABLE stock (sku text PRIMARY KEY, available integer); INSERT INTO stock VALUES ('lamp', 9), ('shade', 9)`,
    );
    published.length = 0;
    subscribe('express-fanfare:event', listener);
  });
  afterEach(() => {
    unsubscribe('express-fanfare:event', listener);
    database.close();
  });

  test(`which says ${OF_STOCK.join(', ')} as the instance says everything`, async () => {
    const { clock, fanfare, ledger } = shop!;
    const reservations = sqliteReservations({ database, fanfare, stock, clock });
    const [buys, leaves] = [
      await admissionOf(await shop!.admitted()),
      await admissionOf(await shop!.admitted()),
    ];
    for (const admission of [buys, leaves]) await reservations.hold(admission, lines);
    await reservations.convert(buys, { orderId: 'order_1', lines: [{ item: 'lamp', quantity: 1 }] });
    await reservations.reconcile();
    await clock.advance(leaves.expiresAt! - clock.now() + HOUR);
    const find = ledger.find.bind(ledger);
    ledger.find = AWAY;
    await reservations.sweep();
    ledger.find = find;
    await reservations.sweep();
    const heard = shop!.events.filter(({ type }) => OF_STOCK.includes(type));
    expect(new Set(heard.map(({ type }) => type))).toEqual(new Set(OF_STOCK));
    for (const { message } of heard) expect(message).toMatch(/^[A-Z0-9].*\.$/s);
    expect(published).toEqual(shop!.events);
  });

  test('in a process without an instance the channel hears it, and the listener', async () => {
    const heard: FanfareEvent[] = [];
    const onEvent = (event: FanfareEvent): unknown => heard.push(event);
    const { clock, ledger, events } = shop!;
    const reservations = sqliteReservations({ database, ledger, stock, clock, onEvent });
    const before = events.length;
    await reservations.hold({ id: 'a' }, lines);
    await reservations.release({ id: 'a' });
    expect(heard.map(({ type }) => type)).toEqual([
      ...['reservation.held', 'reservation.held', 'reservation.released', 'reservation.released'],
    ]);
    expect([published, events.length]).toEqual([heard, before]);
  });
});

test('no event is without a story', () => {
  const brought = [...Object.values(STORIES).flatMap(({ brings }) => brings), ...OF_STOCK];
  expect([...new Set(brought)].sort()).toEqual([...declaredEvents().keys()].sort());
});

test('a page load with a session says nothing, to nobody', async () => {
  const published: unknown[] = [];
  const listener = (event: unknown): unknown => published.push(event);
  shop = await openTimedShop({ onSubmit: byForm });
  const browser = await shop.admitted();
  const before = shop.events.length;
  subscribe('express-fanfare:event', listener);
  for (let visit = 0; visit < 3; visit += 1) expect((await browser.visit('/checkout')).status).toBe(200);
  unsubscribe('express-fanfare:event', listener);
  expect([shop.events.length, published.length]).toEqual([before, 0]);
});
