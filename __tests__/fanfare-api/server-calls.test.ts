/** Denials, logins and checkouts: what goes out, what comes back, and what an error may say. */
import { randomUUID } from 'node:crypto';
import { FanfareError } from '../../lib/errors.js';
import { type DialectName, DIALECTS } from '../../lib/fanfare-api/dialects.js';
import { createLine } from '../../lib/fanfare-api/line.js';
import { createServerCalls, type ServerCalls } from '../../lib/fanfare-api/server-calls.js';
import { ManualClock } from '../support/manual-clock.js';
import { deadOrigin, httpWire, reply } from './wire.js';
import type { Wire } from './wire.js';

const KEY = 'sk_test_hidden_key';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

async function wireWith(...args: Parameters<typeof reply>): Promise<Wire> {
  const wire = await httpWire(reply(...args));
  opened.push(wire);
  return wire;
}

function callsTo(origin: string, name: DialectName = 'consumer'): ServerCalls {
  const dialect = DIALECTS[name];
  const own = { organizationId: 'org_1', secretKey: KEY };
  const line = createLine({ ...own, base: new URL(`${origin}/base`), authenticate: dialect.authenticate });
  const calls = createServerCalls({
    ...{ dialect, line, clock: new ManualClock() },
    checkout: { ...own, base: new URL(`${origin}/pay`) },
  });
  opened.push(line, calls);
  return calls;
}

async function errorOf(call: Promise<unknown>): Promise<FanfareError> {
  const error: unknown = await call.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(FanfareError);
  return error as FanfareError;
}

const addresses = { successUrl: 'https://shop.example/ok', cancelUrl: 'https://shop.example/no' };
const byToken = {
  ...{ admissionToken: 'adm_hidden_token', distributionId: randomUUID(), productId: randomUUID() },
  ...{ variantId: randomUUID(), quantity: 1, currencyCode: 'eur', ...addresses },
};
const byClaim = { checkoutClaim: 'claim_hidden', mode: 'hosted' as const, ...addresses };
const made = { orderId: 'o', paymentId: 'p', checkoutUrl: 'u', expiresAt: 'e' };
const admission = { consumerId: 'cons_1', distributionId: 'q_1', distributionType: 'queue' } as const;
const user = { provider: 'okta', issuer: 'https://id.example', subject: '7' };

describe('checkout', () => {
  it('creates by token: what goes out, and what comes back', async () => {
    const wire = await wireWith(200, JSON.stringify({ ...made, deadline: 'd', more: 1 }));
    const session = await callsTo(wire.origin, 'gateway').checkout.create(byToken);
    expect(session).toEqual({
      ...made,
      deadline: 'd',
      idempotencyKey: expect.stringMatching(UUID) as string,
    });
    expect(wire.seen).toHaveLength(1);
    expect(wire.seen[0]).toMatchObject({ url: '/pay/checkout', headers: { authorization: `Bearer ${KEY}` } });
    expect(JSON.parse(wire.seen[0]!.body)).toEqual({
      ...byToken,
      currencyCode: 'EUR',
      idempotencyKey: session.idempotencyKey,
    });
  });

  it('creates by claim, with a key of one’s own', async () => {
    const wire = await wireWith(200, JSON.stringify(made));
    const session = await callsTo(wire.origin).checkout.create({ ...byClaim, idempotencyKey: 'cart-7' });
    expect(session).toEqual({ ...made, idempotencyKey: 'cart-7' });
    expect(JSON.parse(wire.seen[0]!.body)).toEqual({ ...byClaim, idempotencyKey: 'cart-7' });
  });

  it('cancels and refunds', async () => {
    const wire = await wireWith(200, '{"success":true}');
    const { checkout } = callsTo(wire.origin);
    const orderId = randomUUID();
    const cancelled = await checkout.cancel({ orderId, reason: 'out of stock' });
    const refunded = await checkout.refund({ orderId, amount: '12.50' });
    expect([cancelled.success, refunded.success]).toEqual([true, true]);
    expect(wire.seen.map(({ url, body }) => [url, JSON.parse(body) as unknown])).toEqual([
      [
        '/pay/payments/cancellations',
        { orderId, reason: 'out of stock', idempotencyKey: cancelled.idempotencyKey },
      ],
      ['/pay/payments/refunds', { orderId, amount: '12.50', idempotencyKey: refunded.idempotencyKey }],
    ]);
  });

  it.each<[string, object, string]>([
    [
      'distributionId',
      { distributionId: 'queue_1' },
      'must be a UUID, as Fanfare asks for it, got a text of 7',
    ],
    ['productId', { productId: undefined }, 'must be a UUID'],
    ['variantId', { variantId: `${randomUUID()}x` }, 'must be a UUID'],
    ['quantity', { quantity: 0 }, 'must be a number above 0, got 0'],
    ['quantity', { quantity: '1' }, 'must be a number above 0'],
    ['currencyCode', { currencyCode: 'EURO' }, 'must be an ISO 4217 code'],
    ['successUrl', { successUrl: '/ok' }, 'must be an absolute http or https address'],
    ['cancelUrl', { cancelUrl: 'javascript:alert(1)' }, 'must be an absolute http or https address'],
    ['admissionToken', { admissionToken: '' }, 'must be a text'],
    ['idempotencyKey', { idempotencyKey: 7 }, 'must be a text'],
  ])('says that "%s" is wrong: %j', async (field, wrong, words) => {
    const wire = await wireWith(200, JSON.stringify(made));
    const error = await errorOf(callsTo(wire.origin).checkout.create({ ...byToken, ...wrong }));
    expect(error).toMatchObject({ code: 'INVALID_ADMISSION_DATA', status: 400 });
    expect(error.message).toContain(`checkout.create: "${field}" ${words}`);
    expect(error.message).not.toContain('hidden');
    expect(wire.seen).toHaveLength(0);
  });

  it('refuses money that is no decimal string, and keys that are no UUID', async () => {
    const { checkout } = callsTo('http://127.0.0.1:9');
    const orderId = randomUUID();
    for (const amount of [12.5, '12,50', '-1', '1e3', '1.123456789', '']) {
      expect((await errorOf(checkout.refund({ orderId, amount: amount as string }))).message).toContain(
        '"amount"',
      );
    }
    expect((await errorOf(checkout.cancel({ orderId: 'order_1' }))).message).toContain(
      '"orderId" must be a UUID',
    );
    const keyed = checkout.cancel({ orderId, idempotencyKey: 'cart-7' });
    expect((await errorOf(keyed)).message).toContain('"idempotencyKey" must be a UUID');
  });

  it('knows no misspelt field', async () => {
    const { checkout } = callsTo('http://127.0.0.1:9');
    await expect(checkout.create({ ...byToken, currency: 'EUR' } as never)).rejects.toThrow(
      'checkout.create knows no option "currency"',
    );
  });

  it.each(['{}', 'true', '', '<html>', '{"orderId":"o","paymentId":"p","checkoutUrl":"","expiresAt":"e"}'])(
    'could not tell what %j means, and keeps the key for another try',
    async (body) => {
      const wire = await wireWith(200, body);
      const error = await errorOf(
        callsTo(wire.origin).checkout.create({ ...byToken, idempotencyKey: 'cart-7' }),
      );
      expect(error).toMatchObject({ code: 'FANFARE_UNAVAILABLE', idempotencyKey: 'cart-7' });
    },
  );
});

describe('an error', () => {
  it.each([
    [400, '{"error":"validation_error","issues":[]}', 'validation_error'],
    [403, '{"error":"forbidden","message":"adm_hidden_token"}', 'forbidden'],
    [404, '{"error":"Order not found"}', undefined],
    [409, '{"code":"DISTRIBUTION_ORDER_LIMIT"}', 'DISTRIBUTION_ORDER_LIMIT'],
    [422, '<html>', undefined],
    [403, '{"error":"adm_hidden_token"}', undefined],
    [403, `{"code":"X_${KEY}"}`, undefined],
  ])('%i %s is a refusal with Fanfare’s status and code', async (status, body, fanfareCode) => {
    const wire = await wireWith(status, body);
    const error = await errorOf(callsTo(wire.origin).checkout.create(byToken));
    expect(error).toMatchObject({ code: 'FANFARE_REFUSED', status: 502, fanfareStatus: status });
    expect(error.fanfareCode).toBe(fanfareCode);
    expect(error.idempotencyKey).toMatch(UUID);
    expect(JSON.stringify([error, error.message])).not.toContain('hidden');
  });

  it.each([401, 408, 425, 429, 302, 500, 503])('%i is "could not tell"', async (status) => {
    const wire = await wireWith(status, '{"error":"Secret key required"}', { 'Retry-After': '7' });
    const error = await errorOf(callsTo(wire.origin).deny(admission, 'BOT_DETECTED'));
    expect(error).toMatchObject({ code: 'FANFARE_UNAVAILABLE', status: 503, fanfareStatus: status });
    expect(error.headers['Retry-After']).toBe('7');
  });

  it.each([
    [401, 'Fanfare could not be asked: HTTP 401 Unauthorized'],
    [429, 'Fanfare could not be asked: HTTP 429 Too Many Requests'],
    [
      500,
      'nobody can tell whether Fanfare has done it (HTTP 500 Internal Server Error); call again with the same "idempotencyKey"',
    ],
    [
      200,
      'nobody can tell whether Fanfare has done it (its answer could not be read); call again with the same "idempotencyKey"',
    ],
  ])('%i says whether money may have moved', async (status, words) => {
    const wire = await wireWith(status, '{}');
    const refund = callsTo(wire.origin).checkout.refund({ orderId: randomUUID(), amount: '12.50' });
    expect((await errorOf(refund)).message).toBe(`checkout.refund: ${words}`);
  });

  it('so does an answer that was lost', async () => {
    const wire = await httpWire((res) => res.destroy());
    opened.push(wire);
    const error = await errorOf(callsTo(wire.origin).deny(admission, 'x'));
    expect(error.message).toBe('deny: nobody can tell whether Fanfare has done it (UND_ERR_SOCKET)');
  });

  it('without an answer is "could not tell", too', async () => {
    const error = await errorOf(callsTo(await deadOrigin()).authorizeExternal(user));
    expect(error).toMatchObject({ code: 'FANFARE_UNAVAILABLE' });
    expect(error.message).toBe('authorizeExternal: Fanfare could not be asked: ECONNREFUSED');
    expect(error).not.toHaveProperty('idempotencyKey', expect.anything());
  });
});

describe('deny', () => {
  it.each([
    [200, ''],
    [204, ''],
    [200, 'true'],
    [201, '[]'],
  ])('is done by %i with the body "%s": the oldest reference shows none', async (status, body) => {
    const wire = await wireWith(status, body);
    await expect(callsTo(wire.origin).deny(admission, 'BOT_DETECTED')).resolves.toBeUndefined();
  });

  it('is not done by a web page', async () => {
    const wire = await wireWith(200, '<html>');
    const error = await errorOf(callsTo(wire.origin).deny(admission, 'BOT_DETECTED'));
    expect(error.code).toBe('FANFARE_UNAVAILABLE');
  });

  it.each([
    ['queue', '/base/queues/q_1/deny'],
    ['draw', '/base/draws/q_1/deny'],
  ] as const)('takes a %s back', async (distributionType, url) => {
    const wire = await wireWith(200, '{"status":"DENIED"}');
    await callsTo(wire.origin).deny({ ...admission, distributionType }, 'any word at all');
    expect(wire.seen[0]).toMatchObject({ url });
    expect(JSON.parse(wire.seen[0]!.body)).toEqual({ consumerId: 'cons_1', reason: 'any word at all' });
  });

  it.each([
    ['gateway', 'queue'],
    ['consumer', 'auction'],
    ['consumer-v1', 'appointment'],
    ['admission', 'draw'],
  ] as const)('%s has none for %s, and says so', async (name, distributionType) => {
    const calls = callsTo('http://127.0.0.1:9', name);
    const error = await errorOf(calls.deny({ ...admission, distributionType }, 'x'));
    expect(error.code).toBe('NOT_IN_DIALECT');
    expect(error.message).toContain(`the dialect "${name}" has no "deny" for ${distributionType}`);
  });

  it.each([
    ['consumerId', { consumerId: '../x' }],
    ['distributionId', { distributionId: '' }],
    ['distributionType', { distributionType: 'lottery' }],
  ])('refuses a wrong "%s"', async (field, wrong) => {
    const error = await errorOf(callsTo('http://127.0.0.1:9').deny({ ...admission, ...wrong } as never, 'x'));
    expect(error.message).toContain(`deny: "${field}" must be`);
    const without = await errorOf(callsTo('http://127.0.0.1:9').deny(admission, ''));
    expect(without.message).toContain('deny: "reason" must be');
    const nobody = await errorOf(callsTo('http://127.0.0.1:9').deny(undefined as never, 'x'));
    expect(nobody).toMatchObject({
      code: 'INVALID_ADMISSION_DATA',
      message: 'deny: "admission" must be an admission or its three ids, got undefined',
    });
  });
});

describe('authorizeExternal', () => {
  it.each(['gateway', 'consumer', 'consumer-v1'] as const)('%s: hands out a code', async (name) => {
    const answer = { exchangeCode: 'exc_1', expiresAt: '2026-01-01T00:00:00Z', resolution: 'linked' };
    const wire = await wireWith(200, JSON.stringify({ ...answer, more: 1 }));
    const full = { ...user, canonicalSubject: 'anna', claims: { email: 'a@b.example' } };
    expect(await callsTo(wire.origin, name).authorizeExternal(full)).toEqual(answer);
    expect(wire.seen[0]!.url).toBe('/base/auth/external/authorize');
    expect(JSON.parse(wire.seen[0]!.body)).toEqual(full);
  });

  it('does without a resolution, and not without a code', async () => {
    const older = await wireWith(200, '{"exchangeCode":"exc_1","expiresAt":"soon"}');
    expect(await callsTo(older.origin).authorizeExternal(user)).toEqual({
      exchangeCode: 'exc_1',
      expiresAt: 'soon',
    });
    const broken = await wireWith(200, '{"exchangeCode":"","expiresAt":"soon"}');
    expect(await errorOf(callsTo(broken.origin).authorizeExternal(user))).toMatchObject({
      code: 'FANFARE_UNAVAILABLE',
    });
  });

  it('takes claims of 10,000 JSON characters and not one more', async () => {
    const wire = await wireWith(200, '{"exchangeCode":"exc_1","expiresAt":"soon"}');
    const calls = callsTo(wire.origin);
    const claimsOf = (length: number) => ({ a: 'x'.repeat(length - '{"a":""}'.length) });
    await calls.authorizeExternal({ ...user, claims: claimsOf(10_000) });
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    for (const claims of [claimsOf(10_001), cycle, [], 'x', { big: 1n }]) {
      const error = await errorOf(calls.authorizeExternal({ ...user, claims: claims as object as never }));
      expect(error.message).toContain('"claims" must be a plain object of at most 10,000 characters');
    }
    expect(wire.seen).toHaveLength(1);
  });

  it.each([
    ['provider', { provider: '' }],
    ['issuer', { issuer: 7 }],
    ['subject', { subject: undefined }],
    ['canonicalSubject', { canonicalSubject: 'x'.repeat(256) }],
  ])('refuses a wrong "%s"', async (field, wrong) => {
    const error = await errorOf(
      callsTo('http://127.0.0.1:9').authorizeExternal({ ...user, ...wrong } as never),
    );
    expect(error).toMatchObject({ code: 'INVALID_ADMISSION_DATA' });
    expect(error.message).toContain(`authorizeExternal: "${field}" must be`);
  });

  it('is not in every dialect', async () => {
    const error = await errorOf(callsTo('http://127.0.0.1:9', 'admission').authorizeExternal(user));
    expect(error.code).toBe('NOT_IN_DIALECT');
  });
});
