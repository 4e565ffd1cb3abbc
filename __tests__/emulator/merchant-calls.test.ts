import type { EmulatorOptions, MintOptions } from '../../lib/emulator/index.js';
import { closeAll, start } from './harness.js';

afterEach(closeAll);

const queue = { distributionId: 'q1', distributionType: 'queue' } as const;
const paths = { queue: 'queues', draw: 'draws', auction: 'auctions', timed_release: 'timed-releases' };

/** One minted admission and both ways to ask about it. */
async function minted(options: EmulatorOptions = {}, what: Partial<MintOptions> = {}) {
  const harness = await start(options);
  const admission = harness.emulator.mint({ ...queue, ...what });
  const { token, consumerId, distributionId, distributionType } = admission;
  const path = `/${paths[distributionType]}/${distributionId}`;
  return {
    ...harness,
    admission,
    plain: (changes: object = {}) => harness.merchant(`${path}/validate`, { consumerId, token, ...changes }),
    generic: (changes: object = {}) =>
      harness.merchant('/v1/admission/validate', {
        ...{ token, consumerId, distributionId, distributionType },
        ...changes,
      }),
    complete: (key?: string, metadata?: object) =>
      harness.merchant(
        `${path}/complete`,
        { consumerId, metadata },
        key === undefined ? {} : { 'X-Idempotency-Key': key },
      ),
    view: () => harness.emulator.admissions()[0]!,
  };
}

describe('validate', () => {
  it.each(['queue', 'draw', 'auction', 'timed_release'] as const)('says yes for a %s', async (type) => {
    const { plain, generic, admission, view } = await minted(
      {},
      { distributionType: type, distributionId: 'x' },
    );
    expect((await generic()).body).toEqual({ valid: true, expiresAt: admission.expiresAt });
    if (type !== 'timed_release') expect((await plain()).body).toBe(true);
    expect(view().validations).toEqual({ yes: type === 'timed_release' ? 1 : 2, no: 0 });
  });

  it.each([[true], [false]])('says no for whatever does not fit (opaque: %s)', async (opaque) => {
    const { plain, generic, emulator } = await minted({}, { opaque });
    const other = emulator.mint({ ...queue, opaque });
    expect((await plain({ consumerId: 'someone' })).body).toBe(false);
    expect((await plain({ token: other.token })).body).toBe(false);
    expect((await plain({ token: 'adm_unknown' })).body).toBe(false);
    expect((await generic({ distributionId: 'd1', distributionType: 'draw' })).body).toMatchObject({
      valid: false,
      error: 'Admission token does not match',
    });
    expect((await generic({ token: 'x' })).body).toMatchObject({ error: 'Invalid admission token' });
  });

  it('says no when any part of a signed token is changed', async () => {
    const { plain, admission } = await minted();
    const [header, payload, signature] = admission.token.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const longer = encoded({ ...claims, expiresAt: '2999-01-01T00:00:00.000Z' });
    const none = encoded({ alg: 'none', typ: 'JWT' });
    for (const token of [
      `${header}.${longer}.${signature}`,
      `${none}.${payload}.${signature}`,
      `${none}.${payload}.`,
      `${header}.${payload}.AAAA`,
      `${admission.token}.x`,
    ]) {
      expect((await plain({ token })).body).toBe(false);
    }
    expect((await plain()).body).toBe(true);
  });

  it('says no from the very millisecond of expiry, even where another token lasts longer', async () => {
    const { clock, emulator, plain, admission } = await minted({}, { expiresInSeconds: 10 });
    const again = { ...queue, consumerId: admission.consumerId, admittedAt: admission.admittedAt };
    const longer = emulator.mint({ ...again, expiresInSeconds: 20 });
    expect(emulator.admissions()).toHaveLength(1);
    await clock.advance(9_999);
    expect((await plain()).body).toBe(true);
    await clock.advance(1);
    expect((await plain()).body).toBe(false);
    expect((await plain({ token: longer.token })).body).toBe(true);
  });

  it.each([
    ['false', 200, false],
    ['forbidden', 403, { error: 'Admission expired' }],
  ] as const)('answers expired as told: %s', async (expired, status, body) => {
    const { plain, generic, view } = await minted({ expired }, { expiresInSeconds: 0 });
    expect(await plain()).toMatchObject({ status, body });
    expect(await generic()).toMatchObject({ status, body: { valid: false, error: 'Admission expired' } });
    expect(view().state).toBe('expired');
  });

  it.each([
    ['false', 200, false],
    ['forbidden', 403, { error: 'Admission already completed' }],
  ] as const)('answers completed as told: %s', async (validateAfterComplete, status, body) => {
    const { plain, complete, clock } = await minted({ validateAfterComplete });
    await complete();
    expect(await plain()).toMatchObject({ status, body });
    await clock.advance(3_600_000);
    expect(await plain()).toMatchObject({ status, body });
  });
});

describe('complete', () => {
  it.each([
    ['same', 200, { status: 'COMPLETED' }],
    ['conflict', 409, { message: 'Admission already completed' }],
    ['bad_request', 400, { message: 'Admission already completed' }],
  ] as const)('has one effect; a second call is answered as told: %s', async (second, status, body) => {
    const { complete, clock, view } = await minted({ secondCompletion: second });
    const first = await complete('key-1', { orderId: 'o-1', currency: 'EUR' });
    expect(first.status).toBe(200);
    await clock.advance(1_000);
    expect(await complete('key-1', { orderId: 'o-2' })).toMatchObject({ status, body });
    await complete('key-2');
    expect(view()).toMatchObject({
      state: 'completed',
      completion: {
        received: 3,
        effects: 1,
        orderId: 'o-1',
        metadata: { orderId: 'o-1', currency: 'EUR' },
        idempotencyKeys: ['key-1', 'key-2'],
        completedAt: first.body['completedAt'],
      },
    });
  });

  it('takes one admission of a consumer after the other; a repeated key names its own', async () => {
    const { complete, emulator, admission, clock } = await minted();
    await clock.advance(1_000);
    emulator.mint({ ...queue, consumerId: admission.consumerId });
    expect((await complete('key-1')).status).toBe(200);
    expect((await complete('key-1')).status).toBe(400);
    expect((await complete('key-2')).status).toBe(200);
    expect((await complete('key-1')).status).toBe(400);
    expect(emulator.admissions().map(({ completion }) => completion)).toMatchObject([
      { received: 3, effects: 1, idempotencyKeys: ['key-1'] },
      { received: 1, effects: 1, idempotencyKeys: ['key-2'] },
    ]);
  });

  it.each([
    ['accept', 200, 'completed'],
    ['refuse', 400, 'expired'],
  ] as const)(
    'of an expired admission is answered as told: %s',
    async (completeAfterExpiry, status, state) => {
      const { complete, view } = await minted({ completeAfterExpiry }, { expiresInSeconds: -1 });
      expect((await complete()).status).toBe(status);
      expect(view()).toMatchObject({ state, completion: { effects: status === 200 ? 1 : 0 } });
    },
  );

  it('is refused after a denial, and a denial after it changes nothing', async () => {
    const denied = await minted();
    const { consumerId } = denied.admission;
    await denied.byBearer('/api/queues/q1/deny', { consumerId, reason: 'ADMIN_ACTION' });
    expect(await denied.complete()).toMatchObject({ status: 403, body: { error: 'Admission denied' } });
    expect(denied.view()).toMatchObject({ state: 'denied', completion: { received: 1, effects: 0 } });

    const used = await minted();
    await used.complete();
    const answer = await used.byBearer('/api/queues/q1/deny', {
      consumerId: used.admission.consumerId,
      reason: 'ADMIN_ACTION',
    });
    expect(answer).toMatchObject({ status: 200, body: { status: 'COMPLETED' } });
    expect(used.view().state).toBe('completed');
  });

  it('answers 404 for a consumer without admission', async () => {
    const { merchant } = await start();
    expect(await merchant('/queues/q1/complete', { consumerId: 'nobody' })).toMatchObject({ status: 404 });
  });
});

describe('bad input', () => {
  it.each([
    ['/queues/none/validate', 'Queue not found'],
    ['/draws/q1/complete', 'Draw not found'],
    ['/v1/auctions/__proto__/validate', 'Auction not found'],
    ['/timed-releases/none/complete', 'Timed release not found'],
    ['/waitlists/w1/complete', 'Not found'],
    ['/timed-releases/t1/deny', 'Not found'],
  ])('404 for %s', async (path, error) => {
    const { merchant } = await start();
    const body = { consumerId: 'c', token: 't', reason: 'r' };
    expect(await merchant(path, body)).toMatchObject({ status: 404, body: { error } });
  });

  it.each([
    ['no JSON', '{"consumerId":', 'body'],
    ['a list', [], 'consumerId'],
    ['null', 'null', 'body'],
    ['nothing', undefined, 'body'],
    ['a missing token', { consumerId: 'c' }, 'token'],
    ['a number', { consumerId: 7, token: 't' }, 'consumerId'],
    ['an empty text', { consumerId: '', token: 't' }, 'consumerId'],
    ['an inherited field', '{"__proto__":{"consumerId":"c"},"token":"t"}', 'consumerId'],
  ])('400 validation_error for %s', async (_name, body, field) => {
    const { merchant } = await start();
    const answer = await merchant('/queues/q1/validate', body);
    expect(answer).toMatchObject({ status: 400, body: { error: 'validation_error' } });
    const [issue] = answer.body['issues'] as Record<string, unknown>[];
    expect(Object.keys(issue!).sort()).toEqual(['expected', 'kind', 'message', 'path', 'received', 'type']);
    expect(issue).toMatchObject({ path: [{ key: Array.isArray(body) ? 'body' : field }] });
  });

  it('400 for a path that cannot be read, 413 above 64 KB', async () => {
    const { merchant } = await start();
    expect(await merchant('/queues/%E0%A4%A/validate', {})).toMatchObject({ status: 400 });
    const token = 'x'.repeat(65_536);
    expect(await merchant('/queues/q1/validate', { consumerId: 'c', token })).toMatchObject({ status: 413 });
  });
});
