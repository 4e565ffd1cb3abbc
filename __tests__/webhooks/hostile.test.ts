/** Bodies and headers that nobody sane sends, signed or not, to every receiver: an answer each, nothing on record, no fault. */
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import Stripe from 'stripe';
import type { Fanfare, Middleware } from '../../lib/index.js';
import { ADMISSION } from '../../lib/testing/bench.js';
import {
  completePayPalCapture,
  fanfareWebhook,
  shopifyNoteAttributes,
  shopifyWebhook,
  stripeWebhook,
  wooCommerceWebhook,
} from '../../lib/webhooks/index.js';
import { closeStages } from '../support/servers.js';
import { openPostBox, type PostBox, timestamped, until, WEBHOOK_SECRET } from './post-box.js';

afterEach(closeStages);

type Signer = (body: Buffer, seconds: number) => Record<string, string>;

const hmac = (secret: string, encoding: 'hex' | 'base64', ...parts: (string | Buffer)[]): string =>
  parts.reduce((sum, part) => sum.update(part), createHmac('sha256', secret)).digest(encoding);

interface Kind {
  readonly receiver: (fanfare: Fanfare, maxBytes?: number) => Middleware;
  readonly sign: Signer;
  readonly header: string;
}

const MOST = 100_000;
const KINDS: Readonly<Record<string, Kind>> = {
  fanfare: {
    receiver: (fanfare, maxBytes = MOST) => fanfareWebhook(fanfare, { secrets: WEBHOOK_SECRET, maxBytes }),
    header: 'X-Fanfare-Signature',
    sign: (body, seconds) => ({
      'X-Fanfare-Timestamp': String(seconds),
      'X-Fanfare-Signature': `sha256=${hmac(WEBHOOK_SECRET, 'hex', `${String(seconds)}.`, body)}`,
    }),
  },
  shopify: {
    receiver: (fanfare, maxBytes = MOST) => shopifyWebhook(fanfare, { secrets: WEBHOOK_SECRET, maxBytes }),
    header: 'X-Shopify-Hmac-Sha256',
    sign: (body) => ({
      'X-Shopify-Hmac-Sha256': hmac(WEBHOOK_SECRET, 'base64', body),
      'X-Shopify-Topic': 'orders/paid',
    }),
  },
  woocommerce: {
    receiver: (fanfare, maxBytes = MOST) =>
      wooCommerceWebhook(fanfare, { secrets: WEBHOOK_SECRET, maxBytes }),
    header: 'X-WC-Webhook-Signature',
    sign: (body) => ({ 'X-WC-Webhook-Signature': hmac(WEBHOOK_SECRET, 'base64', body) }),
  },
  stripe: {
    receiver: (fanfare, maxBytes = MOST) =>
      stripeWebhook(fanfare, {
        ...{ secrets: WEBHOOK_SECRET, maxBytes },
        stripe: new Stripe('sk_test_of_nobody'),
      }),
    header: 'Stripe-Signature',
    sign: (body) => {
      const seconds = String(Math.floor(Date.now() / 1_000));
      return { 'Stripe-Signature': `t=${seconds},v1=${hmac(WEBHOOK_SECRET, 'hex', `${seconds}.`, body)}` };
    },
  },
};

const DEEP = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
const BODIES: readonly (readonly [string, Buffer])[] = [
  ['nothing', Buffer.alloc(0)],
  ['no JSON', Buffer.from('{"id":')],
  ['a list', Buffer.from('[{"id":1}]')],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['UTF-16', Buffer.from('{"id":"1","type":"order.created"}', 'utf16le')],
  ['nulls', Buffer.alloc(1_000)],
  ['deep', Buffer.from(DEEP)],
  [
    'fields of all the wrong kinds',
    Buffer.from('{"id":{},"type":[],"data":7,"note_attributes":9,"line_items":{"0":1}}'),
  ],
  [
    'lists of all the wrong things',
    Buffer.from(
      '{"id":1,"status":"completed","note_attributes":[null,[],7,{"name":{}}],"line_items":[null,[1]],"meta_data":[null]}',
    ),
  ],
  ['packed', gzipSync('{"id":"1","type":"order.created"}')],
  ['ids of all alphabets', Buffer.from(JSON.stringify(strange('\u{1F9E6}')))],
  ['ids that turn the text around', Buffer.from(JSON.stringify(strange('a\u202eb')))],
  ['ids that are half a letter', Buffer.from(JSON.stringify(strange('\ud83e')))],
  ['ids with a NUL', Buffer.from(JSON.stringify(strange('a\u0000b')))],
  ['ids that are paths', Buffer.from(JSON.stringify(strange('../../admin')))],
  ['ids that are longer than a column', Buffer.from(JSON.stringify(strange('x'.repeat(3_000))))],
  ['lists for ids', Buffer.from(JSON.stringify(strange(['cons_1'])))],
];

/** What every receiver takes for an event, or an order, with such ids in every place. */
function strange(id: unknown): object {
  const names = ['fanfare_admission_id', 'fanfare_consumer_id', 'fanfare_distribution_id', 'consumerId'];
  const fields = [
    ...names.map((name) => [name, id] as const),
    ['fanfare_distribution_type', 'queue'] as const,
  ];
  const metadata = Object.fromEntries(fields);
  const object = { id, metadata, amount_received: 1, currency: id, payment_intent: id };
  return {
    ...{ id, type: 'payment_intent.succeeded', created: 1_700_000_000, order_id: id, status: 'completed' },
    ...{ total_price: id, total: id, currency: id, cancelled_at: id, cancel_reason: id },
    data: { object, queueId: id, consumerId: id, orderId: id, admissionToken: id },
    note_attributes: fields.map(([name, value]) => ({ name, value })),
    line_items: [{ price: id, quantity: id, properties: fields.map(([name, value]) => ({ name, value })) }],
    meta_data: fields.map(([key, value]) => ({ key: `_${key}`, value })),
  };
}

describe.each(Object.entries(KINDS))('%s', (_name, { receiver, sign, header }) => {
  let box: PostBox;
  let seconds: number;
  beforeEach(async () => {
    box = await openPostBox({ receiver });
    seconds = Math.floor(box.clock.now() / 1_000);
  });

  /** What goes wrong here would be a fault of ours: shown by the server as such. */
  const expectNothing = async (): Promise<void> => {
    expect(await box.ledger.openNotes('webhook', 10)).toEqual([]);
    expect(box.said('completion.recorded')).toEqual([]);
  };

  test.each(BODIES)('signed: %s', async (_what, body) => {
    const sent = await box.post(body, sign(body, seconds));
    // Stripe's library reads a body as text before it checks it.
    expect(header === 'Stripe-Signature' ? [200, 400, 401] : [200, 400]).toContain(sent.status);
    expect(await sent.text()).not.toMatch(/^fault/);
    await box.settled();
    await expectNothing();
  });

  test('a body that breaks off, told by its length or not', async () => {
    const body = Buffer.from(JSON.stringify(strange('1')));
    for (const [before, more] of [{ 'Content-Length': body.length }, {}].entries()) {
      const headers = { ...sign(body, seconds), ...more };
      const cut = request(`${box.url}/hook`, { method: 'POST', headers });
      cut.on('error', () => undefined);
      cut.write(body.subarray(0, 40), () => {
        cut.destroy();
      });
      await until(() => box.said('webhook.refused').length > before);
      expect(box.said('webhook.refused').at(-1)).toMatchObject({ reason: 'malformed' });
      await box.clock.advance(60_000);
    }
    await expectNothing();
  });

  test('as deep as a body can be', async () => {
    const wide = await openPostBox({ receiver: (fanfare) => receiver(fanfare, 1_048_576) });
    const levels = 170_000;
    const body = Buffer.from(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
    const sent = await wide.post(body, sign(body, Math.floor(wide.clock.now() / 1_000)));
    expect([200, 400]).toContain(sent.status);
    expect(await sent.text()).not.toMatch(/^fault/);
  });

  test('too large, told by its length or not', async () => {
    const body = Buffer.alloc(100_001, 32);
    expect((await box.post(body, sign(body, seconds))).status).toBe(413);
    const status = await new Promise((resolve, reject) => {
      const chunked = request(
        `${box.url}/hook`,
        { method: 'POST', headers: sign(body, seconds) },
        (answer) => {
          resolve(answer.resume().statusCode);
        },
      );
      chunked.on('error', reject);
      for (let part = 0; part < 11; part += 1) chunked.write(body.subarray(0, 10_000));
      chunked.end();
    });
    expect(status).toBe(413);
    await expectNothing();
  });

  test('a signature of another length, with a wrong letter, or twice', async () => {
    const body = Buffer.from(JSON.stringify({ id: 'x', type: 'order.created' }));
    const headers = sign(body, seconds);
    const good = headers[header]!;
    for (const bad of [`${good}0`, good.slice(0, -2), `${good.slice(0, -9)}!${good.slice(-8)}`, '=', ',']) {
      const sent = await box.post(body, { ...headers, [header]: bad });
      expect([bad, sent.status]).toEqual([bad, 401]);
    }
    await expectNothing();
    // Stripe sends several in one header, while a secret takes the place of another: one that fits is enough.
    if (header === 'Stripe-Signature') return;
    expect((await box.post(body, { ...headers, [header]: `${good}, ${good}` })).status).toBe(401);
    const twice = await new Promise((resolve, reject) => {
      const doubled = request(
        `${box.url}/hook`,
        { method: 'POST', headers: { ...headers, [header]: [good, good] } },
        (answer) => {
          resolve(answer.resume().statusCode);
        },
      );
      doubled.on('error', reject);
      doubled.end(body);
    });
    expect(twice).toBe(401);
    await expectNothing();
  });
});

test('a note of a Shopify order that says a thousand things is read, and what is long is left out', async () => {
  const box = await openPostBox({ receiver: KINDS['shopify']!.receiver });
  const noise = Array.from({ length: 1_000 }, (_, n) => ({
    name: `fanfare_admission_id_${String(n)}`,
    value: '../',
  }));
  const note_attributes = [
    ...noise,
    ...shopifyNoteAttributes(ADMISSION),
    { name: 'fanfare_consumer_id', value: 'x'.repeat(500) },
  ];
  const body = Buffer.from(JSON.stringify({ id: 1, note_attributes }));
  expect((await box.post(body, KINDS['shopify']!.sign(body, 0))).status).toBe(200);
  await box.settled();
  expect(box.said('completion.recorded')).toHaveLength(1);
  expect(box.said('webhook.order_refused')).toEqual([]);
});

test.each(['shopify', 'woocommerce'])(
  '%s: ten thousand lines of one order are one admission',
  async (kind) => {
    const { receiver, sign } = KINDS[kind]!;
    const box = await openPostBox({ receiver: (fanfare) => receiver(fanfare, 10_000_000) });
    const carried = shopifyNoteAttributes(ADMISSION);
    const line = { properties: carried, meta_data: carried.map(({ name, value }) => ({ key: name, value })) };
    const line_items = Array.from({ length: 10_000 }, () => line);
    const body = Buffer.from(JSON.stringify({ id: 1, status: 'completed', line_items }));
    expect((await box.post(body, sign(body, 0))).status).toBe(200);
    await box.settled();
    expect(box.said('completion.recorded')).toHaveLength(1);
  },
);

test('an event that is sent again under another signature is the same event, and under none of ours it is none', async () => {
  const secrets = [WEBHOOK_SECRET, 'whsec_next'];
  const heard: string[] = [];
  const box = await openPostBox({
    receiver: (fanfare) => fanfareWebhook(fanfare, { secrets, onEvent: ({ id }) => heard.push(id) }),
  });
  const body = JSON.stringify({ id: 'whk_1', type: 'order.created', data: { orderId: '1' } });
  const now = box.clock.now();
  const first = timestamped(body, now);
  for (const headers of [first, timestamped(body, now + 9_000), timestamped(body, now, 'whsec_next')])
    expect((await box.post(body, headers)).status).toBe(200);
  // The signature of one body above another, the time of one above another's, and a stranger's.
  const other = body.replace('"1"', '"2"');
  for (const [sent, headers] of [
    [other, first],
    [body, { ...first, 'X-Fanfare-Timestamp': String(Math.floor(now / 1_000) + 9) }],
    [body, { ...first, 'X-Fanfare-Timestamp': `${first['X-Fanfare-Timestamp']!}, 1` }],
    [body, timestamped(body, now, 'whsec_of_a_stranger')],
  ] as const)
    expect((await box.post(sent, headers)).status).toBe(401);
  await box.clock.advance(301_000);
  expect((await box.post(body, first)).status).toBe(401);
  await box.settled();
  expect(heard).toEqual(['whk_1']);
});

test.each([
  ...[null, undefined, [], 'capture', 7, {}, { purchase_units: {} }, { purchase_units: [null, []] }],
  { purchase_units: [{ payments: { captures: [null, 1, { status: 'COMPLETED' }] } }] },
  { id: 'C', status: ['COMPLETED'], custom_id: 'a' },
  { id: 'C', status: 'COMPLETED', custom_id: ['a'] },
  { id: 'C', status: 'COMPLETED', custom_id: '../x,\u{1F9E6},\ud83e,{' },
  { id: 'C', status: 'COMPLETED', custom_id: '{"consumerId":[1],"distributionType":{}}' },
])('PayPal: %j completes nothing', async (captured) => {
  const { fanfare, ledger } = await openPostBox({ receiver: KINDS['fanfare']!.receiver });
  expect(await completePayPalCapture(fanfare, captured as never)).toEqual([]);
  expect(await ledger.list({ states: ['ordered'], limit: 1 })).toEqual([]);
});

test('PayPal: a capture that names an admission and has no id of its own is told so', async () => {
  const { fanfare } = await openPostBox({ receiver: KINDS['fanfare']!.receiver });
  const nameless = { status: 'COMPLETED', custom_id: 'a', id: ['x'], invoice_id: {} };
  await expect(completePayPalCapture(fanfare, nameless)).rejects.toMatchObject({
    code: 'INVALID_ADMISSION_DATA',
  });
});
