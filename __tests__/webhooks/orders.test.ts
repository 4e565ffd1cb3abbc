/** Orders that Shopify, WooCommerce, Stripe and PayPal tell about, with the fields that this package put on them. */
import { ADMISSION } from '../../lib/testing/bench.js';
import {
  completePayPalCapture,
  paymentIdempotencyKey,
  payPalCustomId,
  shopifyLineItemProperties,
  shopifyNoteAttributes,
  shopifyWebhook,
  stripeMetadata,
  stripeWebhook,
  wooCommerceMeta,
  wooCommerceWebhook,
} from '../../lib/webhooks/index.js';
import { closeStages, openStage } from '../support/servers.js';
import {
  OTHER as other,
  openOrders as open,
  ordersOf,
  sendShopify as send,
  sendStripe,
  sendWooCommerce,
  signShopify as sign,
  signStripe,
  stripeReceiver,
} from './platforms.js';
import { TRIPLE, WEBHOOK_SECRET } from './post-box.js';

afterEach(closeStages);

const oneAdmission = { id: ADMISSION.id, ...TRIPLE };

describe('Shopify', () => {
  const order = {
    id: 450_789_469,
    total_price: '598.94',
    currency: 'USD',
    processed_at: '2023-11-14T22:13:00Z',
  };
  const lines = [shopifyLineItemProperties(ADMISSION), shopifyLineItemProperties(other)].map(
    (properties) => ({
      properties: Object.entries(properties).map(([name, value]) => ({ name, value })),
    }),
  );

  test.each(['orders/paid', 'orders/create'])('%s completes by its note attributes', async (topic) => {
    const box = await open(shopifyWebhook);
    expect(await send(box, topic, { ...order, note_attributes: shopifyNoteAttributes(ADMISSION) })).toBe(200);
    expect(await ordersOf(box)).toEqual([['queue_1', '450789469', '598.94', 'USD']]);
    expect((await box.ledger.find(ADMISSION.id))?.admission).toMatchObject(oneAdmission);
  });

  test('several gated lines are one order with one admission each', async () => {
    const box = await open(shopifyWebhook);
    await send(box, 'orders/paid', { ...order, line_items: [...lines, { properties: [] }] });
    await send(box, 'orders/create', { ...order, line_items: [...lines, { properties: [] }] });
    expect((await ordersOf(box)).sort()).toEqual([
      ['queue_1', '450789469', '598.94', 'USD'],
      ['queue_2', '450789469', undefined, 'USD'],
    ]);
    expect(box.said('completion.recorded')).toHaveLength(2);
    expect(box.said('webhook.order_refused')).toEqual([]);
  });

  test("an order's own admission counts beside a line that names another", async () => {
    const box = await open(shopifyWebhook);
    const note_attributes = shopifyNoteAttributes(ADMISSION);
    await send(box, 'orders/paid', { ...order, note_attributes, line_items: lines.slice(1) });
    expect((await ordersOf(box)).sort()).toEqual([
      ['queue_1', '450789469', '598.94', 'USD'],
      ['queue_2', '450789469', undefined, 'USD'],
    ]);
  });

  test('more gated lines than fit in one note are all completed', async () => {
    const box = await open(shopifyWebhook);
    const line_items = Array.from({ length: 45 }, (_, n) => ({
      properties: shopifyLineItemProperties({
        ...ADMISSION,
        id: `a-${String(n)}`,
        distributionId: `queue_${String(n)}`,
      }),
    }));
    await send(box, 'orders/paid', { ...order, line_items });
    expect(box.said('completion.recorded')).toHaveLength(45);
  });

  test.each([
    ['', 'without'],
    ['_', 'with'],
  ])('the guide’s names %j count, %s an underscore', async (prefix) => {
    const box = await open(shopifyWebhook, {
      distributionIdOf: ({ experienceId }) => (experienceId === 'exp_1' ? 'queue_1' : undefined),
    });
    const properties = [
      { name: `${prefix}fanfare_token`, value: 'tok' },
      { name: `${prefix}fanfare_experience_id`, value: 'exp_1' },
      { name: `${prefix}fanfare_consumer_id`, value: 'cons_1' },
      { name: `${prefix}fanfare_distribution_type`, value: 'queue' },
    ];
    await send(box, 'orders/paid', { ...order, line_items: [{ properties }] });
    expect(await ordersOf(box)).toEqual([['queue_1', '450789469', '598.94', 'USD']]);
  });

  test('other topics, and orders without a field of ours, are answered and left alone', async () => {
    const box = await open(shopifyWebhook);
    expect(await send(box, 'products/update', { id: 1 })).toBe(200);
    expect(await send(box, '__proto__', { id: 1 })).toBe(200);
    expect(
      await send(box, 'orders/paid', { ...order, note_attributes: [{ name: 'colour', value: 'green' }] }),
    ).toBe(200);
    expect(box.said('webhook.received')).toEqual([]);
  });

  test('a wrong signature is 401', async () => {
    const box = await open(shopifyWebhook);
    expect((await box.post('{}', sign('{ }'))).status).toBe(401);
    expect((await box.post('{}', { 'X-Shopify-Hmac-Sha256': 'AAAA' })).status).toBe(401);
    expect((await box.post('{}')).status).toBe(400);
  });

  test('an order for an admission that another used is said, and the other lines are completed', async () => {
    const completed: unknown[] = [];
    const box = await open(shopifyWebhook, { onCompleted: (one) => completed.push(one) });
    await box.fanfare.completeAdmission(ADMISSION, { orderId: 'first' });
    await send(box, 'orders/paid', { ...order, line_items: lines });
    expect(box.said('webhook.order_refused')).toMatchObject([
      { orderId: '450789469', recordedOrderId: 'first' },
    ]);
    expect(completed).toMatchObject([
      { orderId: '450789469', late: false, outcome: 'honour', admission: { id: 'admission-2' } },
    ]);
    expect(await box.ledger.openNotes('webhook', 10)).toEqual([]);
  });

  test('the shop’s own order ids count', async () => {
    const box = await open(shopifyWebhook, { orderIdOf: ({ name }) => String(name) });
    await send(box, 'orders/paid', {
      ...order,
      name: '#1001',
      note_attributes: shopifyNoteAttributes(ADMISSION),
    });
    expect(await ordersOf(box)).toMatchObject([['queue_1', '#1001', '598.94', 'USD']]);
  });

  test.each([
    ['a number', 1001, '1001'],
    ['nothing', undefined, '450789469'],
  ])('%s from orderIdOf', async (_what, own, orderId) => {
    const box = await open(shopifyWebhook, { orderIdOf: () => own });
    const note_attributes = shopifyNoteAttributes(ADMISSION);
    expect(await send(box, 'orders/paid', { ...order, note_attributes })).toBe(200);
    expect(await ordersOf(box)).toMatchObject([['queue_1', orderId, '598.94', 'USD']]);
  });

  test.each([
    ['object', Promise.resolve('1001')],
    ['an empty text', ''],
    ['null', null],
    ['1.5', 1.5],
  ])('%s from orderIdOf has it sent again', async (got, own) => {
    const box = await open(shopifyWebhook, { orderIdOf: (() => own) as never });
    const body = JSON.stringify({ ...order, note_attributes: shopifyNoteAttributes(ADMISSION) });
    const answer = await box.post(body, { ...sign(body), 'X-Shopify-Topic': 'orders/paid' });
    expect([answer.status, await answer.text()]).toEqual([
      500,
      `fault: "orderIdOf" must give a text, a whole number or undefined, at once; it gave ${got}`,
    ]);
    expect(await box.ledger.openNotes('webhook', 10)).toEqual([]);
  });
});

describe('WooCommerce', () => {
  const order = { id: 727, total: '29.35', currency: 'EUR', date_paid_gmt: '2023-11-14T22:13:00' };

  test.each(['processing', 'completed'])('an order that is %s completes by its meta data', async (status) => {
    const box = await open(wooCommerceWebhook);
    expect(await sendWooCommerce(box, { ...order, status, meta_data: wooCommerceMeta(ADMISSION) })).toBe(200);
    expect(await ordersOf(box)).toEqual([['queue_1', '727', '29.35', 'EUR']]);
  });

  test('lines name admissions of their own', async () => {
    const box = await open(wooCommerceWebhook);
    const line_items = [ADMISSION, other].map((admission) => ({ meta_data: wooCommerceMeta(admission) }));
    await sendWooCommerce(box, { ...order, status: 'completed', line_items });
    expect(await ordersOf(box)).toHaveLength(2);
  });

  test.each(['pending', 'on-hold', 'failed'])('an order that is %s is not there yet', async (status) => {
    const box = await open(wooCommerceWebhook);
    await sendWooCommerce(box, { ...order, status, meta_data: wooCommerceMeta(ADMISSION) });
    expect(await ordersOf(box)).toEqual([]);
  });

  test('the unsigned first try is answered, and nothing else that is unsigned', async () => {
    const box = await open(wooCommerceWebhook);
    expect((await box.post('webhook_id=12')).status).toBe(200);
    expect((await box.post('webhook_id=12&x=1')).status).toBe(400);
    expect((await box.post(JSON.stringify(order))).status).toBe(400);
  });
});

describe('Stripe', () => {
  const intent = {
    id: 'pi_1',
    amount_received: 12_900,
    currency: 'eur',
    metadata: stripeMetadata(ADMISSION),
  };
  const session = {
    id: 'cs_1',
    payment_intent: 'pi_1',
    payment_status: 'paid',
    amount_total: 12_900,
    currency: 'eur',
    metadata: stripeMetadata(ADMISSION),
  };

  test('a payment and its session are one order', async () => {
    const box = await open(stripeReceiver);
    expect(await sendStripe(box, 'payment_intent.succeeded', intent)).toBe(200);
    expect(await sendStripe(box, 'checkout.session.completed', session)).toBe(200);
    expect(await ordersOf(box)).toEqual([['queue_1', 'pi_1', '129.00', 'EUR']]);
    expect(box.said('webhook.order_refused')).toEqual([]);
  });

  test('a session whose payment is under way waits for it', async () => {
    const box = await open(stripeReceiver);
    await sendStripe(box, 'checkout.session.completed', { ...session, payment_status: 'unpaid' });
    expect(await ordersOf(box)).toEqual([]);
    await sendStripe(box, 'checkout.session.async_payment_succeeded', session);
    expect(await ordersOf(box)).toHaveLength(1);
  });

  test.each([
    ['jpy', 500, '500'],
    ['kwd', 5_120, '5.120'],
    ['eur', 5, '0.05'],
    ['usd', 0, '0.00'],
  ])('minor units of %s', async (currency, amount_received, amount) => {
    const box = await open(stripeReceiver);
    await sendStripe(box, 'payment_intent.succeeded', { ...intent, currency, amount_received });
    expect(await ordersOf(box)).toEqual([['queue_1', 'pi_1', amount, currency.toUpperCase()]]);
  });

  test('the order id and the names of Fanfare’s payment guide', async () => {
    const box = await open(stripeReceiver);
    await sendStripe(box, 'payment_intent.succeeded', {
      ...intent,
      metadata: { ...TRIPLE, admissionToken: 'tok', fanfare_order_id: 'o_1' },
    });
    expect(await ordersOf(box)).toEqual([['queue_1', 'o_1', '129.00', 'EUR']]);
    expect(stripeMetadata(ADMISSION, { orderId: 'o_1' })).toMatchObject({ fanfare_order_id: 'o_1' });
  });

  test('a payment that failed keeps the admission as it was', async () => {
    const box = await open(stripeReceiver);
    const claim = {
      tokenHash: 't',
      sidHash: 's',
      attemptId: 'a',
      owner: 'o',
      leaseMs: 60_000,
      supersede: false,
      takeUnresolved: false,
    };
    await box.ledger.claim({ admission: ADMISSION, ...claim });
    await box.ledger.settle(
      { admissionId: ADMISSION.id, attemptId: 'a' },
      { to: 'pending', pendingMs: 60_000 },
    );
    await sendStripe(box, 'payment_intent.payment_failed', intent);
    expect((await box.ledger.find(ADMISSION.id))?.state).toBe('pending');
    expect(box.said('payment.failed')).toMatchObject([{ orderId: 'pi_1' }]);
  });

  test('an old or wrong signature is 401; a second secret counts', async () => {
    const box = await open(stripeReceiver, { secrets: ['whsec_new', WEBHOOK_SECRET] });
    const body = JSON.stringify({ id: 'evt_1', type: 'payment_intent.succeeded', data: { object: intent } });
    const now = Math.floor(Date.now() / 1_000);
    expect((await box.post(body, signStripe(body, now - 600))).status).toBe(401);
    expect((await box.post(`${body} `, signStripe(body, now))).status).toBe(401);
    expect((await box.post(body, signStripe(body, now, 'whsec_x'))).status).toBe(401);
    expect((await box.post(body)).status).toBe(400);
    expect((await box.post(body, signStripe(body, now))).status).toBe(200);
  });

  test('without the library it is not made', async () => {
    const { fanfare } = await openStage();
    expect(() => stripeWebhook(fanfare, { secrets: 's' } as never)).toThrow(/"stripe" must be/);
  });
});

describe('PayPal', () => {
  const capture = {
    id: '3C6',
    status: 'COMPLETED',
    amount: { value: '50.00', currency_code: 'USD' },
    create_time: '2023-11-14T22:13:00Z',
  };

  test('a capture completes, alone or in the order that it came in; what is not completed does not', async () => {
    const { fanfare } = await openStage({ deliveries: 'manual' });
    await fanfare.completeAdmission(other, { orderId: 'row' });
    const custom_id = payPalCustomId(other);
    const order = {
      id: 'O',
      purchase_units: [{ custom_id, payments: { captures: [{ ...capture, invoice_id: 'row' }] } }],
    };
    expect(await completePayPalCapture(fanfare, order)).toEqual([
      { late: false, outcome: 'honour', isNew: false },
    ]);
    expect(await completePayPalCapture(fanfare, { ...capture, status: 'PENDING', custom_id })).toEqual([]);
    expect(
      await completePayPalCapture(
        fanfare,
        { ...capture, custom_id: JSON.stringify(TRIPLE) },
        { orderId: 'o_2' },
      ),
    ).toHaveLength(1);
    await expect(completePayPalCapture(fanfare, { ...capture, custom_id })).rejects.toMatchObject({
      code: 'ADMISSION_USED',
      orderId: 'row',
    });
  });

  test('told by the same event again it is new again, told by another it is not', async () => {
    const { fanfare } = await openStage({ deliveries: 'manual' });
    const told = { ...capture, custom_id: JSON.stringify(TRIPLE) };
    const tell = async (eventId: string) =>
      (await completePayPalCapture(fanfare, told, { eventId })).map(({ isNew }) => isNew);
    expect([await tell('WH-1'), await tell('WH-1'), await tell('WH-2')]).toEqual([[true], [true], [false]]);
  });

  test('whether it was late is judged by when it was made, or by what the shop says', async () => {
    const { fanfare } = await openStage({
      deliveries: 'manual',
      latePayment: 'refund',
      orderGraceSeconds: 60,
    });
    const ends = Date.parse(capture.create_time);
    await fanfare.completeAdmission({ ...other, expiresAt: ends }, { orderId: 'row' });
    const told = { ...capture, custom_id: payPalCustomId(other), invoice_id: 'row' };
    const judged = async (paidAt?: string | number) =>
      (await completePayPalCapture(fanfare, told, paidAt === undefined ? {} : { paidAt }))[0];
    expect(await judged()).toMatchObject({ late: false, outcome: 'honour' });
    expect(await judged(ends + 60_000)).toMatchObject({ late: false });
    expect(await judged('2023-11-17T09:00:00Z')).toMatchObject({ late: true, outcome: 'refund' });
  });

  test('an admission that is used keeps the others of the same order from nothing', async () => {
    const { fanfare } = await openStage({ deliveries: 'manual' });
    await fanfare.completeAdmission(other, { orderId: 'before' });
    const units = [payPalCustomId(other), JSON.stringify(TRIPLE)].map((custom_id) => ({
      custom_id,
      payments: { captures: [{ ...capture, invoice_id: 'row' }] },
    }));
    const recording = completePayPalCapture(fanfare, { id: 'O', purchase_units: units });
    await expect(recording).rejects.toMatchObject({ code: 'ADMISSION_USED', orderId: 'before' });
    await expect(fanfare.completeAdmission(TRIPLE, { orderId: 'row' })).resolves.toBeDefined();
    await expect(fanfare.completeAdmission(TRIPLE, { orderId: 'else' })).rejects.toMatchObject({
      orderId: 'row',
    });
  });
});

describe('fields and keys', () => {
  test('no token and no foreign field travels, and no value is longer than a platform keeps', () => {
    const rich = { ...ADMISSION, token: 'tok', validatedAt: 1, verifiedBy: 'fanfare' as const };
    const all = [
      stripeMetadata(rich),
      shopifyNoteAttributes(rich),
      shopifyLineItemProperties(rich),
      wooCommerceMeta(rich),
      payPalCustomId(rich),
    ];
    expect(JSON.stringify(all)).not.toContain('tok"');
    expect(Object.keys(stripeMetadata(rich)).sort()).toEqual([
      ...['fanfare_admission_id', 'fanfare_admitted_at', 'fanfare_consumer_id'],
      ...['fanfare_distribution_id', 'fanfare_distribution_type', 'fanfare_expires_at'],
    ]);
    expect(() => stripeMetadata(undefined)).toThrow(/stripeMetadata takes an admission/);
    expect(() => payPalCustomId(undefined)).toThrow(/payPalCustomId takes an admission/);
  });

  test('the idempotency key belongs to the attempt', () => {
    const { signal } = new AbortController();
    const of = (id: string, number: number) => ({
      admission: {
        ...ADMISSION,
        validatedAt: 1,
        verifiedBy: 'fanfare' as const,
        attempt: { id, number, signal },
      },
    });
    expect(paymentIdempotencyKey(of('a', 1))).toBe(paymentIdempotencyKey(of('a', 1)));
    expect(paymentIdempotencyKey(of('a', 1))).toMatch(/^[\w-]{43}$/);
    expect(paymentIdempotencyKey(of('b', 2))).not.toBe(paymentIdempotencyKey(of('a', 1)));
    expect(paymentIdempotencyKey(of('a', 1), 'capture')).not.toBe(paymentIdempotencyKey(of('a', 1)));
    const returned = {
      ...ADMISSION,
      validatedAt: 1,
      verifiedBy: 'session' as const,
      returned: { id: 'a', number: 1 },
    };
    expect(paymentIdempotencyKey({ admission: returned })).toBe(paymentIdempotencyKey(of('a', 1)));
    expect(() => paymentIdempotencyKey({})).toThrow(expect.objectContaining({ code: 'CLAIM_LOST' }) as Error);
  });
});
