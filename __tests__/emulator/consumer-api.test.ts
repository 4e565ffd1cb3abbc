/** The Consumer and the Checkout API, with the words of their generations, and what the documentation leaves open. */
import { randomUUID } from 'node:crypto';
import { bearer, closeAll, type Harness, merchantHeaders, start } from './harness.js';

afterEach(closeAll);

const queue = { distributionId: 'q1', distributionType: 'queue' } as const;
const draw = { distributionId: 'd1', distributionType: 'draw' } as const;

describe('the bases', () => {
  it.each([
    ['/queues/q1/validate', bearer],
    ['/v1/admission/validate', bearer],
    ['/api/queues/q1/validate', merchantHeaders],
    ['/api/v1/queues/q1/validate', merchantHeaders],
    ['/api/checkout', merchantHeaders],
    ['/api/auth/external/authorize', merchantHeaders],
    ['/auth/external/authorize', bearer],
  ])('%s wants its own credentials', async (path, headers) => {
    const { call } = await start();
    const body = { consumerId: 'c', token: 't', admissionGrant: 't' };
    expect(await call('POST', path, body, headers)).toMatchObject({ status: 401 });
  });

  it.each([
    ['/queues/q1/deny', merchantHeaders],
    ['/api/auctions/a1/validate', bearer],
    ['/api/auctions/a1/complete', bearer],
    ['/api/v1/timed-releases/t1/complete', bearer],
    ['/api/draws/d1/admit', bearer],
    ['/checkout', bearer],
    ['/api/v1/checkout', bearer],
  ])('%s is not documented, so it is not there', async (path, headers) => {
    const { call } = await start();
    expect(await call('POST', path, { consumerId: 'c' }, headers)).toMatchObject({ status: 404 });
  });
});

describe('the proof', () => {
  it.each([
    ['/api/queues/q1/validate', 'token', 'admissionGrant'],
    ['/api/v1/queues/q1/validate', 'admissionGrant', 'token'],
  ])('%s does not take "%s" but "%s"', async (path, wrong, right) => {
    const { emulator, byBearer } = await start();
    const { token, consumerId } = emulator.mint(queue);
    expect(await byBearer(path, { consumerId, [wrong]: token })).toMatchObject({ status: 400 });
    expect((await byBearer(path, { consumerId, [right]: token })).body).toBe(true);
    expect((await byBearer(path, { consumerId: 'c2', [right]: token })).body).toBe(false);
  });

  it('is not asked for by the oldest draw, which tells of the consumer alone', async () => {
    const { emulator, byBearer, clock } = await start();
    const { consumerId } = emulator.mint({ ...draw, expiresInSeconds: 10 });
    const asked = async (who: string) =>
      (await byBearer('/api/v1/draws/d1/validate', { consumerId: who, token: 'whatever' })).body;
    expect([await asked(consumerId), await asked('c2')]).toEqual([true, false]);
    await clock.advance(10_000);
    expect(await asked(consumerId)).toBe(false);
  });
});

describe('the words', () => {
  it('of the oldest: every answer names its ids', async () => {
    const { byBearer, emulator } = await start();
    const admitted = await byBearer('/api/v1/queues/q1/admit', { consumerId: 'c1' });
    expect(admitted.body).toMatchObject({ queueId: 'q1', consumerId: 'c1', status: 'ADMITTED' });
    const again = await byBearer('/api/v1/queues/q1/admit', { consumerId: 'c1' });
    expect(again.body).toEqual(admitted.body);
    const token = admitted.body['admissionToken'];
    expect((await byBearer('/api/v1/queues/q1/validate', { consumerId: 'c1', token })).body).toBe(true);
    expect((await byBearer('/api/v1/queues/q1/complete', { consumerId: 'c1' })).body).toMatchObject({
      ...{ queueId: 'q1', consumerId: 'c1', status: 'COMPLETED' },
    });
    const { consumerId } = emulator.mint(draw);
    expect((await byBearer('/api/v1/draws/d1/deny', { consumerId, reason: 'DRAW_CLOSED' })).body).toEqual({
      ...{ drawId: 'd1', consumerId, status: 'DENIED', denyReason: 'DRAW_CLOSED' },
    });
  });

  it('of the generated: states without ids, the grant still in them', async () => {
    const { byBearer, emulator, clock } = await start();
    const admitted = await byBearer('/api/queues/q1/admit', { consumerId: 'c1' });
    const { admissionGrant } = admitted.body;
    expect(admitted.body).toEqual({
      status: 'ADMITTED',
      admissionGrant,
      expiresAt: expect.any(String) as string,
    });
    expect((await byBearer('/api/queues/q1/complete', { consumerId: 'c1' })).body).toEqual({
      ...{ status: 'COMPLETED', admissionGrant, completedAt: new Date(clock.now()).toISOString() },
    });
    const { consumerId } = emulator.mint(draw);
    expect((await byBearer('/api/draws/d1/deny', { consumerId, reason: 'free text' })).body).toEqual({
      ...{ status: 'DENIED', reason: 'free text', deniedAt: new Date(clock.now()).toISOString() },
    });
  });

  it('of the generated: a shopper completes a timed release, no merchant does', async () => {
    const { shopper, clock, byBearer, emulator } = await start();
    await clock.advance(60_000);
    const anna = await shopper();
    await anna.post('/api/timed-releases/t1/enter');
    expect((await anna.get('/api/timed-releases/t1/status')).body).toMatchObject({ status: 'ENTERED' });
    expect(await byBearer('/api/timed-releases/t1/complete', {})).toMatchObject({ status: 401 });
    expect(await anna.post('/api/timed-releases/t1/complete')).toMatchObject({
      status: 200,
      body: { success: true },
    });
    expect(emulator.admissions()[0]).toMatchObject({ state: 'completed', consumerId: anna.consumerId });
  });
});

describe('an external login', () => {
  const user = { provider: 'okta', issuer: 'https://id.example', subject: '7' };
  const authorize = ({ byBearer }: Harness, more: object = {}, base = '/api') =>
    byBearer(`${base}/auth/external/authorize`, { ...user, ...more });
  const exchange = ({ call }: Harness, exchangeCode: unknown) =>
    call('POST', '/auth/external/exchange', { exchangeCode }, { 'X-Publishable-Key': 'pk_test_emulator' });

  it('is created, then known, then linked by its canonical subject', async () => {
    const harness = await start();
    const answers = [
      await authorize(harness, { canonicalSubject: 'anna' }),
      await authorize(harness),
      await authorize(harness, { provider: 'google', subject: '9', canonicalSubject: 'anna' }),
    ];
    expect(answers.map(({ body }) => body['resolution'])).toEqual(['created', 'existing', 'linked']);
    const sessions = await Promise.all(answers.map(({ body }) => exchange(harness, body['exchangeCode'])));
    const consumers = sessions.map(({ body }) => (body['session'] as Record<string, unknown>)['consumerId']);
    expect(new Set(consumers).size).toBe(1);
  });

  it('says nothing about how it was found in the oldest generation', async () => {
    const { body } = await authorize(await start(), {}, '/api/v1');
    expect(Object.keys(body).sort()).toEqual(['exchangeCode', 'expiresAt']);
  });

  it('gives a code that is good once, and for 60 seconds', async () => {
    const harness = await start();
    const first = (await authorize(harness)).body['exchangeCode'];
    expect(await exchange(harness, first)).toMatchObject({ status: 200 });
    expect(await exchange(harness, first)).toMatchObject({
      status: 401,
      body: { error: 'invalid_exchange_code' },
    });
    const second = (await authorize(harness)).body['exchangeCode'];
    await harness.clock.advance(60_000);
    expect(await exchange(harness, second)).toMatchObject({
      status: 401,
      body: { error: 'exchange_code_expired' },
    });
  });

  it.each([
    ['claims', { claims: { text: 'x'.repeat(10_000) } }],
    ['claims', { claims: 'text' }],
    ['canonicalSubject', { canonicalSubject: 'x'.repeat(256) }],
    ['subject', { subject: '' }],
  ])('refuses wrong %s', async (field, wrong) => {
    const answer = await authorize(await start(), wrong);
    expect(answer).toMatchObject({ status: 400, body: { issues: [{ path: [{ key: field }] }] } });
  });
});

describe('a checkout', () => {
  const addresses = { successUrl: 'https://shop.example/ok', cancelUrl: 'https://shop.example/no' };
  const distributionId = randomUUID();

  async function opened() {
    const harness = await start();
    const { token } = harness.emulator.mint({ distributionId, distributionType: 'queue' });
    const body = {
      ...{ admissionToken: token, distributionId, productId: randomUUID(), variantId: randomUUID() },
      ...{ quantity: 1, currencyCode: 'EUR', idempotencyKey: 'cart-1', ...addresses },
    };
    return {
      ...harness,
      create: (change: object = {}) => harness.byBearer('/api/checkout', { ...body, ...change }),
    };
  }

  it('uses the admission up; the same key gets the same answer, another key a refusal', async () => {
    const { create, emulator } = await opened();
    const made = await create();
    expect(emulator.admissions()[0]).toMatchObject({
      state: 'completed',
      completion: { orderId: made.body['orderId'], effects: 1 },
    });
    expect((await create()).body).toEqual(made.body);
    expect(await create({ idempotencyKey: 'cart-2' })).toMatchObject({
      status: 403,
      body: { error: 'Admission already completed' },
    });
  });

  it.each([
    [{ admissionToken: 'forged' }, 'Invalid admission token'],
    [{ distributionId: randomUUID() }, 'Admission token does not match'],
  ])('is refused for %j', async (change, error) => {
    const { create, emulator } = await opened();
    expect(await create(change)).toMatchObject({ status: 403, body: { error } });
    expect(emulator.admissions()[0]).toMatchObject({ state: 'open' });
  });

  it.each([
    'distributionId',
    'productId',
    'variantId',
    'quantity',
    'currencyCode',
    'successUrl',
    'idempotencyKey',
  ])('needs its %s', async (field) => {
    const { create } = await opened();
    const answer = await create({ [field]: {} });
    expect(answer).toMatchObject({ status: 400, body: { issues: [{ path: [{ key: field }] }] } });
  });

  it('of the older generation takes a claim and a mode', async () => {
    const { byBearer } = await start();
    const claim = { checkoutClaim: 'claim_1', mode: 'hosted', idempotencyKey: 'k', ...addresses };
    const { body } = await byBearer('/api/checkout', claim);
    expect(Object.keys(body).sort()).toEqual(['checkoutUrl', 'expiresAt', 'orderId', 'paymentId']);
    expect(await byBearer('/api/checkout', { ...claim, mode: 'popup' })).toMatchObject({ status: 400 });
  });

  it('is refunded and cancelled where there is one', async () => {
    const { create, byBearer } = await opened();
    const { orderId } = (await create()).body;
    const pay = (path: string, body: object) =>
      byBearer(`/api/payments/${path}`, { idempotencyKey: randomUUID(), ...body });
    expect((await pay('refunds', { orderId, amount: '5.00' })).body).toEqual({ success: true });
    expect((await pay('cancellations', { orderId, reason: 'x' })).body).toEqual({ success: true });
    expect((await pay('cancellations', { orderId: randomUUID() })).body).toEqual({ success: false });
    expect(await pay('refunds', { orderId, amount: 5 })).toMatchObject({ status: 400 });
    expect(await pay('refunds', { orderId: 'order_1', amount: '5' })).toMatchObject({ status: 400 });
    expect(await pay('cancellations', { orderId, idempotencyKey: 'k' })).toMatchObject({ status: 400 });
  });
});
