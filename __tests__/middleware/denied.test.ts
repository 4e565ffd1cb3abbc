/** A consumer whom Fanfare has denied: no new claim, a running one learns of it before the charge, an order stays. */
import type { RequestAdmission } from '../../lib/index.js';
import type { Handler } from '../support/shop.js';
import { AWAY, openTimedShop, type TimedShop } from '../support/timed-shop.js';

const MINUTE = 60_000;

let shop: TimedShop;

afterEach(() => shop.close());

const placeOrder: Handler = async (req, res, fanfare) => {
  await fanfare.completeAdmission(req, { orderId: 'order_1' });
  res.end('bought');
};

function deny(consumerId: string, deniedAt = shop.clock.now()): Promise<void> {
  const triple = { distributionType: 'queue', distributionId: 'queue_1', consumerId } as const;
  return shop.ledger.deny(triple, { deniedAt, until: shop.clock.now() + 30 * MINUTE });
}

test('a submit is refused as invalid, and its handler does not run', async () => {
  shop = await openTimedShop({ onSubmit: placeOrder });
  const browser = await shop.admitted({ consumerId: 'cons_1' });
  await deny('cons_1');
  const answer = await browser.submit();
  expect(answer.status).toBe(403);
  await expect(answer.json()).resolves.toMatchObject({ code: 'ADMISSION_INVALID' });
  expect((await (await shop.admitted({ consumerId: 'cons_2' })).submit()).status).toBe(200);
});

test('who is admitted again afterwards may buy', async () => {
  shop = await openTimedShop({ onSubmit: placeOrder });
  await deny('cons_1', shop.clock.now() - 1);
  expect((await (await shop.admitted({ consumerId: 'cons_1' })).submit()).status).toBe(200);
});

describe('while the handler runs', () => {
  let admission: RequestAdmission;

  async function deniedMeanwhile(then: Handler): Promise<Response> {
    shop = await openTimedShop({
      onSubmit: async (req, res, fanfare) => {
        admission = req.admission!;
        await fanfare.assertClaim(req);
        await deny('cons_1');
        await then(req, res, fanfare);
      },
    });
    return (await shop.admitted({ consumerId: 'cons_1' })).submit();
  }

  test('its claim goes on, and assertClaim says no', async () => {
    let said: unknown;
    const answer = await deniedMeanwhile(async (req, res, fanfare) => {
      said = await fanfare.assertClaim(req).catch((error: unknown) => error);
      await shop.clock.advance(5 * MINUTE);
      expect(admission.attempt!.signal.aborted).toBe(false);
      res.writeHead(402).end();
    });
    expect(said).toMatchObject({ code: 'ADMISSION_INVALID', status: 403 });
    expect(answer.status).toBe(402);
    await expect(shop.ledger.find(admission.id)).resolves.toMatchObject({ state: 'free' });
    expect(shop.said()).not.toContain('claim.lost');
  });

  test('an order that was made is recorded', async () => {
    expect((await deniedMeanwhile(placeOrder)).status).toBe(200);
    await expect(shop.ledger.find(admission.id)).resolves.toMatchObject({ order: { orderId: 'order_1' } });
  });

  test('assertClaim lets nothing through when the denials cannot be asked for', async () => {
    const answer = await deniedMeanwhile(async (req, res, fanfare) => {
      shop.ledger.findNote = AWAY;
      await fanfare.assertClaim(req);
      res.end('charged');
    });
    expect(answer.status).toBe(503);
  });
});
