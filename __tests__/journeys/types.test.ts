/** One journey per experience type: enter, wait or win, hand over, check out, and Fanfare hears of the order. */
import { createEmulator } from '../../lib/emulator/index.js';
import { Browser, openShop, type Shop, until } from '../support/shop.js';
import { ManualClock } from '../support/manual-clock.js';

const clock = new ManualClock(Date.now());
const emulator = createEmulator({
  clock,
  experiences: [
    {
      id: 'exp_1',
      name: 'All of them',
      distributions: [
        { id: 'queue_a', type: 'queue', waitSeconds: 3 },
        { id: 'draw_a', type: 'draw', runSeconds: 5 },
        { id: 'auction_a', type: 'auction', runSeconds: 20 },
        { id: 'release_a', type: 'timed_release' },
      ],
    },
  ],
});
let url: string;
let shop: Shop;

beforeAll(async () => {
  ({ url } = await emulator.listen());
  shop = await openShop({
    emulator,
    options: { api: { baseUrl: url } },
    onSubmit: async (req, res, fanfare) => {
      await fanfare.completeAdmission(req, {
        orderId: `order_${req.admission?.distributionId ?? ''}`,
        amount: '5.00',
      });
      res.writeHead(201).end();
    },
  });
});
afterAll(async () => {
  await shop.close();
  await emulator.close();
});

async function api(path: string, token?: string, body?: object): Promise<Record<string, string>> {
  const answer = await fetch(url + path, {
    method: path.endsWith('/status') ? 'GET' : 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-Publishable-Key': emulator.publishableKey,
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as Record<string, string>;
}

test.each([
  { type: 'queue', at: '/queues/queue_a', id: 'queue_a', wait: 4_000 },
  { type: 'draw', at: '/draws/draw_a', id: 'draw_a', wait: 6_000 },
  { type: 'auction', at: '/auctions/auction_a', id: 'auction_a', wait: 21_000, bid: { amount: '10.00' } },
  { type: 'timed_release', at: '/timed-releases/release_a', id: 'release_a', wait: 0 },
])('$type', async ({ type, at, id, wait, bid }) => {
  const { accessToken } = await api('/auth/guest');
  await api(`${at}/enter`, accessToken);
  if (bid !== undefined) await api(`${at}/bid`, accessToken, bid);
  await clock.advance(wait);
  const { admissionGrant } = await api(`${at}/status`, accessToken);
  const browser = new Browser(shop.origin);
  const handoff = await browser.send('/fanfare/admission', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ admissionGrant }),
  });
  expect(await handoff.json()).toMatchObject({
    admission: { distributionId: id, distributionType: type, experienceId: 'exp_1', state: 'open' },
  });
  expect((await browser.visit('/checkout')).status).toBe(200);
  expect((await browser.submit()).status).toBe(201);
  const completed = (): boolean =>
    emulator
      .admissions()
      .some((admission) => admission.distributionId === id && admission.state === 'completed');
  await until(completed);
});
