/** A claim that the ledger makes after the shopper was sent away. */
import { until } from '../support/shop.js';
import { openTimedShop, stall, type TimedShop } from '../support/timed-shop.js';

let shop: TimedShop;

afterEach(() => shop.close());

test('is given back, and the shopper may try again at once', async () => {
  shop = await openTimedShop({ onSubmit: (_req, res) => res.end('bought') });
  const browser = await shop.admitted();
  const claim = shop.ledger.claim.bind(shop.ledger);
  const claims = stall(shop.ledger, 'claim');
  const late = browser.submit();
  await until(() => claims.length === 1);
  await shop.clock.advance(2_000);
  expect((await late).status).toBe(503);
  shop.ledger.claim = claim;
  await claims[0]!();
  await until(async () => (await shop.ledger.list({ states: ['free'], limit: 1 })).length === 1);
  expect((await browser.submit()).status).toBe(200);
});

test('leaves what it took the place of in doubt, with the reference of its payment', async () => {
  const superseded: unknown[] = [];
  shop = await openTimedShop({
    onSubmit: async (req, res, fanfare) => {
      superseded.push(req.admission?.superseded);
      await fanfare.deferAdmission(req, { reference: `pay_${String(superseded.length)}` });
      res.end('off to payment');
    },
  });
  const browser = await shop.admitted();
  await browser.submit();
  const claim = shop.ledger.claim.bind(shop.ledger);
  const claims = stall(shop.ledger, 'claim');
  const late = browser.submit();
  await until(() => claims.length === 1);
  await shop.clock.advance(2_000);
  await late;
  shop.ledger.claim = claim;
  await claims[0]!();
  await until(async () => (await shop.ledger.list({ states: ['unresolved'], limit: 1 })).length === 1);
  expect((await browser.submit()).status).toBe(200);
  expect(superseded).toMatchObject([undefined, { number: 2, reference: 'pay_1' }]);
});
