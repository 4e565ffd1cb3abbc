/** What time does to attempts and sessions, on a clock that the tests move. */
import { createEmulator, type Emulator } from '../../lib/emulator/index.js';
import { memoryLedger, type RequestAdmission } from '../../lib/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { Browser, openShop, type Handler, type Shop, type ShopSetup, until } from '../support/shop.js';

let clock: ManualClock;
let emulator: Emulator;
let shop: Shop;

afterEach(async () => {
  await shop.close();
  await emulator.close();
});

async function open(onSubmit: Handler, options: NonNullable<ShopSetup['options']> = {}): Promise<void> {
  clock = new ManualClock(Date.now());
  emulator = createEmulator({ clock });
  const { url } = await emulator.listen();
  const ledger = memoryLedger({ clock });
  shop = await openShop({
    emulator,
    onSubmit,
    options: { api: { baseUrl: url }, clock, ledger, ...options },
  });
}

const toPayment: Handler = (_req, res) => res.writeHead(303, { Location: 'https://pay.example/1' }).end();

/** A handler that answers only when told to. */
function hanging(): {
  readonly handler: Handler;
  readonly started: () => RequestAdmission | undefined;
  answer: () => void;
} {
  let admission: RequestAdmission | undefined;
  const waiting = { answer: (): void => undefined };
  const handler: Handler = (req, res) => {
    admission = req.admission;
    waiting.answer = () => res.writeHead(200).end();
  };
  return {
    handler,
    started: () => admission,
    answer: () => {
      waiting.answer();
    },
  };
}

async function state(id: string): Promise<string | undefined> {
  return (await shop.ledger.find(id))?.state;
}

function events(): readonly string[] {
  return shop.events.map(({ type }) => type);
}

async function codeOf(response: Response): Promise<unknown> {
  return ((await response.json()) as { code?: string }).code;
}

describe('a running attempt', () => {
  test('is renewed while its handler runs, far beyond its lease', async () => {
    const slow = hanging();
    await open(slow.handler);
    const submit = (await shop.admitted()).submit();
    await until(() => slow.started() !== undefined);
    const { id } = slow.started()!;
    await clock.advance(500_000);
    expect(await state(id)).toBe('active');
    slow.answer();
    expect((await submit).status).toBe(200);
    expect(await state(id)).toBe('pending');
  });

  test('is unresolved after maxClaimSeconds, and its signal aborts', async () => {
    const slow = hanging();
    await open(slow.handler);
    const submit = (await shop.admitted()).submit();
    await until(() => slow.started() !== undefined);
    const { id, attempt } = slow.started()!;
    await clock.advance(600_000);
    expect(await state(id)).toBe('unresolved');
    expect(attempt?.signal.aborted).toBe(true);
    expect(events()).toContain('claim.unresolved');
    slow.answer();
    await submit;
    expect(await state(id)).toBe('unresolved');
  });

  test('hears that another attempt took over, and its answer changes nothing', async () => {
    const slow = hanging();
    await open(slow.handler);
    const submit = (await shop.admitted()).submit();
    await until(() => slow.started() !== undefined);
    const { attempt, ...admission } = slow.started()!;
    const holder = { admissionId: admission.id, attemptId: attempt!.id };
    await shop.ledger.settle(holder, { to: 'unresolved' });
    const taken = await shop.ledger.claim({
      admission,
      tokenHash: 'other',
      sidHash: 'other',
      attemptId: 'other',
      owner: 'other',
      leaseMs: 1_000_000,
      supersede: true,
      takeUnresolved: true,
    });
    expect(taken.outcome).toBe('claimed');
    await clock.advance(40_000);
    expect(attempt?.signal.aborted).toBe(true);
    expect(events()).toContain('claim.lost');
    slow.answer();
    await submit;
    expect(await shop.ledger.find(admission.id)).toMatchObject({ state: 'active', attempt: { id: 'other' } });
  });

  test('a pending attempt that nobody settles is unresolved, and a new claim without findOrder says so', async () => {
    await open(toPayment, { pendingSeconds: 60 });
    const browser = await shop.admitted();
    await browser.submit();
    await clock.advance(61_000);
    expect((await browser.submit()).status).toBe(303);
    expect(events()).toContain('claim.unresolved');
  });

  test.each([
    ['throws', () => Promise.reject(new Error('database away')), 'ADMISSION_IN_USE'],
    ['finds none', () => undefined, undefined],
    ['finds the order', () => ({ orderId: 'order_1' }), 'ADMISSION_USED'],
  ])('findOrder %s: the next claim follows it', async (_name, findOrder, code) => {
    await open(toPayment, { pendingSeconds: 60, findOrder: findOrder });
    const browser = await shop.admitted();
    await browser.submit();
    await clock.advance(60_001);
    const answer = await browser.submit();
    expect(answer.status === 303 ? undefined : await codeOf(answer)).toBe(code);
  });
});

describe('a session in time', () => {
  test('ends with its admission; the refusal says expired, and the cookie is gone', async () => {
    await open(toPayment);
    const browser = await shop.admitted({ expiresInSeconds: 60 });
    await clock.advance(64_000);
    expect((await browser.visit('/checkout')).status).toBe(200);
    await clock.advance(2_000);
    const page = await browser.visit('/checkout');
    expect(page.headers.get('location')).toBe('/experience?fanfare=expired');
    expect(browser.cookies()).toBe('');
  });

  test('lives on for its order when an attempt has begun: expired, good for completing', async () => {
    let orderFor: RequestAdmission | undefined;
    await open(async (req, res, fanfare) => {
      orderFor = req.admission;
      await toPayment(req, res, fanfare);
    });
    const browser = await shop.admitted({ expiresInSeconds: 60 });
    await browser.submit();
    await clock.advance(120_000);
    expect(await codeOf(await browser.send('/checkout'))).toBe('ADMISSION_EXPIRED');
    const { admissions } = (await (await browser.send('/fanfare/session')).json()) as {
      admissions: { state: string }[];
    };
    expect(admissions).toMatchObject([{ state: 'expired' }]);
    await shop.fanfare.completeAdmission({ id: orderFor!.id }, { orderId: 'order_1' });
    expect(await state(orderFor!.id)).toMatch(/ordered|delivered/);
    await clock.advance(900_000);
    expect(await codeOf(await browser.send('/checkout'))).toMatch(/EXPIRED|REQUIRED/);
    expect(browser.cookies()).toBe('');
  });

  test('without a known end is validated again after session.maxSeconds', async () => {
    await open(toPayment);
    const minted = emulator.mint({
      distributionId: 'queue_1',
      distributionType: 'queue',
      opaque: true,
      expiresInSeconds: 7_200,
    });
    const browser = new Browser(shop.origin);
    const ids = `consumer_id=${minted.consumerId}&distribution_id=queue_1&distribution_type=queue`;
    await browser.visit(`/checkout?admission_token=${minted.token}&${ids}`);
    const asked = (): number => emulator.requests().filter(({ kind }) => kind === 'validate').length;
    expect(asked()).toBe(1);
    await clock.advance(1_799_000);
    expect((await browser.visit('/checkout')).status).toBe(200);
    expect(asked()).toBe(1);
    await clock.advance(2_000);
    expect((await browser.visit('/checkout')).status).toBe(200);
    expect(asked()).toBe(2);
    await clock.advance(1_801_000);
    emulator.faults.set({ on: 'validate', kind: 'status', status: 503 });
    expect((await browser.visit('/checkout')).status).toBe(503);
  });

  test('without a known end is over when Fanfare then says no, and its cookie is gone', async () => {
    await open(toPayment);
    const grant = { distributionId: 'queue_1', distributionType: 'queue', opaque: true } as const;
    const { token, consumerId } = emulator.mint({ ...grant, expiresInSeconds: 600 });
    const browser = new Browser(shop.origin);
    const ids = `consumer_id=${consumerId}&distribution_id=queue_1&distribution_type=queue`;
    await browser.visit(`/checkout?admission_token=${token}&${ids}`);
    await clock.advance(1_801_000);
    expect(await codeOf(await browser.send('/checkout'))).toMatch(/ADMISSION_(EXPIRED|INVALID)/);
    expect(browser.cookies()).toBe('');
    expect(await codeOf(await browser.send('/checkout'))).toBe('ADMISSION_REQUIRED');
  });

  test('goes on as itself when a later token of its admission prolongs it', async () => {
    await open(toPayment);
    const grant = { consumerId: 'cons_1', admittedAt: clock.now() };
    const browser = await shop.admitted({ ...grant, expiresInSeconds: 60 });
    await browser.submit();
    const later = { distributionId: 'queue_1', distributionType: 'queue', expiresInSeconds: 600 } as const;
    const { token } = emulator.mint({ ...grant, ...later });
    await browser.visit(`/checkout?admission_token=${token}`);
    const { admissions } = (await (await browser.send('/fanfare/session')).json()) as { admissions: unknown };
    expect(admissions).toMatchObject([{ state: 'attempted', expiresAt: clock.now() + 600_000 }]);
    expect((await browser.submit()).status).toBe(303);
  });

  test('the cookies together stay under 8,000 bytes: the oldest goes, never one with an open attempt', async () => {
    await open(toPayment);
    const browser = await shop.admitted({ consumerId: 'cons_first' });
    await browser.submit();
    for (let number = 0; number < 14; number += 1) {
      await clock.advance(1_000);
      const { token } = emulator.mint({
        distributionId: `queue_${String(number)}`,
        distributionType: 'queue',
      });
      await browser.visit(`/checkout?admission_token=${token}`);
      expect(browser.cookies().length).toBeLessThanOrEqual(8_000);
    }
    const { admissions } = (await (await browser.send('/fanfare/session')).json()) as {
      admissions: { distributionId: string; state: string }[];
    };
    expect(admissions.length).toBeLessThan(15);
    expect(admissions[0]).toMatchObject({ distributionId: 'queue_13' });
    expect(admissions.at(-1)).toMatchObject({ distributionId: 'queue_1', state: 'attempted' });
  });

  test('an admission that finds no room beside open attempts is good for its own page, and its URL keeps the token', async () => {
    await open(toPayment);
    const browser = await shop.admitted({ distributionId: 'queue_first' });
    const overflown = (): boolean => events().includes('session.overflow');
    let page = await browser.submit();
    for (let number = 0; number < 20 && !overflown(); number += 1) {
      await clock.advance(1_000);
      const { token } = emulator.mint({
        distributionId: `queue_${String(number)}`,
        distributionType: 'queue',
      });
      page = await browser.visit(`/checkout?admission_token=${token}`);
      if (!overflown()) expect([page.status, (await browser.submit()).status]).toEqual([303, 303]);
    }
    expect([overflown(), page.status]).toEqual([true, 200]);
    expect(browser.cookies().length).toBeLessThanOrEqual(8_000);
  });
});
