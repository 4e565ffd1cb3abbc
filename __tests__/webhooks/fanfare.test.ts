/** What Fanfare's events do: every catalogue, every envelope, and the order in which they come. */
import { join } from 'node:path';
import type { Clock, Fanfare, Ledger } from '../../lib/index.js';
import { type FanfareWebhookEvent, fanfareWebhook } from '../../lib/webhooks/index.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { ADMISSION } from '../../lib/testing/bench.js';
import { dies } from '../support/completions.js';
import { closeStages } from '../support/servers.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import { openPostBox, type PostBox, timestamped, TRIPLE, until, WEBHOOK_SECRET } from './post-box.js';

let heard: FanfareWebhookEvent[];
let box: PostBox;
beforeEach(async () => {
  heard = [];
  box = await openPostBox({
    receiver: (fanfare: Fanfare) =>
      fanfareWebhook(fanfare, { secrets: WEBHOOK_SECRET, onEvent: (event) => heard.push(event) }),
  });
});
afterEach(closeStages);

let sent = 0;

/** Sends it, and waits until it is worked. */
async function send(type: string, data: object = {}, envelope: object = {}): Promise<void> {
  const at = { timestamp: new Date(box.clock.now()).toISOString() };
  const body = JSON.stringify({ id: `whk_${String((sent += 1))}`, type, ...at, data, ...envelope });
  expect((await box.post(body, timestamped(body, box.clock.now()))).status).toBe(200);
  await box.settled();
}

const IDS = { queueId: 'queue_1', consumerId: 'cons_1' };
const seconds = (number: number): string => new Date(box.clock.now() + number * 1_000).toISOString();

test.each([
  ['V1', { id: 'whk_1', timestamp: '2023-11-14T22:13:20.500Z', organizationId: 'org_emulator' }],
  ['V2', { id: 'x-1', created: 1_700_000_000_500, organizationId: 'org_emulator', experienceId: 'exp_1' }],
  [
    'V3',
    { id: 'evt_1', created: '2023-11-14T22:13:20.500Z', organization: { id: 'org_emulator', name: 'Shop' } },
  ],
  ['V4', { id: 'wh_evt_1', timestamp: '2023-11-14T22:13:20.500Z', organization_id: 'org_emulator' }],
])('the envelope %s', async (_version, envelope) => {
  await send(
    'queue.consumer.left',
    { queue_id: 'queue_1', consumer_id: 'cons_1' },
    { timestamp: undefined, ...envelope },
  );
  expect(heard).toMatchObject([
    { id: envelope.id, type: 'admission.left', ...TRIPLE, at: 1_700_000_000_500 },
  ]);
});

test.each([
  ['queue.consumer.entered', 'admission.entered'],
  ['queue.consumer_entered', 'admission.entered'],
  ['queue.consumer.admitted', 'admission.admitted'],
  ['queue.consumer_admitted', 'admission.admitted'],
  ['queue.access_granted', 'admission.admitted'],
  ['queue.consumer.completed', 'admission.completed'],
  ['queue.admission_completed', 'admission.completed'],
  ['queue.admission_expired', 'admission.expired'],
  ['queue.access_expired', 'admission.expired'],
  ['queue.consumer.left', 'admission.left'],
  ['queue.consumer_left', 'admission.left'],
  ['queue.consumer.denied', 'admission.denied'],
  ['draw.consumer.entered', 'admission.entered'],
  ['draw.consumer_entered', 'admission.entered'],
  ['draw.entry_created', 'admission.entered'],
  ['draw.consumer.won', 'admission.won'],
  ['draw.winner_selected', 'admission.won'],
  ['draw.consumer.lost', 'admission.lost'],
  ['draw.consumer_left', 'admission.left'],
  ['draw.prize_claimed', 'admission.claimed'],
  ['draw.prize_expired', 'admission.expired'],
  ['auction.consumer.won', 'admission.won'],
  ['auction.winner_notified', 'admission.won'],
  ['admission.created', 'admission.admitted'],
  ['admission.admitted', 'admission.admitted'],
  ['admission.completed', 'admission.completed'],
  ['admission.expired', 'admission.expired'],
  ['distribution.joined', 'admission.entered'],
  ['distribution.admitted', 'admission.admitted'],
  ['distribution.winner_selected', 'admission.won'],
])('%s is %s', async (name, type) => {
  const mechanism = name.split('.')[0]!;
  const own = ['queue', 'draw', 'auction'].includes(mechanism);
  const distributionType = own ? mechanism : 'timed_release';
  const ids = own ? { [`${mechanism}Id`]: 'd_1' } : { distributionId: 'd_1', distributionType };
  await send(name, { ...ids, consumerId: 'cons_1' });
  expect(heard).toMatchObject([
    { type, originalType: name, distributionType, distributionId: 'd_1', consumerId: 'cons_1' },
  ]);
});

test.each([
  'draw.completed',
  'auction.settled',
  'bid.placed',
  'consumer.created',
  'distribution.closed',
  'experience.ended',
])('%s is passed on as it is', async (type) => {
  await send(type, { experienceId: 'exp_1', totalBids: 3, email: 'a@b.example' });
  expect(heard).toMatchObject([{ type, experienceId: 'exp_1', data: { totalBids: 3 } }]);
  expect(JSON.stringify(heard)).not.toContain('a@b.example');
});

test('orders are told with their id', async () => {
  await send('order.cancelled', { orderId: 'o_1', consumerId: 'cons_1', reason: 'stock' });
  expect(heard).toMatchObject([{ type: 'order.cancelled', orderId: 'o_1', consumerId: 'cons_1' }]);
});

test('what no catalogue knows, and what lacks its ids, is unknown and no error', async () => {
  await send('moon.landed', { crew: 3 });
  await send('queue.consumer.admitted', { queueId: '../admin', consumerId: 'cons_1' });
  await send('__proto__', { constructor: 'x' });
  await send('constructor');
  expect(heard.map(({ type }) => type)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
});

test('doubled keys and names of prototypes change nothing but their own event', async () => {
  const body = `{"id":"whk_x","type":"queue.consumer.left","type":"queue.consumer.left","__proto__":{"polluted":1},
    "data":{"queueId":"no","queueId":"queue_1","consumerId":"cons_1","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}`;
  await box.post(body, timestamped(body, box.clock.now()));
  await box.settled();
  expect(heard).toMatchObject([{ type: 'admission.left', ...TRIPLE }]);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
  expect(heard[0]!.data).not.toHaveProperty('polluted');
});

test('an event of another organization is answered, and is nothing to us', async () => {
  await send('queue.consumer.left', IDS, { organizationId: 'org_another' });
  expect([heard, box.said('webhook.received')]).toEqual([[], []]);
});

test('an admission comes with its token and its times', async () => {
  await send('queue.consumer_admitted', {
    ...{ distributionId: 'queue_1', consumerId: 'cons_1', admissionToken: 'tok_1' },
    ...{ admittedAt: seconds(0), expiresAt: seconds(600) },
  });
  const now = box.clock.now();
  expect(heard).toMatchObject([{ ...TRIPLE, token: 'tok_1', admittedAt: now, expiresAt: now + 600_000 }]);
});

test('each winner of a draw is an event of their own', async () => {
  const winner = (number: number): object => ({
    consumerId: `cons_${String(number)}`,
    claimToken: `tok_${String(number)}`,
    claimDeadline: seconds(number),
  });
  await send('draw.winners_selected', {
    drawId: 'draw_1',
    winners: Array.from({ length: 150 }, (_, n) => winner(n)),
  });
  await until(() => heard.length === 150);
  const first = heard.find((event) => 'consumerId' in event && event.consumerId === 'cons_7');
  expect(first).toMatchObject({
    type: 'admission.won',
    distributionType: 'draw',
    token: 'tok_7',
    expiresAt: box.clock.now() + 7_000,
  });
});

async function claimed(): Promise<void> {
  await box.ledger.claim({
    admission: ADMISSION,
    ...{ tokenHash: 't', sidHash: 's', attemptId: 'a', owner: 'o', leaseMs: 60_000 },
    ...{ supersede: false, takeUnresolved: false },
  });
}

async function stateOf(id: string = ADMISSION.id): Promise<string | undefined> {
  return (await box.ledger.find(id))?.state;
}

test('denied refuses new claims, and leaves what runs', async () => {
  await claimed();
  await send('queue.consumer.denied', { ...IDS, deniedAt: seconds(1), reason: 'fraud' });
  expect(await stateOf()).toBe('active');
  await box.ledger.settle({ admissionId: ADMISSION.id, attemptId: 'a' }, { to: 'free' });
  await claimed();
  expect(await stateOf()).toBe('free');
});

test.each(['reason', 'denyReason', 'deniedReason'])(
  'denied because the time was over (%s) bars nobody who is admitted again',
  async (name) => {
    await send('queue.consumer.denied', { ...IDS, deniedAt: seconds(1), [name]: 'ADMISSION_EXPIRED' });
    await claimed();
    expect(await stateOf()).toBe('active');
  },
);

test('expired ends nothing that has begun or has an order', async () => {
  await claimed();
  await send('queue.admission_expired', { ...IDS, expiredAt: seconds(1) });
  expect(await stateOf()).toBe('active');
  await box.ledger.settle(
    { admissionId: ADMISSION.id, attemptId: 'a' },
    { to: 'pending', pendingMs: 60_000 },
  );
  await send('queue.admission_expired', { ...IDS, expiredAt: seconds(2) });
  expect(await stateOf()).toBe('pending');
  await box.fanfare.completeAdmission({ id: ADMISSION.id }, { orderId: 'o_1' });
  await send('queue.admission_expired', { ...IDS, expiredAt: seconds(3) });
  expect(await stateOf()).toBe('ordered');
});

describe('completed', () => {
  beforeEach(async () => {
    await box.fanfare.completeAdmission(ADMISSION, { orderId: 'o_1' });
  });

  test.each([
    ['with the order', { orderId: 'o_1' }],
    ['without one', {}],
  ])('%s confirms the delivery', async (_how, order) => {
    await send('queue.consumer.completed', { ...IDS, completedAt: seconds(1), ...order });
    expect(await stateOf()).toBe('delivered');
    expect(box.said('completion.delivered')).toMatchObject([{ orderId: 'o_1', attempts: 0 }]);
    await send('queue.consumer.completed', { ...IDS, completedAt: seconds(2), ...order });
    expect(box.said('completion.delivered')).toHaveLength(1);
  });

  test('confirms one that was given up, too, and none that an operator gave up for good', async () => {
    await dies(box.ledger, ADMISSION.id);
    await send('queue.consumer.completed', { ...IDS, completedAt: seconds(1) });
    expect(await stateOf()).toBe('delivered');
    expect(box.said('completion.delivered')).toMatchObject([{ orderId: 'o_1', attempts: 1 }]);
    const other = { ...ADMISSION, id: 'adm_other', consumerId: 'cons_2' };
    await box.fanfare.completeAdmission(other, { orderId: 'o_2' });
    await dies(box.ledger, other.id);
    await box.ledger.discard(other.id);
    await send('queue.consumer.completed', { ...IDS, consumerId: 'cons_2', orderId: 'o_2' });
    expect(await stateOf(other.id)).toBe('discarded');
  });

  test('with another order changes nothing, and is said', async () => {
    await send('queue.consumer.completed', { ...IDS, completedAt: seconds(1), orderId: 'o_2' });
    expect(await stateOf()).toBe('ordered');
    expect(box.said('webhook.order_refused')).toMatchObject([
      { level: 'error', orderId: 'o_2', recordedOrderId: 'o_1' },
    ]);
  });

  test('without an order means none of two, and none that came later', async () => {
    await send('queue.consumer.completed', { ...IDS, completedAt: seconds(-3_600) });
    expect(await stateOf()).toBe('ordered');
    const again = { ...ADMISSION, id: 'adm_later' };
    await box.fanfare.completeAdmission(again, { orderId: 'o_2' });
    await send('queue.consumer.completed', { ...IDS, completedAt: seconds(3) });
    expect(await stateOf()).toBe('ordered');
    expect(box.said('completion.delivered')).toEqual([]);
  });

  test('for a consumer without an order makes none', async () => {
    await send('queue.consumer.completed', { ...IDS, consumerId: 'cons_9', orderId: 'o_9' });
    expect(await box.ledger.rowsOf({ ...TRIPLE, consumerId: 'cons_9' })).toEqual([]);
  });
});

test('an event that is older than the newest of its consumer is ignored; another consumer’s is not', async () => {
  await send('queue.admission_expired', { ...IDS, expiredAt: seconds(60) });
  await send('queue.consumer.admitted', { ...IDS, admittedAt: seconds(0), admissionToken: 'tok_1' });
  await send('queue.consumer.admitted', { ...IDS, consumerId: 'cons_2', admittedAt: seconds(0) });
  await send('queue.consumer.admitted', { ...IDS, admittedAt: seconds(61) });
  expect(heard.map(({ type }) => type)).toEqual([
    'admission.expired',
    'admission.admitted',
    'admission.admitted',
  ]);
  expect(box.said('webhook.ignored')).toMatchObject([{ eventId: expect.stringMatching(/^whk_/) as string }]);
});

test('an old denial still denies', async () => {
  await send('queue.consumer.left', { ...IDS, leftAt: seconds(60) });
  await send('queue.consumer.denied', { ...IDS, deniedAt: seconds(1) });
  await claimed();
  expect(await stateOf()).toBeUndefined();
});

test('an event whose handling failed is told again, though a newer one came meanwhile; one out of turn is not', async () => {
  let fails = true;
  const told: string[] = [];
  const failing = await openPostBox({
    receiver: (fanfare: Fanfare) =>
      fanfareWebhook(fanfare, {
        secrets: WEBHOOK_SECRET,
        onEvent: ({ type }) => {
          told.push(type);
          if (type === 'admission.admitted' && fails) throw new Error('the mailer is away');
        },
      }),
  });
  const at = (type: string, seconds: number, extra: object = {}): Promise<unknown> => {
    const timestamp = new Date(1_700_000_000_000 + seconds * 1_000).toISOString();
    const body = JSON.stringify({
      id: `whk_${type}_${String(seconds)}`,
      type,
      timestamp,
      data: { ...IDS, ...extra },
    });
    return failing.post(body, timestamped(body, failing.clock.now())).then(() => failing.settled());
  };
  await at('queue.consumer.admitted', 10);
  await at('queue.consumer.left', 20);
  await at('queue.consumer.entered', 15);
  expect(told).toEqual(['admission.admitted', 'admission.left']);
  fails = false;
  await failing.clock.advance(10_000);
  await until(() => told.length === 3);
  await failing.settled();
  expect(told).toEqual(['admission.admitted', 'admission.left', 'admission.admitted']);
  expect(failing.said('webhook.ignored')).toHaveLength(1);
  expect(await failing.ledger.openNotes('webhook', 10)).toEqual([]);
});

describe('a token whose secret is not in the list any more', () => {
  const [OLD, NEW] = ['the secret of last year, long enough', 'the secret of this year, long enough'];
  let folder: string;
  let first: PostBox;

  const open = (clock: Clock): Ledger => sqliteLedger({ file: join(folder, 'fanfare.sqlite'), clock });

  /** Another start of the shop, with the same ledger. */
  async function restart(secrets: string[], onEvent?: (event: FanfareWebhookEvent) => unknown) {
    const { clock } = first;
    return openPostBox({
      receiver: (fanfare) =>
        fanfareWebhook(fanfare, { secrets: WEBHOOK_SECRET, ...(onEvent ? { onEvent } : {}) }),
      ledger: () => open(clock),
      options: { clock, session: { secrets, insecure: true } },
    });
  }

  /** Lets time go by until it is so. */
  const inTime = (holds: () => boolean | Promise<boolean>): Promise<void> =>
    until(async () => {
      await first.clock.advance(1_000);
      return holds();
    });

  beforeEach(async () => {
    folder = temporaryFolder();
    first = await openPostBox({
      ledger: open,
      receiver: (fanfare) =>
        fanfareWebhook(fanfare, {
          secrets: WEBHOOK_SECRET,
          onEvent: () => Promise.reject(new Error('the mailer is away')),
        }),
      options: { session: { secrets: [OLD], insecure: true } },
    });
    const data = { drawId: 'draw_1', consumerId: 'cons_1', admissionToken: 'tok_1' };
    const body = JSON.stringify({ id: 'whk_w', type: 'draw.consumer.won', data });
    await first.post(body, timestamped(body, first.clock.now()));
    await first.settled();
    await first.fanfare.close();
  });
  afterEach(async () => {
    await closeStages();
    removeFolder(folder);
  });

  test('has the event tried again, until the secret is back', async () => {
    const told: FanfareWebhookEvent[] = [];
    const without = await restart([NEW], (event) => told.push(event));
    await inTime(() => without.said('webhook.failed').length > 0);
    await without.fanfare.close();
    expect(told).toEqual([]);
    const [failed] = without.said('webhook.failed');
    expect(failed).toMatchObject({ attempts: 2 });
    expect(String((failed as { cause: unknown }).cause)).toMatch(/"session\.secrets".*put it back/);
    await restart([NEW, OLD], (event) => told.push(event));
    await inTime(() => told.length > 0);
    expect(told).toMatchObject([{ type: 'admission.won', token: 'tok_1' }]);
  });

  test('holds up nothing where no handler wants it', async () => {
    const without = await restart([NEW]);
    await inTime(async () => (await without.ledger.openNotes('webhook', 10)).length === 0);
    expect(without.said('webhook.failed')).toEqual([]);
  });
});
