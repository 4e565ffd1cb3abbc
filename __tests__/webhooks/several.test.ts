/** One order for several admissions: each is completed, whatever carries them, and no part of the amount is told twice. */
import { ADMISSION } from '../../lib/testing/bench.js';
import {
  completePayPalCapture,
  payPalCustomId,
  shopifyLineItemProperties,
  shopifyNoteAttributes,
  shopifyWebhook,
  stripeMetadata,
  wooCommerceMeta,
  wooCommerceWebhook,
} from '../../lib/webhooks/index.js';
import { closeStages, openStage } from '../support/servers.js';
import {
  openOrders,
  ordersOf,
  OTHER,
  sendShopify,
  sendStripe,
  sendWooCommerce,
  stripeReceiver,
} from './platforms.js';

afterEach(closeStages);

const BOTH = [ADMISSION, OTHER];
const many = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    ...ADMISSION,
    id: `a-${String(n)}`,
    consumerId: `c_${String(n)}`,
  }));

describe('Stripe', () => {
  const intent = { id: 'pi_1', amount_received: 12_900, currency: 'eur' };

  test.each([
    ['payment_intent.succeeded', intent],
    [
      'checkout.session.completed',
      { ...intent, id: 'cs_1', payment_intent: 'pi_1', payment_status: 'paid', amount_total: 12_900 },
    ],
  ])('%s completes all that its metadata names', async (type, object) => {
    const box = await openOrders(stripeReceiver);
    await sendStripe(box, type, { ...object, metadata: stripeMetadata(BOTH) });
    expect((await ordersOf(box)).sort()).toEqual([
      ['queue_1', 'pi_1', '129.00', 'EUR'],
      ['queue_2', 'pi_1', undefined, 'EUR'],
    ]);
    expect((await box.ledger.find(OTHER.id))?.admission).toEqual(OTHER);
  });

  test('eight and an order id fit in its 50 keys, and more are refused', async () => {
    const metadata = stripeMetadata(many(8), { orderId: 'o_1' });
    expect(Object.keys(metadata).length).toBeLessThanOrEqual(50);
    const box = await openOrders(stripeReceiver);
    await sendStripe(box, 'payment_intent.succeeded', { ...intent, metadata });
    expect(await ordersOf(box)).toHaveLength(8);
    expect(() => stripeMetadata(many(9))).toThrow(/at most 8/);
    expect(() => stripeMetadata([])).toThrow(/takes an admission/);
    expect(() => stripeMetadata([ADMISSION, undefined])).toThrow(/takes an admission/);
  });

  test('ids alone, a number that begins nothing, and names that only look like ours', async () => {
    const box = await openOrders(stripeReceiver);
    for (const one of BOTH) {
      const claim = { tokenHash: one.id, sidHash: 's', attemptId: one.id, owner: 'o', leaseMs: 60_000 };
      await box.ledger.claim({ admission: one, ...claim, supersede: false, takeUnresolved: false });
    }
    const metadata = {
      ...{ fanfare_admission_id: ADMISSION.id, fanfare_admission_id_12: OTHER.id },
      ...{ fanfare_admission_id_1: 'no', fanfare_admission_id_02: 'no', fanfare_admission_id_2_2: 'no' },
    };
    await sendStripe(box, 'payment_intent.succeeded', { ...intent, metadata });
    expect(await ordersOf(box)).toHaveLength(2);
    expect(box.said('webhook.order_refused')).toEqual([]);
  });
});

test('Shopify’s note attributes and WooCommerce’s order meta carry several, too', async () => {
  const shopify = await openOrders(shopifyWebhook);
  await sendShopify(shopify, 'orders/paid', { id: 1, note_attributes: shopifyNoteAttributes(BOTH) });
  const woo = await openOrders(wooCommerceWebhook);
  await sendWooCommerce(woo, { id: 1, status: 'completed', meta_data: wooCommerceMeta(BOTH) });
  for (const box of [shopify, woo]) expect(await ordersOf(box)).toHaveLength(2);
});

describe('PayPal', () => {
  const capture = { id: '3C6', status: 'COMPLETED', amount: { value: '50.00', currency_code: 'USD' } };

  test('two ids fit in its 127 characters, and the first has the amount', async () => {
    const { fanfare } = await openStage({ deliveries: 'manual' });
    const ids = [
      { ...ADMISSION, id: 'a'.repeat(43) },
      { ...OTHER, id: 'b'.repeat(43) },
    ];
    for (const one of ids) await fanfare.completeAdmission(one, { orderId: 'before' });
    const done = await completePayPalCapture(
      fanfare,
      { ...capture, custom_id: payPalCustomId(ids) },
      { orderId: 'before' },
    );
    expect(done).toHaveLength(2);
    expect(() => payPalCustomId([...ids, { ...OTHER, id: 'c'.repeat(43) }])).toThrow(
      /purchase unit of its own/,
    );
  });

  test('only the first of a capture has its amount', async () => {
    const amounts: unknown[] = [];
    const completed = { late: false, outcome: 'honour', isNew: true } as const;
    const fanfare = {
      completeAdmission: (_: unknown, { amount }: { readonly amount?: string }) => {
        amounts.push(amount);
        return Promise.resolve(completed);
      },
    };
    await completePayPalCapture(fanfare, { ...capture, custom_id: payPalCustomId(BOTH) });
    expect(amounts).toEqual(['50.00', undefined]);
  });
});

describe('amounts', () => {
  const shopifyLine = (admission: typeof ADMISSION, line: object): object => ({
    ...line,
    properties: Object.entries(shopifyLineItemProperties(admission)).map(([name, value]) => ({
      name,
      value,
    })),
  });

  test.each<[string, object[], unknown[]]>([
    [
      'each has its lines',
      [
        shopifyLine(ADMISSION, { price: '129.00', quantity: 2 }),
        shopifyLine(OTHER as never, {
          price: '0.10',
          quantity: 3,
          discount_allocations: [{ amount: '0.05' }],
        }),
        shopifyLine(ADMISSION, { price: '41', quantity: 1 }),
        { price: '5.00', quantity: 1, properties: [] },
      ],
      ['299.00', '0.25'],
    ],
    [
      'a line that tells nothing has none',
      [
        shopifyLine(ADMISSION, { price: '129.00', quantity: 1 }),
        shopifyLine(OTHER as never, { price: 'free', quantity: 1 }),
      ],
      ['129.00', undefined],
    ],
    [
      'no line tells: the whole once',
      [shopifyLine(ADMISSION, {}), shopifyLine(OTHER as never, { price: '1.00', quantity: 0.5 })],
      ['598.94', undefined],
    ],
    ['one admission has the whole', [shopifyLine(ADMISSION, { price: '1.00', quantity: 1 })], ['598.94']],
  ])('of Shopify: %s', async (_what, line_items, amounts) => {
    const box = await openOrders(shopifyWebhook);
    await sendShopify(box, 'orders/paid', { id: 1, total_price: '598.94', currency: 'USD', line_items });
    const orders = (await ordersOf(box)) as [string, string, string | undefined][];
    expect(orders.sort().map(([, , amount]) => amount)).toEqual(amounts);
  });

  test('of WooCommerce: the totals of its lines', async () => {
    const box = await openOrders(wooCommerceWebhook);
    const line_items = [
      { total: '10.00', meta_data: wooCommerceMeta(ADMISSION) },
      { total: '20.50', meta_data: wooCommerceMeta(OTHER) },
    ];
    await sendWooCommerce(box, { id: 7, status: 'completed', total: '36.30', currency: 'EUR', line_items });
    expect((await ordersOf(box)).sort()).toEqual([
      ['queue_1', '7', '10.00', 'EUR'],
      ['queue_2', '7', '20.50', 'EUR'],
    ]);
  });
});
