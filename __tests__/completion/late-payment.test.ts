/** Payments that end after their admission: recorded always, and what becomes of them is the merchant's to say. */
import type { FanfareOptions, LatePayment, LatePaymentPolicy } from '../../lib/index.js';
import { openTimedShop, type TimedShop } from '../support/timed-shop.js';
import { MINUTE } from './rig.js';

let shop: TimedShop;
let admissionId: string;

afterEach(() => shop.close());

/** A shopper whose payment goes on elsewhere; resolves to the end of their admission. */
async function awayToPay(options: Partial<FanfareOptions> = {}): Promise<number> {
  shop = await openTimedShop({
    options,
    onSubmit: (req, res) => {
      admissionId = req.admission!.id;
      res.writeHead(303, { Location: '/pay' }).end();
    },
  });
  const browser = await shop.admitted();
  await browser.submit();
  return (await shop.ledger.find(admissionId))!.admission.expiresAt!;
}

const ORDER = { orderId: 'order_1', amount: '129.00', currency: 'EUR' };
const complete = (paidAt?: string | number) =>
  shop.fanfare.completeAdmission({ id: admissionId }, ORDER, paidAt === undefined ? {} : { paidAt });
const lateEvents = () => shop.events.filter(({ type }) => type === 'payment.late');
const advanceTo = (time: number) => shop.clock.advance(time - shop.clock.now());

test('up to 15 minutes past the admission’s end the claim covers the order', async () => {
  const end = await awayToPay({ latePayment: 'refund' });
  await advanceTo(end + 15 * MINUTE);
  expect(await complete()).toMatchObject({ late: false, outcome: 'honour' });
  expect(lateEvents()).toEqual([]);
});

test.each(['honour', 'refund'] as const)(
  'after that it is late, and %s is the answer, recorded all the same',
  async (policy) => {
    const end = await awayToPay({ latePayment: policy });
    await advanceTo(end + 15 * MINUTE + 1);
    expect(await complete()).toMatchObject({ late: true, outcome: policy });
    expect(lateEvents()).toMatchObject([
      { level: 'warn', admissionId, orderId: 'order_1', outcome: policy, coveredUntil: end + 15 * MINUTE },
    ]);
    expect((await shop.ledger.find(admissionId))?.state).toMatch(/ordered|delivered/);
    await shop.clock.advance(MINUTE);
    expect(await complete()).toMatchObject({ late: true, outcome: policy });
    expect(lateEvents()).toHaveLength(1);
  },
);

test('unless told otherwise, a late order stands', async () => {
  const end = await awayToPay({ orderGraceSeconds: 60 });
  await advanceTo(end + MINUTE + 1);
  expect(await complete()).toMatchObject({ late: true, outcome: 'honour' });
});

test('a webhook that comes late does not make the payment late: it says when that was', async () => {
  const end = await awayToPay({ latePayment: 'refund' });
  await advanceTo(end + 60 * MINUTE);
  expect(await complete(new Date(end).toISOString())).toMatchObject({ late: false, outcome: 'honour' });
  expect(await complete((end + 16 * MINUTE) / 1_000)).toMatchObject({ late: true, outcome: 'refund' });
  expect(await complete('yesterday')).toMatchObject({ late: true, outcome: 'refund' });
});

test('a function decides, knowing the order and the times', async () => {
  const asked: LatePayment[] = [];
  const latePayment: LatePaymentPolicy = (late) => {
    asked.push(late);
    return Promise.resolve('refund');
  };
  const end = await awayToPay({ latePayment });
  await advanceTo(end + 16 * MINUTE);
  expect(await complete()).toMatchObject({ late: true, outcome: 'refund' });
  const coveredUntil = end + 15 * MINUTE;
  expect(asked).toEqual([
    {
      admission: expect.objectContaining({ id: admissionId, expiresAt: end }) as unknown,
      ...{ orderId: 'order_1', paidAt: shop.clock.now(), coveredUntil },
    },
  ]);
});

test.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('the shop’s database is away');
    },
  ],
  ['answers something else', () => 'keep'],
  ['answers nothing', () => undefined],
])('a function that %s leaves the order standing, and that is said', async (_what, policy) => {
  const end = await awayToPay({ latePayment: policy as LatePaymentPolicy });
  await advanceTo(end + 16 * MINUTE);
  expect(await complete()).toMatchObject({ late: true, outcome: 'honour' });
  expect(lateEvents()).toMatchObject([
    { level: 'error', outcome: 'honour', cause: expect.any(Error) as Error },
  ]);
});

test('a function that does not answer has five seconds', async () => {
  const end = await awayToPay({ latePayment: () => new Promise<'refund'>(() => undefined) });
  await advanceTo(end + 16 * MINUTE);
  const completing = complete();
  await shop.clock.advance(5_000);
  expect(await completing).toMatchObject({ late: true, outcome: 'honour' });
});

test('an order that findOrder finds long after a crash was not paid late', async () => {
  const end = await awayToPay({ latePayment: 'refund', findOrder: () => ORDER });
  await advanceTo(end + 60 * MINUTE);
  expect((await shop.ledger.find(admissionId))?.state).toMatch(/ordered|delivered/);
  expect(lateEvents()).toEqual([]);
});

test('an admission without a known end is never late', async () => {
  await awayToPay({ latePayment: 'refund' });
  const triple = { distributionType: 'draw', distributionId: 'draw_1', consumerId: 'cons_1' } as const;
  const completed = await shop.fanfare.completeAdmission(triple, { orderId: 'order_2' });
  expect(completed).toMatchObject({ late: false, outcome: 'honour' });
});

test('who recorded the order hears that it is new, also when the same event comes again, and nobody else does', async () => {
  await awayToPay();
  const by = (eventId?: string) =>
    shop.fanfare.completeAdmission({ id: admissionId }, ORDER, eventId === undefined ? {} : { eventId });
  expect(await by('evt_1')).toEqual({ late: false, outcome: 'honour', isNew: true });
  for (const [eventId, isNew] of [
    ['evt_1', true],
    ['evt_2', false],
    [undefined, false],
  ] as const)
    expect(await by(eventId)).toMatchObject({ isNew });
  const [recorded] = shop.events.filter(({ type }) => type === 'completion.recorded');
  expect(recorded).toMatchObject({ orderId: 'order_1' });
});
