/** From Fanfare's event to the order: the receiver hears of a winner, the shop mails a link, and the shopper buys with it. */
import { type Fanfare, memoryLedger } from '../../lib/index.js';
import { signedWebhook } from '../../lib/testing/index.js';
import { type FanfareWebhookEvent, fanfareWebhook } from '../../lib/webhooks/index.js';
import type { Minted } from '../../lib/emulator/index.js';
import { until } from '../support/shop.js';
import { closeStages, openStage, type Stage } from '../support/servers.js';
import type { Jar } from '../support/jar.js';

const secret = 'whsec_test';
const HOUR_MS = 3_600_000;

let stage: Stage;
let browser: Jar;
/** What the shop has mailed, by consumer. */
let mails: Map<string, string[]>;

afterEach(closeStages);

/** The shop's own part: as docs/webhooks.md has it. */
const inviting =
  (fanfare: Fanfare) =>
  async (event: FanfareWebhookEvent): Promise<void> => {
    if (event.type !== 'admission.won' && event.type !== 'admission.admitted') return;
    const { token, consumerId, expiresAt = Date.now() + HOUR_MS } = event;
    if (token === undefined) return;
    const options = { url: 'https://shop.example/winner', deadline: expiresAt };
    const link = await fanfare.createWinnerLink({ ...event, token }, options);
    mails.set(consumerId, [...(mails.get(consumerId) ?? []), link]);
  };

beforeEach(async () => {
  mails = new Map();
  stage = await openStage({ ledger: memoryLedger() });
  const { fanfare } = stage;
  browser = await stage.serve('Express 5', [
    { path: '/hook', use: [fanfareWebhook(fanfare, { secrets: secret, onEvent: inviting(fanfare) })] },
    { path: '/winner', use: [fanfare.winnerPage()] },
    {
      path: '/checkout',
      use: [
        fanfare.claimAdmission(),
        (req, res, next) => {
          if (req.method !== 'POST') {
            res.end('checkout');
            return;
          }
          fanfare.completeAdmission(req, { orderId: `order of ${req.admission!.consumerId}` }).then(
            () => res.end('thank you'),
            (error: unknown) => next?.(error),
          );
        },
      ],
    },
  ]);
});

async function tell(id: string, type: string, data: object): Promise<void> {
  const event = { id, type, timestamp: new Date().toISOString(), data };
  const { headers, body } = signedWebhook({ body: event, secret });
  expect((await browser.send('/hook', { method: 'POST', headers, body })).status).toBe(200);
}

async function redeem(link: string): Promise<void> {
  const { pathname, search } = new URL(link);
  const path = pathname + search;
  expect((await browser.visit(path)).text).toContain('Go to checkout');
  const pressed = await browser.send(path, {
    ...{ method: 'POST', body: '' },
    headers: {
      ...{ 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Site': 'same-origin' },
      'Content-Type': 'application/x-www-form-urlencoded',
    },
  });
  expect(pressed.status).toBe(303);
  expect((await browser.visit('/checkout')).text).toBe('checkout');
  expect((await browser.post('/checkout', {})).text).toBe('thank you');
}

const expires = ({ expiresAt }: Minted): string => new Date(expiresAt).toISOString();

test.each<[string, 'queue' | 'draw' | 'auction', (won: Minted) => object]>([
  [
    'draw.consumer.won',
    'draw',
    ({ distributionId, token }) => ({ drawId: distributionId, admissionToken: token }),
  ],
  [
    'draw.winners_selected',
    'draw',
    (won) => ({
      drawId: won.distributionId,
      winners: [
        { consumerId: won.consumerId, claimToken: won.token, claimDeadline: expires(won) },
        { consumerId: 'cons_other', claimToken: 'tok_of_another', claimDeadline: expires(won) },
      ],
    }),
  ],
  [
    'auction.consumer.won',
    'auction',
    ({ distributionId, token }) => ({ auctionId: distributionId, paymentToken: token }),
  ],
  [
    'queue.consumer_admitted',
    'queue',
    (won) => ({ distributionId: won.distributionId, admissionToken: won.token, expiresAt: expires(won) }),
  ],
])('%s leads to an order, and Fanfare hears of it once', async (type, distributionType, data) => {
  const won = stage.emulator.mint({ distributionId: `${distributionType}_1`, distributionType });
  const { consumerId } = won;
  const told = { consumerId, ...data(won) };
  await tell('whk_1', type, told);
  await tell('whk_1', type, told);
  await until(() => mails.has(consumerId));
  const [link, ...more] = mails.get(consumerId)!;
  expect(more).toEqual([]);
  expect(link).not.toContain(won.token);
  expect(link).not.toContain(consumerId);
  await redeem(link!);
  const completion = () =>
    stage.emulator.admissions().find((admission) => admission.consumerId === consumerId)?.completion;
  await until(() => completion()?.effects === 1);
  expect(completion()).toMatchObject({ orderId: `order of ${consumerId}`, effects: 1 });
});
