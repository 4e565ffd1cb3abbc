/** What the client says and what the emulator answers, held against the documentation, both ways and in every dialect. */
import { randomUUID } from 'node:crypto';
import { DISTRIBUTION_TYPES, type DistributionType } from '../../lib/admission/identity.js';
import { createEmulator } from '../../lib/emulator/index.js';
import { createFanfareClient, type FanfareClient } from '../../lib/fanfare-api/client.js';
import { type DialectName, DIALECTS } from '../../lib/fanfare-api/dialects.js';
import { createHandoffClient } from '../../lib/fanfare-api/handoffs.js';
import { createServerCalls } from '../../lib/fanfare-api/server-calls.js';
import { ManualClock } from '../support/manual-clock.js';
import { flawsIn, flawsInAnswer, operationOf } from './contract.js';
import { type DocumentedOperation, operations } from './operations.js';
import { record, type Recorder } from './recorder.js';

const SECRET = { organizationId: 'org_emulator', secretKey: 'sk_test_emulator' };
const PREFIXES: Readonly<Record<DialectName, string>> = {
  gateway: '',
  'consumer-v1': '/api/v1',
  consumer: '/api',
  admission: '',
};
const NAMES = Object.keys(PREFIXES) as readonly DialectName[];
const SPOKEN = NAMES.flatMap((name) => DISTRIBUTION_TYPES.map((type) => [name, type] as const));
const ADDRESSES = { successUrl: 'https://shop.example/ok', cancelUrl: 'https://shop.example/no' };
const CLOCK = new ManualClock(Date.UTC(2026, 5, 1));

const emulator = createEmulator({ clock: CLOCK });
const met = new Set<DocumentedOperation>();
let recorder: Recorder;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  recorder = await record((await emulator.listen()).url);
});
afterEach(async () => {
  emulator.faults.clear();
  for (const thing of opened.splice(0)) await thing.close();
  for (const exchange of recorder.exchanges.splice(0)) {
    const operation = operationOf(exchange);
    if (operation !== undefined) met.add(operation);
  }
});
afterAll(async () => {
  await recorder.close();
  await emulator.close();
});

function clientOf(name: DialectName, secretKey = SECRET.secretKey): FanfareClient {
  const client = createFanfareClient({
    ...SECRET,
    ...{ secretKey, dialect: DIALECTS[name], baseUrl: recorder.url + PREFIXES[name], clock: CLOCK },
    emit: () => undefined,
  });
  opened.push(client);
  return client;
}

function callsOf(name: DialectName) {
  const { line } = clientOf(name);
  const base = new URL(`${recorder.url}/api`);
  const calls = createServerCalls({
    ...{ dialect: DIALECTS[name], line, clock: CLOCK },
    checkout: { ...SECRET, base },
  });
  opened.push(calls);
  return calls;
}

const minted = (distributionType: DistributionType, distributionId = `${distributionType}_1`) =>
  emulator.mint({ distributionId, distributionType: distributionType as 'queue' });

const report = (admission: ReturnType<typeof minted>) => ({
  ...admission,
  idempotencyKey: 'key-1',
  order: { orderId: 'order_1', amount: '129.00', currency: 'EUR', metadata: { platform: 'shop' } },
  completedAt: CLOCK.now(),
});

describe('asking and telling', () => {
  test.each(SPOKEN.filter(([name, type]) => DIALECTS[name].validate[type] !== undefined))(
    '%s validates a %s',
    async (name, type) => {
      const client = clientOf(name);
      const admission = minted(type);
      expect(await client.validate(admission)).toMatchObject({ answer: 'yes' });
      const stranger = { ...admission, consumerId: 'cons_stranger' };
      expect(await client.validate(stranger)).toMatchObject({ answer: 'no' });
      expect(recorder.exchanges.map(({ answer }) => answer)).toHaveLength(2);
      expect(recorder.exchanges.flatMap(flawsIn)).toEqual([]);
    },
  );

  test.each(SPOKEN.filter(([name, type]) => DIALECTS[name].complete[type] !== undefined))(
    '%s completes a %s, and again',
    async (name, type) => {
      const client = clientOf(name);
      const told = report(minted(type));
      expect(await client.complete(told)).toEqual({ kind: 'done', already: false });
      expect(await client.complete(told)).toEqual({ kind: 'done', already: true });
      expect(recorder.exchanges.map(({ status }) => status)).toEqual([200, 400]);
      expect(recorder.exchanges.flatMap(flawsIn)).toEqual([]);
    },
  );

  test.each(SPOKEN.filter(([name, type]) => DIALECTS[name].deny?.[type] !== undefined))(
    '%s denies a %s, also one that was used',
    async (name, type) => {
      const calls = callsOf(name);
      await calls.deny(minted(type), 'ORDER_LIMIT_EXCEEDED');
      const used = minted(type);
      await clientOf(name).complete(report(used));
      await calls.deny(used, 'ORDER_LIMIT_EXCEEDED');
      expect(recorder.exchanges.flatMap(flawsIn)).toEqual([]);
      expect(
        emulator
          .admissions()
          .slice(-2)
          .map(({ state }) => state),
      ).toEqual(['denied', 'completed']);
    },
  );

  test.each(NAMES.filter((name) => DIALECTS[name].authorizeExternal !== undefined))(
    '%s authorizes an external login',
    async (name) => {
      const user = { provider: 'okta', issuer: 'https://id.example', subject: `${name}-7` };
      const claims = { email: 'anna@shop.example' };
      await callsOf(name).authorizeExternal({ ...user, canonicalSubject: `canonical-${name}`, claims });
      await callsOf(name).authorizeExternal(user);
      expect(recorder.exchanges.flatMap(flawsIn)).toEqual([]);
      expect(recorder.exchanges).toHaveLength(2);
    },
  );

  test('the Checkout API, with a token and with a claim', async () => {
    const { checkout } = callsOf('consumer');
    const { token: admissionToken, distributionId } = minted('queue', randomUUID());
    const item = { productId: randomUUID(), variantId: randomUUID(), quantity: 2, currencyCode: 'eur' };
    const made = await checkout.create({ admissionToken, distributionId, ...item, ...ADDRESSES });
    await checkout.create({ checkoutClaim: 'claim_1', mode: 'embedded', ...ADDRESSES });
    await checkout.refund({ orderId: made.orderId, amount: '12.50' });
    await checkout.cancel({ orderId: made.orderId, reason: 'out of stock' });
    expect(recorder.exchanges.flatMap(flawsIn)).toEqual([]);
    expect(recorder.exchanges).toHaveLength(4);
  });

  test('a handoff token is good once', async () => {
    const client = createHandoffClient({ ...SECRET, baseUrl: `${recorder.url}/api`, clock: CLOCK });
    opened.push(client);
    const { token } = emulator.mint({
      ...{ distributionId: 'queue_1', distributionType: 'queue', handoff: true },
    });
    expect(await client.validate(token, { waitedMs: 0 })).toMatchObject({ answer: 'yes' });
    expect(await client.validate(token, { waitedMs: 0 })).toMatchObject({ answer: 'no' });
    expect(recorder.exchanges.map(({ status }) => status)).toEqual([200, 400]);
    expect(recorder.exchanges.flatMap(flawsIn)).toEqual([]);
  });

  test('what no client of ours asks: to be admitted, and whether a draw was won by whoever holds whatever token', async () => {
    await post('/api/queues/queue_1/admit', { consumerId: 'cons_1' });
    await post('/api/v1/draws/draw_1/validate', { consumerId: 'cons_1' });
    expect(recorder.exchanges.map(({ status }) => status)).toEqual([200, 200]);
    expect(recorder.exchanges.flatMap(flawsIn)).toEqual([]);
  });
});

describe('what goes wrong', () => {
  const places = [
    ['/queues/queue_1/validate', { consumerId: 'c', token: 't' }],
    [
      '/v1/admission/validate',
      { consumerId: 'c', token: 't', distributionId: 'd', distributionType: 'queue' },
    ],
    ['/api/v1/queues/queue_1/complete', { consumerId: 'c' }],
    ['/api/draws/draw_demo/deny', { consumerId: 'c', reason: 'x' }],
    ['/api/checkout', { checkoutClaim: 'x', mode: 'hosted', ...ADDRESSES, idempotencyKey: 'k' }],
    ['/api/payments/refunds', { orderId: randomUUID(), amount: '1', idempotencyKey: randomUUID() }],
    ['/api/handoffs/validate', { token: 'hoff_unknown' }],
    ['/api/auth/external/authorize', { provider: 'p', issuer: 'i', subject: 's' }],
  ] as const;

  test.each(places)('%s refuses a wrong key', async (path, body) => {
    await post(path, body, 'sk_test_wrong');
    expect(recorder.exchanges.map(({ status }) => status)).toEqual([401]);
    expect(recorder.exchanges.flatMap(flawsInAnswer)).toEqual([]);
  });

  test.each(places)('%s refuses a body without its fields', async (path) => {
    await post(path, {});
    expect(recorder.exchanges.map(({ status }) => status)).toEqual([400]);
    expect(recorder.exchanges.flatMap(flawsInAnswer)).toEqual([]);
  });

  test.each(places)('%s fails on demand', async (path, body) => {
    for (const status of [429, 500]) {
      emulator.faults.once({ kind: 'status', status });
      await post(path, body);
    }
    emulator.faults.once({ kind: 'device-mismatch' });
    await post(path, body);
    expect(recorder.exchanges.map(({ status }) => status)).toEqual([429, 500, 403]);
    expect(recorder.exchanges.flatMap(flawsInAnswer)).toEqual([]);
  });

  test('an unknown distribution, and a checkout with a token that is none', async () => {
    await post('/api/queues/nowhere/validate', { consumerId: 'c', admissionGrant: 'tok' });
    await post('/v1/admission/validate', places[1][1]);
    const ids = { distributionId: randomUUID(), productId: randomUUID(), variantId: randomUUID() };
    const rest = { quantity: 1, currencyCode: 'EUR', idempotencyKey: 'k2', ...ADDRESSES };
    await post('/api/checkout', { admissionToken: 'forged', ...ids, ...rest });
    expect(recorder.exchanges.map(({ status }) => status)).toEqual([404, 404, 403]);
    expect(recorder.exchanges.flatMap(flawsInAnswer)).toEqual([]);
  });
});

describe('the contract itself', () => {
  const good = {
    path: '/api/queues/q/validate',
    headers: { authorization: 'Bearer sk_test_1' },
    request: { consumerId: 'c', admissionGrant: 'g' },
    status: 200,
    answer: true,
  };

  test.each([
    ['nothing', {}, 0],
    ['a proof under another name', { request: { consumerId: 'c', token: 'g' } }, 2],
    ['a field too many', { request: { ...good.request, distributionId: 'q' } }, 1],
    ['an answer of another kind', { answer: { valid: true } }, 1],
    ['an error that says nothing', { status: 400, answer: {} }, 1],
    ['a status that is not documented', { status: 418 }, 1],
    ['the wrong credentials', { headers: { 'x-secret-key': 'sk', 'x-organization-id': 'org' } }, 1],
    ['a path that is not documented', { path: '/api/auctions/a/validate' }, 1],
  ])('finds %s', (_name, change, least) => {
    const flaws = flawsIn({ ...good, ...change });
    if (least === 0) expect(flaws).toEqual([]);
    else expect(flaws.length).toBeGreaterThanOrEqual(least);
  });

  test('every documented operation was met above', () => {
    expect(operations.filter((operation) => !met.has(operation))).toEqual([]);
  });
});

function post(path: string, body: object, secretKey = SECRET.secretKey): Promise<Response> {
  const headers: Record<string, string> = path.startsWith('/api')
    ? { Authorization: `Bearer ${secretKey}` }
    : { 'X-Secret-Key': secretKey, 'X-Organization-Id': SECRET.organizationId };
  return fetch(recorder.url + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}
