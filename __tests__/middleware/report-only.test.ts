/** A rehearsal on the real shop: everything is judged, and nobody is stopped. */
import bodyParser from 'body-parser';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import {
  type Fanfare,
  type FanfareOptions,
  type Ledger,
  memoryLedger,
  type Middleware,
} from '../../lib/index.js';
import { type Answer, type Jar, ours } from '../support/jar.js';
import { AWAY } from '../support/timed-shop.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, DROP, openStage, parsing, SERVERS, type Stage } from '../support/servers.js';

let stage: Stage;
let ledger: Ledger;
let fanfare: Fanfare;
let browser: Jar;
let orders = 0;

beforeEach(async () => {
  const clock = new ManualClock();
  ledger = memoryLedger({ clock });
  stage = await openStage({}, { clock });
});
afterEach(closeStages);

/** Does all that a shop does around an order, and tells what it saw. */
const placeOrder: Middleware = (req, res) => {
  void (async () => {
    await fanfare.assertClaim(req);
    await fanfare.deferAdmission(req, { reference: 'pay_1' });
    await fanfare.completeAdmission(req, { orderId: `order_${String((orders += 1))}` });
    showAdmission(req, res);
  })().catch((error: unknown) => {
    res.statusCode = 500;
    res.end(String(error));
  });
};

const showAdmission: Middleware = (req, res) => {
  res.end(
    JSON.stringify({ admission: req.admission ?? null, attempt: req.admission?.attempt !== undefined }),
  );
};

async function open(options: Partial<FanfareOptions> = {}, kind = SERVERS[0]!): Promise<void> {
  fanfare = stage.another({ mode: 'report', ledger, deliveries: 'manual', ...options });
  browser = await stage.serve(kind, [
    { use: [parsing(bodyParser.json()), fanfare.attachAdmission()] },
    { mount: '/fanfare', use: [fanfare.routes()] },
    { path: '/checkout', use: [fanfare.requireAdmission({ distributionIds: ['queue_1'] }), showAdmission] },
    { path: '/order', use: [fanfare.claimAdmission({ distributionIds: ['queue_1'] }), placeOrder] },
    { path: '/cancel', use: [cancel] },
  ]);
}

const cancel: Middleware = (req, res) => {
  void fanfare.releaseAdmission(req).then((released) => {
    res.end(String(released));
  });
};

const codes = (): readonly unknown[] =>
  stage.events.flatMap((event) => (event.type === 'admission.refused' ? [event.code] : []));

const enterQueue = (): Promise<Answer> => browser.visit(`/checkout?admission_token=${stage.token()}`);

describe.each(SERVERS)('on %s', (kind) => {
  test('a shopper without an admission passes, and the log says what would have been', async () => {
    const onRefused = jest.fn();
    await open({ onRefused }, kind);
    for (const answer of [await browser.visit('/checkout'), await browser.post('/order', {})])
      expect([answer.status, answer.json()]).toEqual([200, { admission: null, attempt: false }]);
    const said = stage.events.filter(({ type }) => type === 'admission.refused');
    expect(said.slice(0, 2)).toMatchObject([
      {
        level: 'warn',
        code: 'ADMISSION_REQUIRED',
        enforced: false,
        message: 'GET /checkout would have been refused: there is no token and no session.',
      },
      { code: 'ADMISSION_REQUIRED', enforced: false },
    ]);
    expect(said.slice(2).map(({ message }) => message.split(' ')[0])).toEqual([
      ...['assertClaim', 'deferAdmission', 'completeAdmission'],
    ]);
    expect(onRefused).not.toHaveBeenCalled();
  });

  test('an admission is attached, claimed and completed as ever', async () => {
    await open({}, kind);
    const arrival = await enterQueue();
    expect([arrival.status, arrival.headers.location]).toEqual([303, '/checkout']);
    expect((await browser.visit('/checkout')).json()['admission']).toMatchObject(DROP);
    const ordered = await browser.post('/order', {});
    expect(ordered.json()).toMatchObject({ admission: DROP, attempt: true });
    expect(stage.events.filter(({ type }) => type === 'completion.recorded')).toHaveLength(1);
    expect(codes()).toEqual([]);
  });
});

test('a second order with the same admission goes through, and is told of', async () => {
  await open();
  await enterQueue();
  await browser.post('/order', {});
  const { id } = (await browser.post('/order', {})).json()['admission'] as { id: string };
  expect(codes()).toEqual(['ADMISSION_USED', 'CLAIM_LOST', 'CLAIM_LOST', 'ADMISSION_USED']);
  expect(stage.events.find(({ type }) => type === 'admission.refused')).toMatchObject({ admissionId: id });
  const page = await browser.visit('/checkout');
  expect([page.status, page.json()['admission']]).toMatchObject([200, { id }]);
});

test('a handler never sees the admission of another drop, which its order would use up', async () => {
  await open();
  await browser.visit(`/checkout?admission_token=${stage.token({ distributionId: 'queue_2' })}`);
  const { token } = stage.emulator.mint({ ...DROP, distributionId: 'draw_1', distributionType: 'draw' });
  await browser.post('/fanfare/admission', { grant: token });
  expect(browser.cookies.size).toBe(2);
  for (const answer of [await browser.visit('/checkout'), await browser.post('/order', {})])
    expect([answer.status, answer.json()['admission']]).toEqual([200, null]);
  expect(new Set(codes())).toContain('ADMISSION_MISMATCH');
  expect(stage.events.filter(({ type }) => type === 'completion.recorded')).toEqual([]);
});

test('an admission that Fanfare takes back at the submit is none', async () => {
  await open();
  await enterQueue();
  stage.emulator.faults.set({ on: 'validate', kind: 'device-mismatch' });
  const answer = await browser.post('/order', {});
  expect([answer.status, answer.json()['admission'], codes()[0]]).toEqual([200, null, 'DEVICE_MISMATCH']);
});

test('a token that is refused stays in the URL, and the page is shown', async () => {
  await open();
  const answer = await browser.visit(
    '/checkout?admission_token=junk-token&consumer_id=c&distribution_id=queue_1&distribution_type=queue',
  );
  expect([answer.status, answer.json()['admission'], codes()]).toEqual([200, null, ['ADMISSION_INVALID']]);
  expect(ours(answer)).toEqual([]);
});

test('while Fanfare or the ledger is away, handlers run', async () => {
  await open();
  stage.emulator.faults.set({ on: 'validate', kind: 'status', status: 503 });
  const cold = await browser.visit(`/checkout?admission_token=${stage.token()}`);
  expect([cold.status, codes()]).toEqual([200, ['FANFARE_UNAVAILABLE']]);
  stage.emulator.faults.clear();
  await enterQueue();
  Object.assign(ledger, { find: AWAY, claim: AWAY, complete: AWAY });
  const order = await browser.post('/order', {});
  expect([order.status, order.json()]).toMatchObject([200, { admission: DROP, attempt: false }]);
  expect(codes().slice(1)).toEqual([
    ...['LEDGER_UNAVAILABLE', 'CLAIM_LOST', 'CLAIM_LOST', 'LEDGER_UNAVAILABLE'],
  ]);
});

test('a claim is given back as ever; without an admission there is none to give back', async () => {
  await open();
  expect((await browser.fetch('/cancel')).text).toBe('false');
  expect(codes()).toEqual(['ADMISSION_REQUIRED']);
});

test('the handoff answers as ever, since it only tells whether a token is good', async () => {
  await open();
  const answer = await browser.post('/fanfare/admission', { grant: 'junk' });
  expect([answer.status, answer.json()['code']]).toEqual([400, 'INVALID_ADMISSION_DATA']);
  expect(stage.events.at(-1)).toMatchObject({ level: 'info', enforced: true });
});

test('mistakes in the shop’s own code are still thrown', async () => {
  const boom = new Error('the cart is away');
  await open({
    consumerOf: () => {
      throw boom;
    },
  });
  await browser.post('/fanfare/admission', { grant: stage.token() });
  const answer = await browser.visit('/checkout');
  expect([answer.status, answer.text]).toEqual([500, 'fault: the cart is away']);
  const admission = { id: 'x'.repeat(43) };
  await expect(fanfare.completeAdmission(admission, { orderId: 'o' }, { transaction: {} })).rejects.toThrow(
    TypeError,
  );
  await expect(fanfare.deferAdmission(new IncomingMessage(new Socket()), { reference: '' })).rejects.toThrow(
    TypeError,
  );
});

test('a transaction that has failed is never called done', async () => {
  const away: Ledger = Object.assign(memoryLedger(), {
    checkTransaction: () => undefined,
    complete: AWAY,
  });
  await open({ ledger: away });
  const triple = { ...DROP, consumerId: 'cons_1' };
  const failed = fanfare.completeAdmission(triple, { orderId: 'o' }, { transaction: {} });
  await expect(failed).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  const completed = await fanfare.completeAdmission(triple, { orderId: 'o' });
  expect(completed).toEqual({ late: false, outcome: 'honour', isNew: false });
});

test('is told of at the start, and only then', async () => {
  const told = () => stage.events.filter(({ type }) => type === 'mode.report_only');
  expect(told()).toEqual([]);
  await open();
  expect(told()).toMatchObject([{ level: 'warn' }]);
});
