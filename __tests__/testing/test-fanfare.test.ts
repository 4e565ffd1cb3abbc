/** The testing wing as a merchant's own suite uses it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import express from 'express';
import request from 'supertest';
import { createFanfare, type Fanfare, type FanfareOptions } from '../../lib/index.js';
import { type TestFanfare, testFanfare } from '../../lib/testing/index.js';
import { CHILD_ENVIRONMENT, placeLib } from '../support/compiled-lib.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import '../support/warm.js';

let kit: TestFanfare;
let fanfare: Fanfare;

/** What a merchant has. */
function shopOf(options: Partial<FanfareOptions> = {}): express.Express {
  fanfare = createFanfare({ ...kit.options, onEvent: () => undefined, ...options });
  const app = express();
  app.use(express.urlencoded({ extended: false }));
  app.get('/checkout', fanfare.requireAdmission(), (req, res) => res.json(req.admission));
  app.post('/checkout', fanfare.claimAdmission(), async (req, res) => {
    const { order } = (req.body ?? {}) as { order?: string };
    if (order === undefined) return void res.status(402).end();
    await fanfare.completeAdmission(req, { orderId: order, amount: '129.00', currency: 'EUR' });
    res.redirect(303, '/thanks');
  });
  return app;
}

function buy(agent: ReturnType<typeof request.agent>, order: string): request.Test {
  return agent.post('/checkout').type('form').send({ order });
}

beforeEach(async () => {
  kit = await testFanfare();
});
afterEach(async () => {
  await fanfare.close();
  await kit.close();
});

test('an admitted agent buys, and Fanfare hears of it', async () => {
  const app = shopOf();
  const agent = await kit.admitted(request.agent(app), fanfare);
  await buy(agent, 'order_1').expect(303);
  const admission = await kit.expectCompleted('order_1');
  expect(admission).toMatchObject({ state: 'completed', completion: { effects: 1 } });
});

test('its session is one like any other: it is marked, used up, and ends', async () => {
  const app = shopOf({ orderUrl: (orderId) => `/orders/${orderId}` });
  const mint = {
    consumerId: 'cons_me',
    distributionId: 'draw_1',
    distributionType: 'draw',
    expiresInSeconds: 600,
  } as const;
  const agent = await kit.admitted(request.agent(app), fanfare, mint);
  const page = await agent.get('/checkout').expect(200);
  expect(page.body).toMatchObject({ consumerId: 'cons_me', distributionId: 'draw_1', verifiedBy: 'session' });
  await agent.post('/checkout').expect(402);
  await buy(agent, 'order_1').expect(303);
  await buy(agent, 'order_2').expect(409);
  const other = await kit.admitted(request.agent(app), fanfare, mint);
  await kit.clock.advance(606_000);
  await other.get('/checkout').expect(403);
});

test('a cookie does as well as an agent', async () => {
  const app = shopOf();
  const cookie = await kit.admittedCookie(fanfare, { consumerId: 'cons_me' });
  const answer = await request(app).get('/checkout').set('Cookie', cookie).expect(200);
  expect(answer.body).toMatchObject({ consumerId: 'cons_me' });
});

test('opaque tokens are handed over with their ids', async () => {
  shopOf();
  await expect(kit.admittedCookie(fanfare, { opaque: true })).resolves.toContain('fanfare_admission_');
});

test('an admission that the shop does not take is said to be none', async () => {
  shopOf();
  await expect(kit.admittedCookie(fanfare, { expiresInSeconds: -60 })).rejects.toThrow(
    /^The admission was refused: 403 .*ADMISSION_EXPIRED/,
  );
});

test('a scripted outage delays the completion, and the clock ends it', async () => {
  const app = shopOf();
  const agent = await kit.admitted(request.agent(app), fanfare);
  kit.faults.once({ kind: 'status', status: 500, on: 'complete' });
  await buy(agent, 'order_1').expect(303);
  while (kit.emulator.requests().every(({ kind, status }) => kind !== 'complete' || status === undefined))
    await new Promise(setImmediate);
  await expect(kit.expectCompleted('order_1', { withinMs: 0 })).rejects.toThrow(
    'Fanfare has not heard of order "order_1" within 0 ms. It has heard of no order. ' +
      '1 completion was sent, the last was answered 500 by the fault "status".',
  );
  const heard = kit.expectCompleted('order_1', { withinMs: 60_000 });
  await kit.clock.advance(60_000);
  expect((await heard).completion.effects).toBe(1);
  expect(kit.emulator.requests().filter(({ kind }) => kind === 'complete')).toHaveLength(2);
});

test('what is missing is told apart from what was never sent, and from other orders', async () => {
  const app = shopOf();
  await expect(kit.expectCompleted('order_1', { withinMs: 1 })).rejects.toMatchObject({
    name: 'AssertionError',
    message:
      'Fanfare has not heard of order "order_1" within 1 ms. It has heard of no order. ' +
      'No completion was sent: does the handler call completeAdmission?',
  });
  await buy(await kit.admitted(request.agent(app), fanfare), 'order_2');
  const { consumerId } = await kit.expectCompleted('order_2');
  expect((await kit.expectCompleted({ consumerId })).completion.orderId).toBe('order_2');
  await expect(kit.expectCompleted({ consumerId: 'cons_2' }, { withinMs: 1 })).rejects.toThrow(
    'Fanfare has not heard of an order of consumer "cons_2" within 1 ms. It has heard of "order_2".',
  );
  await expect(kit.expectCompleted('order_1', { withinMs: 1 })).rejects.toThrow(
    /It has heard of "order_2"\./,
  );
});

test('each look at the options is a shop of its own', () => {
  shopOf();
  expect(kit.options.ledger).not.toBe(kit.options.ledger);
});

test('a live key is refused, and not repeated', async () => {
  shopOf();
  const refused = testFanfare({ secretKey: 'sk_live_1234567890' });
  await expect(refused).rejects.toThrow(TypeError);
  await expect(refused).rejects.not.toThrow(/1234567890/);
});

test('it needs no jest: node:test runs the same lines', () => {
  shopOf();
  const folder = temporaryFolder();
  const FANFARE_LIB = join(folder, 'dist');
  placeLib(FANFARE_LIB);
  const script = join(__dirname, 'with-node-test.cjs');
  // Left as it is, the runner inside a runner would not say what it ran.
  const env = { ...CHILD_ENVIRONMENT, FANFARE_LIB, NODE_TEST_CONTEXT: undefined };
  const { status, stdout } = spawnSync(process.execPath, ['--test', script], { encoding: 'utf8', env });
  removeFolder(folder);
  expect(stdout).toContain('an admitted shopper buys');
  expect(status).toBe(0);
});
