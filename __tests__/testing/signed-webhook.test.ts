/** Signed webhooks: the vectors were worked out by hand from what the documentation says, and every receiver takes its own. */
import Stripe from 'stripe';
import type { Fanfare, Middleware } from '../../lib/index.js';
import { signedWebhook, type WebhookScheme } from '../../lib/testing/index.js';
import {
  fanfareWebhook,
  shopifyWebhook,
  type SignatureScheme,
  stripeWebhook,
  wooCommerceWebhook,
} from '../../lib/webhooks/index.js';
import { closeStages, listen, openStage } from '../support/servers.js';

afterEach(closeStages);

const EVENT = { id: 'whk_1', type: 'order.created' };
const WITH_TIME = '884dedc4abc768222df7d9045719501b0aeb6c959ca803fa65cc0405de5740b3';
const BODY_ALONE = '6f6e81e72d1c2792c9d2e7b2a52ffb49a815a41f5bcc50473db78e5a16230d57';
const BASE64 = Buffer.from(BODY_ALONE, 'hex').toString('base64');
const secret = 'whsec_test';

test.each<[WebhookScheme, string, string, string | undefined]>([
  ['timestamped', 'X-Fanfare-Signature', `sha256=${WITH_TIME}`, '1700000000'],
  ['combined', 'X-Fanfare-Signature', `t=1700000000,v1=${WITH_TIME}`, undefined],
  ['body-hex', 'X-Fanfare-Signature', BODY_ALONE, undefined],
  ['body-sha256', 'X-Fanfare-Signature', `sha256=${BODY_ALONE}`, '1700000000'],
  ['shopify', 'X-Shopify-Hmac-Sha256', BASE64, undefined],
  ['woocommerce', 'X-WC-Webhook-Signature', BASE64, undefined],
  ['stripe', 'Stripe-Signature', `t=1700000000,v1=${WITH_TIME}`, undefined],
])('%s', (scheme, header, signature, timestamp) => {
  const { headers, body } = signedWebhook({ body: EVENT, secret, scheme, at: 1_700_000_000_999 });
  expect(body).toBe('{"id":"whk_1","type":"order.created"}');
  expect(headers[header]).toBe(signature);
  expect(headers['X-Fanfare-Timestamp']).toBe(timestamp);
});

const ofFanfare =
  (scheme: SignatureScheme) =>
  (fanfare: Fanfare): Middleware =>
    fanfareWebhook(fanfare, { secrets: secret, scheme });

const RECEIVERS: Readonly<Record<WebhookScheme, (fanfare: Fanfare) => Middleware>> = {
  timestamped: ofFanfare('timestamped'),
  combined: ofFanfare('combined'),
  'body-hex': ofFanfare('body-hex'),
  'body-sha256': ofFanfare('body-sha256'),
  shopify: (fanfare) => shopifyWebhook(fanfare, { secrets: secret }),
  woocommerce: (fanfare) => wooCommerceWebhook(fanfare, { secrets: secret }),
  stripe: (fanfare) => stripeWebhook(fanfare, { secrets: secret, stripe: new Stripe('sk_test_of_nobody') }),
};

test.each(Object.keys(RECEIVERS) as WebhookScheme[])(
  'the receiver takes %s, and no other secret',
  async (scheme) => {
    const { fanfare } = await openStage();
    const hook = RECEIVERS[scheme](fanfare);
    const url = await listen((req, res) => {
      hook(req, res);
    });
    const post = async (key: string): Promise<number> => {
      const { headers, body } = signedWebhook({ body: EVENT, secret: key, scheme, topic: 'orders/paid' });
      return (await fetch(url, { method: 'POST', headers: { ...headers }, body })).status;
    };
    expect(await post(secret)).toBe(200);
    expect(await post('whsec_another')).toBe(401);
  },
);

test('a text is signed as it is; a scheme that there is not, and an empty secret, are refused', () => {
  expect(signedWebhook({ body: '{ }', secret }).body).toBe('{ }');
  expect(
    signedWebhook({ body: EVENT, secret, scheme: 'shopify', topic: 'orders/paid' }).headers,
  ).toMatchObject({
    'X-Shopify-Topic': 'orders/paid',
  });
  const wrong = { body: EVENT, secret, scheme: 'constructor' as never };
  expect(() => signedWebhook(wrong)).toThrow(
    /"scheme" must be one of timestamped, combined, body-hex, body-sha256, shopify, woocommerce, stripe/,
  );
  expect(() => signedWebhook({ body: EVENT, secret: '' })).toThrow(/"secret"/);
});
