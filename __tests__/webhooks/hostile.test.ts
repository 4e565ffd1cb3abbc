/** Bodies and headers that nobody sane sends, signed or not, to every receiver: an answer each, nothing on record, no fault. */
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import Stripe from 'stripe';
import type { Fanfare, Middleware } from '../../lib/index.js';
import { ADMISSION } from '../../lib/testing/bench.js';
import {
  fanfareWebhook,
  shopifyNoteAttributes,
  shopifyWebhook,
  stripeWebhook,
  wooCommerceWebhook,
} from '../../lib/webhooks/index.js';
import { closeStages } from '../support/servers.js';
import { openPostBox, type PostBox, WEBHOOK_SECRET } from './post-box.js';

afterEach(closeStages);

type Signer = (body: Buffer, seconds: number) => Record<string, string>;

const hmac = (secret: string, encoding: 'hex' | 'base64', ...parts: (string | Buffer)[]): string =>
  parts.reduce((sum, part) => sum.update(part), createHmac('sha256', secret)).digest(encoding);

interface Kind {
  readonly receiver: (fanfare: Fanfare) => Middleware;
  readonly sign: Signer;
  readonly header: string;
}

const KINDS: Readonly<Record<string, Kind>> = {
  fanfare: {
    receiver: (fanfare) => fanfareWebhook(fanfare, { secrets: WEBHOOK_SECRET, maxBytes: 100_000 }),
    header: 'X-Fanfare-Signature',
    sign: (body, seconds) => ({
      'X-Fanfare-Timestamp': String(seconds),
      'X-Fanfare-Signature': `sha256=${hmac(WEBHOOK_SECRET, 'hex', `${String(seconds)}.`, body)}`,
    }),
  },
  shopify: {
    receiver: (fanfare) => shopifyWebhook(fanfare, { secrets: WEBHOOK_SECRET, maxBytes: 100_000 }),
    header: 'X-Shopify-Hmac-Sha256',
    sign: (body) => ({
      'X-Shopify-Hmac-Sha256': hmac(WEBHOOK_SECRET, 'base64', body),
      'X-Shopify-Topic': 'orders/paid',
    }),
  },
  woocommerce: {
    receiver: (fanfare) => wooCommerceWebhook(fanfare, { secrets: WEBHOOK_SECRET, maxBytes: 100_000 }),
    header: 'X-WC-Webhook-Signature',
    sign: (body) => ({ 'X-WC-Webhook-Signature': hmac(WEBHOOK_SECRET, 'base64', body) }),
  },
  stripe: {
    receiver: (fanfare) =>
      stripeWebhook(fanfare, {
        ...{ secrets: WEBHOOK_SECRET, maxBytes: 100_000 },
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
];

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
