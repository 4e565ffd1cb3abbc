/** Orders that were cancelled or refunded, as the platforms tell it: those of the drop are recorded, a shop's others are not. */
import { ADMISSION } from '../../lib/testing/bench.js';
import {
  shopifyNoteAttributes,
  shopifyWebhook,
  wooCommerceMeta,
  wooCommerceWebhook,
} from '../../lib/webhooks/index.js';
import { closeStages } from '../support/servers.js';
import { openOrders, postShopify, sendShopify, sendWooCommerce } from './platforms.js';
import { type PostBox, until } from './post-box.js';

afterEach(closeStages);

const order = { id: 450_789_469, total_price: '598.94', currency: 'USD' };
const drop = { ...order, note_attributes: shopifyNoteAttributes(ADMISSION) };
const cancelled = { ...drop, cancelled_at: '2023-11-14T22:13:20Z', cancel_reason: 'customer' };
const refund = { id: 1, order_id: order.id };

/** Moves time on, in steps, until nothing is left to do. */
async function done({ ledger, clock }: PostBox): Promise<void> {
  await until(async () => {
    await clock.advance(5_000);
    return (await ledger.openNotes('webhook', 10)).length === 0;
  });
}

test('Shopify’s are recorded, each refund once, and the admission stays used', async () => {
  const box = await openOrders(shopifyWebhook);
  await sendShopify(box, 'orders/paid', drop);
  await sendShopify(box, 'refunds/create', refund);
  await sendShopify(box, 'refunds/create', { ...refund, note: 'the same' });
  await sendShopify(box, 'orders/cancelled', cancelled);
  expect(await box.fanfare.cancellationsOf('450789469')).toMatchObject([
    { kind: 'refunded', reference: '1' },
    { kind: 'cancelled', reason: 'customer' },
  ]);
  expect((await box.ledger.find(ADMISSION.id))?.state).toBe('ordered');
});

test.each([
  ['too long', 'x'.repeat(9_000)],
  ['no text', { code: 7 }],
  ['a bell', 'customer\u0007'],
])('a reason that is %s is left out, and the cancellation stands', async (_what, cancel_reason) => {
  const box = await openOrders(shopifyWebhook);
  await sendShopify(box, 'orders/paid', drop);
  await sendShopify(box, 'orders/cancelled', { ...cancelled, cancel_reason });
  const [recorded] = await box.fanfare.cancellationsOf('450789469');
  expect(recorded).toMatchObject({ kind: 'cancelled' });
  expect(recorded).not.toHaveProperty('reason');
});

test('a topic that is not signed cannot make a cancellation of an order', async () => {
  const box = await openOrders(shopifyWebhook);
  await sendShopify(box, 'orders/paid', drop);
  await sendShopify(box, 'orders/cancelled', { ...drop, cancelled_at: null });
  await sendShopify(box, 'refunds/create', drop);
  expect(await box.fanfare.cancellationsOf('450789469')).toEqual([]);
});

test.each(['cancelled', 'refunded'] as const)('WooCommerce’s that are %s are recorded', async (status) => {
  const box = await openOrders(wooCommerceWebhook);
  const bought = { id: 727, total: '29.35', currency: 'EUR', meta_data: wooCommerceMeta(ADMISSION) };
  await sendWooCommerce(box, { ...bought, status: 'completed' });
  await sendWooCommerce(box, { ...bought, status });
  expect(await box.fanfare.cancellationsOf('727')).toMatchObject([{ kind: status }]);
});

test('those of orders that never had an admission are nothing to us, and cause no alarm', async () => {
  const box = await openOrders(shopifyWebhook);
  const plain = { ...order, cancelled_at: '2023-11-14T22:13:20Z' };
  expect(await postShopify(box, 'orders/cancelled', plain)).toBe(200);
  expect(await postShopify(box, 'refunds/create', refund)).toBe(200);
  await done(box);
  expect(await box.fanfare.cancellationsOf('450789469')).toEqual([]);
  expect(box.said('webhook.ignored')).toMatchObject([{ level: 'info' }, { level: 'info' }]);
  expect(box.events.filter(({ level }) => level !== 'info')).toEqual([]);
  expect(box.said('order.cancelled')).toEqual([]);
});

test('one that is worked before its order is recorded once the order is there', async () => {
  const box = await openOrders(shopifyWebhook);
  await postShopify(box, 'orders/cancelled', cancelled);
  await until(async () => (await box.ledger.openNotes('webhook', 10))[0]?.uses === 1);
  await postShopify(box, 'orders/create', drop);
  await until(() => box.said('completion.recorded').length === 1);
  await done(box);
  expect(await box.fanfare.cancellationsOf('450789469')).toMatchObject([{ kind: 'cancelled' }]);
  expect(box.said('webhook.ignored')).toEqual([]);
});
