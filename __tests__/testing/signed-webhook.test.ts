/** Signed webhooks: the vectors were worked out by hand from what the documentation says. */
import { signedWebhook, type WebhookScheme } from '../../lib/testing/index.js';

const EVENT = { id: 'whk_1', type: 'order.created' };
const WITH_TIME = '884dedc4abc768222df7d9045719501b0aeb6c959ca803fa65cc0405de5740b3';
const BODY_ALONE = '6f6e81e72d1c2792c9d2e7b2a52ffb49a815a41f5bcc50473db78e5a16230d57';

test.each<[WebhookScheme, string, string | undefined]>([
  ['timestamped', `sha256=${WITH_TIME}`, '1700000000'],
  ['combined', `t=1700000000,v1=${WITH_TIME}`, undefined],
  ['bare', BODY_ALONE, undefined],
  ['prefixed', `sha256=${BODY_ALONE}`, '1700000000'],
])('%s', (scheme, signature, timestamp) => {
  const { headers, body } = signedWebhook({
    body: EVENT,
    secret: 'whsec_test',
    scheme,
    at: 1_700_000_000_999,
  });
  expect(body).toBe('{"id":"whk_1","type":"order.created"}');
  expect(headers['X-Fanfare-Signature']).toBe(signature);
  expect(headers['X-Fanfare-Timestamp']).toBe(timestamp);
});

test('a text is signed as it is, and a scheme that there is not is refused', () => {
  expect(signedWebhook({ body: '{ }', secret: 'whsec_test' }).body).toBe('{ }');
  const wrong = { body: EVENT, secret: 'whsec_test', scheme: 'constructor' as never };
  expect(() => signedWebhook(wrong)).toThrow(/"scheme" must be one of timestamped, combined, bare, prefixed/);
});
