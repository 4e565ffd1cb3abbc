/** The submit's guard on every kind of server, with a ledger that fails and with others who answer first. */
import { type FanfareOptions, type Ledger, memoryLedger, type Middleware } from '../../lib/index.js';
import type { Jar } from '../support/jar.js';
import { closeStages, openStage, type ServerKind, SERVERS, type Stage } from '../support/servers.js';
import { until } from '../support/shop.js';
import { AWAY, openTimedShop, stall, type TimedShop, Waiting } from '../support/timed-shop.js';

let stage: Stage;
let bought: number;

afterEach(closeStages);

const buy: Middleware = (req, res) => {
  bought += 1;
  res.end(JSON.stringify({ attempt: req.admission?.attempt?.number ?? null }));
};

async function open(options: Partial<FanfareOptions> = {}): Promise<void> {
  bought = 0;
  stage = await openStage(options);
}

/** A browser that came to the checkout with a token. */
async function admitted(kind: ServerKind, ...use: readonly Middleware[]): Promise<Jar> {
  const browser = await stage.serve(kind, [{ path: '/checkout', use }]);
  await browser.visit(`/checkout?admission_token=${stage.token()}`);
  return browser;
}

describe.each(SERVERS)('%s', (kind) => {
  beforeEach(() => open());

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('%s claims', async (method) => {
    const browser = await admitted(kind, stage.fanfare.claimAdmission(), buy);
    expect((await browser.fetch('/checkout', { method })).text).toBe('{"attempt":1}');
  });

  test.each(['GET', 'HEAD'])('%s only looks', async (method) => {
    const browser = await admitted(kind, stage.fanfare.claimAdmission(), buy);
    const before = stage.validations();
    expect((await browser.fetch('/checkout', { method })).status).toBe(200);
    expect(stage.validations()).toBe(before);
    expect(stage.events.map(({ type }) => type)).not.toContain('admission.claimed');
  });

  test('two guards in a row are one claim', async () => {
    const { fanfare } = stage;
    const browser = await admitted(kind, fanfare.claimAdmission(), fanfare.claimAdmission(), buy);
    expect((await browser.fetch('/checkout', { method: 'POST' })).text).toBe('{"attempt":1}');
    expect(stage.events.filter(({ type }) => type === 'claim.pending')).toHaveLength(1);
  });

  test('a guard behind the claim still has its own conditions', async () => {
    const { fanfare } = stage;
    const no = fanfare.claimAdmission({ match: () => false });
    const browser = await admitted(kind, fanfare.claimAdmission(), no, buy);
    expect((await browser.fetch('/checkout', { method: 'POST' })).status).toBe(403);
    expect(bought).toBe(0);
    expect(stage.events.map(({ type }) => type)).toContain('claim.released');
  });
});

test('a submit that brings a fresh token of the same admission is the same session', async () => {
  await open();
  const { fanfare } = stage;
  const browser = await admitted('Express 5', fanfare.claimAdmission(), (_req, res) => {
    res.end('off to payment');
  });
  await browser.fetch('/checkout', { method: 'POST' });
  const headers = { 'X-Fanfare-Admission': stage.token() };
  const again = await browser.fetch('/checkout', { method: 'POST', headers });
  expect(again.status).toBe(200);
});

test('the answer is for this shopper alone, unless the handler says otherwise', async () => {
  await open();
  const claim = stage.fanfare.claimAdmission();
  const silent = await admitted('Express 5', claim, buy);
  const answer = await silent.fetch('/checkout', { method: 'POST' });
  expect(answer.headers['cache-control']).toBe('private, no-store');
  const outspoken = await admitted('Express 5', claim, (_req, res) => {
    res.setHeader('Cache-Control', 'no-cache').end();
  });
  const other = await outspoken.fetch('/checkout', { method: 'POST' });
  expect(other.headers['cache-control']).toBe('no-cache');
});

test.each([
  [{}, {}, { supersede: true, takeUnresolved: true, leaseMs: 120_000 }],
  [
    { onPending: 'refuse', leaseSeconds: 10 },
    { findOrder: () => undefined },
    { supersede: false, takeUnresolved: false, leaseMs: 10_000 },
  ],
] as const)('with the options %j the ledger is told what it may take', async (claim, options, told) => {
  const ledger = memoryLedger();
  await open({ ledger, ...options });
  const claims: unknown[] = [];
  const original = ledger.claim.bind(ledger);
  ledger.claim = (request) => {
    claims.push(request);
    return original(request);
  };
  const browser = await admitted('Express 5', stage.fanfare.claimAdmission(claim), buy);
  await browser.fetch('/checkout', { method: 'POST' });
  expect(claims).toMatchObject([told]);
});

describe('a ledger that is away', () => {
  let shop: TimedShop;
  let waiting: Waiting;

  beforeEach(async () => {
    waiting = new Waiting();
    shop = await openTimedShop({ onSubmit: waiting.handler });
  });

  afterEach(() => shop.close());

  test.each(['find', 'claim'] as const)('lets nobody through when it fails to %s', async (step) => {
    const browser = await shop.admitted();
    shop.ledger[step] = AWAY;
    const answer = await browser.submit();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.json()).toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    expect(waiting.runs).toHaveLength(0);
  });

  test('lets nobody through when it is too slow', async () => {
    const browser = await shop.admitted();
    const claims = stall(shop.ledger, 'claim');
    const answer = browser.submit();
    await until(() => claims.length === 1);
    await shop.clock.advance(2_000);
    expect((await answer).status).toBe(503);
    expect(waiting.runs).toHaveLength(0);
  });
});

describe('a request that a time-out middleware has answered while the guard was at work', () => {
  let ledger: Ledger;
  let timeOut: () => void;
  const handled: unknown[] = [];

  /** Every `next` of the guard is one entry. */
  async function browserAt(): Promise<Jar> {
    ledger = memoryLedger();
    handled.length = 0;
    await open({ ledger });
    const guard = stage.fanfare.claimAdmission();
    return admitted(
      'node:http',
      (_req, res, next) => {
        timeOut = () => res.writeHead(503).end('too slow');
        next!();
      },
      (req, res, next) => {
        guard(req, res, (error) => {
          handled.push(error);
          next!(error);
        });
      },
      buy,
    );
  }

  test('before it claimed is left alone', async () => {
    const browser = await browserAt();
    const finds = stall(ledger, 'find');
    const submit = browser.fetch('/checkout', { method: 'POST' });
    await until(() => finds.length === 1);
    timeOut();
    expect((await submit).text).toBe('too slow');
    await finds[0]!();
    await until(() => stage.validations() === 2);
    // A whole submit later, whatever was to come of the first one has come.
    const again = browser.fetch('/checkout', { method: 'POST' });
    await until(() => finds.length === 2);
    await finds[1]!();
    expect((await again).text).toBe('{"attempt":1}');
    expect(handled).toEqual([undefined]);
  });

  test('while it claimed gets its claim given back', async () => {
    const browser = await browserAt();
    const claims = stall(ledger, 'claim');
    const submit = browser.fetch('/checkout', { method: 'POST' });
    await until(() => claims.length === 1);
    timeOut();
    expect((await submit).text).toBe('too slow');
    await claims[0]!();
    await until(async () => (await ledger.list({ states: ['free'], limit: 5 })).length === 1);
    expect(handled).toEqual([]);
  });
});
