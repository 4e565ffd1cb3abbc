/** Orders that were cancelled or refunded: on record, said once, and the admission stays used. */
import { createEmulator } from '../../lib/emulator/index.js';
import { createFanfare, type FanfareEvent, type Ledger, memoryLedger } from '../../lib/index.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { ManualClock } from '../support/manual-clock.js';
import { SECRET } from '../support/shop.js';

const TRIPLE = { distributionType: 'queue', distributionId: 'queue_1', consumerId: 'cons_1' } as const;
const DAY = 24 * 60 * 60 * 1_000;

/** The ledger's; the shop's stands still. */
let clock: ManualClock;
let events: FanfareEvent[];
let ledger: Ledger;
let fanfare: ReturnType<typeof createFanfare>;
let emulator: ReturnType<typeof createEmulator>;

describe.each<[string, (time: ManualClock) => Ledger]>([
  ['memory', (time) => memoryLedger({ clock: time })],
  ['SQLite', (time) => sqliteLedger({ file: ':memory:', clock: time })],
])('with the ledger in %s', (_engine, openLedger) => {
  beforeEach(async () => {
    clock = new ManualClock();
    events = [];
    ledger = openLedger(clock);
    emulator = createEmulator();
    const { url } = await emulator.listen();
    fanfare = createFanfare({
      ...{ organizationId: 'org_emulator', secretKey: 'sk_test_emulator', api: { baseUrl: url } },
      ...{
        session: { secrets: [SECRET], insecure: true },
        deliveries: 'manual',
        doctor: false,
        clock: new ManualClock(),
        ledger,
      },
      onEvent: (event) => events.push(event),
    });
  });
  afterEach(async () => {
    await fanfare.close();
    await emulator.close();
  });

  test('a cancellation is recorded once, and said once', async () => {
    const cancelled = { kind: 'cancelled', reason: 'the shopper changed their mind' } as const;
    expect(await fanfare.recordCancellation('Order #1/ä', cancelled)).toBe(true);
    expect(await fanfare.recordCancellation('Order #1/ä', cancelled)).toBe(false);
    expect(events).toMatchObject([{ type: 'order.cancelled', level: 'info', orderId: 'Order #1/ä' }]);
    expect(await fanfare.cancellationsOf('Order #1/ä')).toEqual([
      { orderId: 'Order #1/ä', ...cancelled, recordedAt: clock.now() },
    ]);
    expect(await fanfare.cancellationsOf('Order #2')).toEqual([]);
  });

  test('refunds are told apart by their reference, even all at once', async () => {
    const refund = (reference: string) =>
      fanfare.recordCancellation('order_1', { kind: 'refunded', reference });
    const news = await Promise.all(['re_1', 're_2', 're_1', 're_3', 're_2'].map(refund));
    expect(news.filter(Boolean)).toHaveLength(3);
    const found = await fanfare.cancellationsOf('order_1');
    expect(found.map(({ reference }) => reference).sort()).toEqual(['re_1', 're_2', 're_3']);
    expect(await fanfare.recordCancellation('order_1', { kind: 'refunded' })).toBe(true);
    expect(await fanfare.recordCancellation('order_1', { kind: 'cancelled' })).toBe(true);
    expect(events.map(({ type }) => type).filter((type) => type === 'order.refunded')).toHaveLength(4);
  });

  test('the admission stays used, the completion stays due, and Fanfare is told nothing else', async () => {
    const { consumerId } = emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' });
    const triple = { ...TRIPLE, consumerId };
    await fanfare.completeAdmission(triple, { orderId: 'order_1' });
    await fanfare.recordCancellation('order_1', { kind: 'cancelled' });
    await fanfare.recordCancellation('order_1', { kind: 'refunded' });
    const again = fanfare.completeAdmission(triple, { orderId: 'order_2' });
    await expect(again).rejects.toMatchObject({ code: 'ADMISSION_USED', orderId: 'order_1' });
    const [waiting] = await fanfare.completions.list({ states: ['ordered'] });
    expect(await fanfare.deliver(waiting!.admissionId)).toBe('delivered');
    expect(emulator.admissions()).toMatchObject([
      { consumerId, completion: { orderId: 'order_1', effects: 1 } },
    ]);
  });

  test('it is kept as long as the order', async () => {
    await fanfare.recordCancellation('order_1', { kind: 'cancelled' });
    await clock.advance(399 * DAY);
    expect(await fanfare.cancellationsOf('order_1')).toHaveLength(1);
    await clock.advance(DAY);
    expect(await fanfare.cancellationsOf('order_1')).toEqual([]);
  });

  test('an order takes a hundred of them', async () => {
    for (let number = 0; number < 100; number += 1) {
      await fanfare.recordCancellation('order_1', { kind: 'refunded', reference: String(number) });
    }
    const more = fanfare.recordCancellation('order_1', { kind: 'refunded', reference: 'more' });
    await expect(more).rejects.toMatchObject({ code: 'INVALID_ADMISSION_DATA' });
  });

  test.each<[unknown, unknown, RegExp]>([
    ['order_1', {}, /"kind" must be/],
    ['order_1', { kind: 'returned' }, /"kind" must be/],
    ['order_1', undefined, /"kind" must be/],
    ['', { kind: 'cancelled' }, /"orderId"/],
    [undefined, { kind: 'cancelled' }, /"orderId"/],
    ['order_1', { kind: 'refunded', reference: '' }, /"reference"/],
    ['order_1', { kind: 'refunded', reason: 'a\nb' }, /"reason"/],
  ])('%j, %j rejects before anything is written', async (orderId, cancellation, message) => {
    const refused = fanfare.recordCancellation(orderId as string, cancellation as { kind: 'cancelled' });
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_ADMISSION_DATA' });
    await expect(refused).rejects.toThrow(message);
    expect(await ledger.openNotes('cancelled', 10)).toEqual([]);
  });

  test('a ledger that is away rejects, and the call may be repeated', async () => {
    const add = jest.spyOn(ledger, 'addNote').mockRejectedValueOnce(new Error('the disk is away'));
    const away = fanfare.recordCancellation('order_1', { kind: 'cancelled' });
    await expect(away).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    expect(await fanfare.recordCancellation('order_1', { kind: 'cancelled' })).toBe(true);
    add.mockRestore();
  });
});
