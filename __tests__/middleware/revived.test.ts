/** An attempt that was out of touch with the ledger, and comes back while another process finds out what became of it. */
import { createEmulator, type Emulator } from '../../lib/emulator/index.js';
import { type Ledger, memoryLedger } from '../../lib/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { Browser, openShop, type Shop, until } from '../support/shop.js';
import { AWAY, stall, Waiting } from '../support/timed-shop.js';

const DROP = { distributionId: 'queue_1', distributionType: 'queue' } as const;
const LEASE_SECONDS = 10;

/** A promise in the test's hands. */
class Held {
  asked = 0;
  answer = (): void => undefined;
  readonly #none = new Promise<undefined>((resolve) => {
    this.answer = () => {
      resolve(undefined);
    };
  });

  readonly findOrder = (): Promise<undefined> => {
    this.asked += 1;
    return this.#none;
  };
}

let clock: ManualClock;
let emulator: Emulator;
let url: string;
let ledger: Ledger;
let token: string;
let shops: Shop[];
let charged: string[];
let away: boolean;
let lookup: Held;
let running: Waiting;
let answer: Promise<Response>;
let comesBack: () => void;

/** One of two processes on the same ledger; its handler charges when `assertClaim` lets it. */
async function openProcess(name: string, its: Ledger, mayCharge: Promise<void>): Promise<Shop> {
  const shop = await openShop({
    emulator,
    claim: { leaseSeconds: LEASE_SECONDS },
    options: { clock, ledger: its, findOrder: lookup.findOrder, api: { baseUrl: url } },
    async onSubmit(req, res, fanfare) {
      await mayCharge;
      await fanfare.assertClaim(req);
      charged.push(name);
      await running.handler(req, res, fanfare);
    },
  });
  shops.push(shop);
  return shop;
}

function openOther(): Promise<Shop> {
  return openProcess('other', ledger, Promise.resolve());
}

async function shopperAt(shop: Shop): Promise<Browser> {
  const browser = new Browser(shop.origin);
  await browser.visit(`/checkout?admission_token=${token}`);
  return browser;
}

/** Leaves an attempt whose handler runs on, and whose lease has lapsed because its process cannot reach the ledger. */
beforeEach(async () => {
  clock = new ManualClock(Date.now());
  emulator = createEmulator({ clock });
  ({ url } = await emulator.listen());
  ledger = memoryLedger({ clock });
  token = emulator.mint(DROP).token;
  [shops, charged, away, lookup, running] = [[], [], false, new Held(), new Waiting()];
  const cutOff = new Proxy(ledger, {
    get(target, name): unknown {
      const step = Reflect.get(target, name) as unknown;
      if (typeof step !== 'function') return step;
      return (...given: unknown[]): unknown =>
        away && name !== 'close' ? AWAY() : Reflect.apply(step, target, given);
    },
  });
  const back = new Promise<void>((resolve) => (comesBack = resolve));
  const browser = await shopperAt(await openProcess('first', cutOff, back));
  answer = browser.submit();
  answer.catch(() => undefined);
  await until(async () => (await ledger.list({ states: ['active'], limit: 1 })).length === 1);
  away = true;
  await clock.advance((LEASE_SECONDS + 1) * 1_000);
  expect(await rowState()).toBe('unresolved');
});

afterEach(async () => {
  lookup.answer();
  running.runs.forEach(({ res }) => res.end());
  for (const shop of shops) await shop.close();
  await emulator.close();
});

async function rowState(): Promise<string | undefined> {
  const [row] = await ledger.list({ states: ['free', 'active', 'pending', 'unresolved'], limit: 1 });
  return row?.state;
}

/** The handler that was out of touch asserts its claim and charges; the order is not written down yet. */
async function firstCharges(): Promise<void> {
  away = false;
  comesBack();
  await until(() => charged.length === 1);
  expect(await rowState()).toBe('active');
}

/** Whoever wanted the admission was told that it is in use, and the first order is the only one. */
async function expectOneCharge(second: Promise<Response>): Promise<void> {
  let refused: unknown;
  void second.then(async (response) => (refused = await response.json()));
  await until(() => refused !== undefined || charged.length > 1);
  expect(charged).toEqual(['first']);
  expect(refused).toMatchObject({ code: 'ADMISSION_IN_USE' });
  const [{ admission, res }] = running.runs as [Waiting['runs'][number]];
  await shops[0]!.fanfare.completeAdmission(admission, { orderId: 'order_1' });
  res.end();
  expect((await answer).status).toBe(200);
  const said = shops.flatMap(({ events }) => events.map(({ type }) => type));
  expect(said).not.toContain('claim.released');
  expect(said).not.toContain('claim.lost');
}

test('is not freed by a submit that asked findOrder before', async () => {
  // Without the lead there is no sweep, so it is the submit that asks.
  ledger.lead = () => Promise.resolve({ leads: false });
  const other = await openOther();
  const second = (await shopperAt(other)).submit();
  await until(() => lookup.asked > 0);
  await firstCharges();
  lookup.answer();
  await expectOneCharge(second);
});

test('is not freed by a sweep that asked findOrder before', async () => {
  const other = await openOther();
  const shopper = await shopperAt(other);
  await clock.advance(0);
  await until(() => lookup.asked > 0);
  await firstCharges();
  lookup.answer();
  await clock.advance(0);
  await expectOneCharge(shopper.submit());
});

test("is not freed at the merchant's word that came before", async () => {
  const other = await openOther();
  const [row] = await ledger.list({ states: ['unresolved'], limit: 1 });
  const settle = ledger.settle.bind(ledger);
  const settles = stall(ledger, 'settle');
  const released = other.fanfare.releaseAdmission({ id: row!.admission.id });
  await until(() => settles.length === 1);
  await firstCharges();
  ledger.settle = settle;
  await settles[0]!();
  expect(await released).toBe(false);
  expect(await rowState()).toBe('active');
});

test("is freed at the merchant's word as long as it is out of touch, and then may not charge", async () => {
  const other = await openOther();
  const [row] = await ledger.list({ states: ['unresolved'], limit: 1 });
  expect(await other.fanfare.releaseAdmission({ id: row!.admission.id })).toBe(true);
  away = false;
  comesBack();
  expect((await answer).status).toBe(409);
  expect(charged).toEqual([]);
});
