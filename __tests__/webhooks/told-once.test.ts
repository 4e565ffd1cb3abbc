/** `onCompleted` hears once of each order that a receiver recorded, and how its payment stands. */
import { ADMISSION } from '../../lib/testing/bench.js';
import {
  type CompletedOrder,
  type OrderWebhookOptions,
  shopifyNoteAttributes,
  shopifyWebhook,
  stripeMetadata,
  wooCommerceMeta,
  wooCommerceWebhook,
} from '../../lib/webhooks/index.js';
import { closeStages } from '../support/servers.js';
import {
  type Make,
  openOrders,
  OTHER,
  postShopify,
  sendShopify,
  sendStripe,
  sendWooCommerce,
  stripeReceiver,
} from './platforms.js';
import { type PostBox, until } from './post-box.js';

afterEach(closeStages);

let told: CompletedOrder[];
const onCompleted = (completed: CompletedOrder): unknown => told.push(completed);
beforeEach(() => {
  told = [];
});

const order = {
  id: 450_789_469,
  currency: 'USD',
  processed_at: '2023-11-14T22:13:00Z',
  note_attributes: shopifyNoteAttributes([ADMISSION, OTHER]),
};

test('of one order by two topics, each of its admissions once', async () => {
  const box = await openOrders(shopifyWebhook, { onCompleted });
  await sendShopify(box, 'orders/create', order);
  await sendShopify(box, 'orders/paid', order);
  await sendShopify(box, 'orders/paid', { ...order, updated_at: 'redelivered with another body' });
  expect(told.map(({ admission }) => 'id' in admission && admission.id).sort()).toEqual([
    ADMISSION.id,
    OTHER.id,
  ]);
  expect(told[0]).toEqual({
    late: false,
    outcome: 'honour',
    orderId: '450789469',
    admission: told[0]!.admission,
  });
});

test('again after it threw, though the order was on record by then', async () => {
  let fails = true;
  const box = await openOrders(shopifyWebhook, {
    onCompleted: (completed) => {
      told.push(completed);
      if (fails) throw new Error('the shop has no disk');
    },
  });
  const one = { ...order, note_attributes: shopifyNoteAttributes(ADMISSION) };
  await sendShopify(box, 'orders/create', one);
  fails = false;
  await sendShopify(box, 'orders/paid', one);
  expect(told).toHaveLength(1);
  await box.clock.advance(10_000);
  await until(() => told.length === 2);
  await box.settled();
  await box.clock.advance(60_000);
  expect(told).toHaveLength(2);
});

test('not of an order that the shop itself has recorded', async () => {
  const box = await openOrders(shopifyWebhook, { onCompleted });
  await box.fanfare.completeAdmission(ADMISSION, { orderId: String(order.id) });
  await sendShopify(box, 'orders/paid', { ...order, note_attributes: shopifyNoteAttributes(ADMISSION) });
  expect(told).toEqual([]);
});

test('what tells of it stays here: Fanfare hears of the order alone', async () => {
  const box = await openOrders(shopifyWebhook, { onCompleted });
  await sendShopify(box, 'orders/paid', { ...order, note_attributes: shopifyNoteAttributes(ADMISSION) });
  const { emulator } = box;
  await box.fanfare.deliver(ADMISSION.id).catch(() => undefined);
  const sent = emulator.requests().filter(({ kind }) => kind === 'complete');
  expect(sent).toHaveLength(1);
  expect(JSON.stringify(sent)).not.toContain('express-fanfare.');
});

describe('late', () => {
  const LATE = Math.floor((ADMISSION.expiresAt + 16 * 60_000) / 1_000);
  const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString();
  const gmt = (seconds: number): string => iso(seconds).slice(0, 19);
  const PAID: Record<string, (box: PostBox, seconds: number) => Promise<unknown>> = {
    Shopify: (box, seconds) =>
      sendShopify(box, 'orders/paid', {
        ...{ id: 1, processed_at: iso(seconds) },
        note_attributes: shopifyNoteAttributes(ADMISSION),
      }),
    WooCommerce: (box, seconds) =>
      sendWooCommerce(box, {
        ...{ id: 1, status: 'completed', date_paid_gmt: gmt(seconds) },
        meta_data: wooCommerceMeta(ADMISSION),
      }),
    Stripe: async (box, seconds) => {
      await box.clock.advance(seconds * 1_000 - box.clock.now());
      return sendStripe(box, 'payment_intent.succeeded', { id: 'pi', metadata: stripeMetadata(ADMISSION) });
    },
  };
  const MAKE: Record<string, Make> = {
    Shopify: shopifyWebhook,
    WooCommerce: wooCommerceWebhook,
    Stripe: stripeReceiver,
  };

  test.each(Object.keys(PAID))(
    'a payment on %s that ended in time is not, and one that ended after the grace is, without a row from before',
    async (platform) => {
      for (const [seconds, outcome] of [
        [LATE - 120, 'honour'],
        [LATE, 'refund'],
      ] as const) {
        const options: Partial<OrderWebhookOptions> = { onCompleted };
        const box = await openOrders(MAKE[platform]!, options, { options: { latePayment: 'refund' } });
        await PAID[platform]!(box, seconds);
        expect(told.splice(0)).toMatchObject([{ late: outcome === 'refund', outcome }]);
      }
    },
  );

  test('the shop may know better when it was paid', async () => {
    const box = await openOrders(
      shopifyWebhook,
      { onCompleted, paidAt: ({ updated_at }) => updated_at as string | undefined },
      { options: { latePayment: 'refund' } },
    );
    const note_attributes = shopifyNoteAttributes(ADMISSION);
    const sent = { ...order, note_attributes, updated_at: iso(LATE) };
    await sendShopify(box, 'orders/paid', sent);
    await postShopify(box, 'orders/paid', {
      ...sent,
      id: 2,
      note_attributes: shopifyNoteAttributes(OTHER),
      updated_at: 'soon',
    });
    await box.settled();
    expect(told).toMatchObject([{ late: true, outcome: 'refund' }, { late: false }]);
  });
});
