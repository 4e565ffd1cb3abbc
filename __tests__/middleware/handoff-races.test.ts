/** Who may order while a link ends, is taken, or has just been taken: one side at a time. */
import { type FanfareOptions, type Ledger, memoryLedger } from '../../lib/index.js';
import type { Jar } from '../support/jar.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, showAdmission, type Stage } from '../support/servers.js';
import { until } from '../support/shop.js';
import { stall } from '../support/timed-shop.js';
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

describe('around the end of a link', () => {
  /** What each side says: here an order, there the link. */
  async function both(here: Jar, there: Jar, link: string): Promise<readonly [number, number]> {
    const arrived = await there.visit(link);
    return [(await here.post('/order', {})).status, arrived.status];
  }

  const untilEnd = (): number => Math.ceil((clock.now() + MINUTE) / 1_000) * 1_000 - clock.now();

  describe.each([
    ['one ledger', () => ledger],
    ['a ledger each', () => memoryLedger({ clock })],
  ])('with %s', (_name, theirs) => {
    it.each([
      [0, [409, 303]],
      [1, [409, 303]],
      [4_999, [409, 303]],
      [5_000, [200, 303]],
    ] as const)('%i ms after it nobody may order at both', async (late, [orderHere]) => {
      const { here, there } = await open({ ledger: theirs() });
      const end = untilEnd();
      const link = await leave(here);
      await clock.advance(end + late);
      const [order, arrived] = await both(here, there, link);
      expect([order, arrived]).toEqual([orderHere, 303]);
      const admitted = there.cookies.size > 0;
      expect(admitted).toBe(late === 0);
    });
  });

  it('the row decides where the other domain has a slow clock: taken there, nothing is left here', async () => {
    const slow = new ManualClock(clock.now() - 20_000);
    const { here, there } = await open({ clock: slow });
    const link = await leave(here);
    for (const each of [clock, slow]) await each.advance(MINUTE + 10_000);
    expect((await there.visit(link)).status).toBe(303);
    expect(await codeOf(here.post('/order', {}))).toBe('ADMISSION_IN_USE');
    expect((await there.post('/order', {})).status).toBe(200);
  });

  it('and an order that has begun here, nothing is left there, however late it is noticed', async () => {
    const slow = new ManualClock(clock.now() - 20_000);
    const { here, there } = await open({ clock: slow });
    const link = await leave(here);
    for (const each of [clock, slow]) await each.advance(MINUTE + 10_000);
    const settling = stall(ledger, 'settle');
    const arriving = there.fetch(link);
    await until(() => settling.length === 1);
    const order = here.post('/order', {});
    await until(() => settling.length === 2);
    await settling[0]!();
    expect(await codeOf(arriving)).toBe('ADMISSION_INVALID');
    await settling[1]!();
    expect((await order).status).toBe(200);
    expect(there.cookies.size).toBe(0);
  });

  it('no link comes of one that lapsed while it was made', async () => {
    const { here } = await open();
    const settle = ledger.settle.bind(ledger);
    jest.spyOn(ledger, 'settle').mockImplementationOnce(async (holder, outcome) => {
      await settle(holder, { to: 'free' });
      return settle(holder, outcome);
    });
    expect(await codeOf(here.visit('/leave'))).toBe('ADMISSION_IN_USE');
  });
});

test('onPending "refuse" lets a submit take the place of the link, and of nothing that came after it', async () => {
  const { here } = await open();
  const checkout = stage.another({ ledger, handoff: { secrets: [BOTH], origin: PAY } });
  const there = await stage.serve('node:http', [
    { path: '/pay', use: [checkout.requireAdmission(), showAdmission] },
    { path: '/order', use: [checkout.claimAdmission({ onPending: 'refuse' }), showAdmission] },
  ]);
  await there.visit(await leave(here));
  const claim = ledger.claim.bind(ledger);
  let rounds = 0;
  const tab = async (request: Parameters<typeof claim>[0], to: 'free' | 'pending') => {
    const attemptId = `tab_${String(rounds)}`;
    expect(await claim({ ...request, attemptId, supersede: true })).toMatchObject({ outcome: 'claimed' });
    return () => ledger.settle({ admissionId: request.admission.id, attemptId }, { to, pendingMs: MINUTE });
  };
  jest.spyOn(ledger, 'claim').mockImplementation(async (request) => {
    rounds += 1;
    const settle = rounds === 1 ? undefined : await tab(request, rounds === 2 ? 'free' : 'pending');
    if (rounds === 3) await settle?.();
    const outcome = await claim(request);
    if (rounds === 2) await settle?.();
    return outcome;
  });
  const submit = there.post('/order', {});
  await until(() => rounds === 2);
  await clock.advance(200);
  expect(await codeOf(submit)).toBe('ADMISSION_IN_USE');
  expect(rounds).toBe(3);
});
