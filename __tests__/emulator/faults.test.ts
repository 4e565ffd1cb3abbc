import type { Fault } from '../../lib/emulator/index.js';
import { closeAll, start } from './harness.js';

afterEach(closeAll);

async function minted() {
  const harness = await start();
  const { token, consumerId } = harness.emulator.mint({ distributionId: 'q1', distributionType: 'queue' });
  return {
    ...harness,
    validate: () => harness.merchant('/queues/q1/validate', { consumerId, token }),
    complete: () => harness.merchant('/queues/q1/complete', { consumerId }),
    view: () => harness.emulator.admissions()[0]!,
    lastRequest: () => harness.emulator.requests().at(-1)!,
  };
}

describe('which calls meet a fault', () => {
  it('once comes before set, and only for its own kind of call', async () => {
    const { emulator, validate, complete, shopper } = await minted();
    emulator.faults.set({ kind: 'status', status: 500, on: 'validate' });
    emulator.faults.once({ kind: 'status', status: 503, on: 'validate' }, 2);
    emulator.faults.once({ kind: 'status', status: 502 });
    const statuses: number[] = [];
    for (let round = 0; round < 5; round += 1) statuses.push((await validate()).status);
    expect(statuses).toEqual([503, 503, 502, 500, 500]);
    expect((await complete()).status).toBe(200);
    emulator.faults.set({ kind: 'status', status: 504 });
    expect((await complete()).status).toBe(504);
    emulator.faults.clear('any');
    await expect(shopper()).resolves.toBeDefined();
    expect((await validate()).status).toBe(500);
    emulator.faults.once({ kind: 'reset' });
    emulator.faults.clear();
    expect(emulator.faults.list()).toEqual([]);
    expect((await validate()).status).toBe(200);
  });

  it('leaves the page and the controls alone', async () => {
    const { emulator, call, url } = await minted();
    emulator.faults.set({ kind: 'reset' });
    expect((await fetch(url)).status).toBe(200);
    expect((await call('GET', '/emulator/admissions')).status).toBe(200);
  });
});

describe('each fault', () => {
  const now = 1_700_000_000_000;
  it.each([
    ['seconds', '30', undefined],
    ['iso', new Date(now + 30_000).toISOString(), undefined],
    ['http-date', new Date(now + 30_000).toUTCString(), undefined],
    ['body', null, 30],
  ] as const)('429 tells when to come back as %s', async (retryAfterForm, header, inBody) => {
    const { emulator, validate, lastRequest } = await minted();
    emulator.faults.once({ kind: 'status', status: 429, retryAfterSeconds: 30, retryAfterForm });
    const answer = await validate();
    expect(answer).toMatchObject({ status: 429, body: { error: 'Rate limit exceeded' } });
    expect(answer.headers.get('retry-after')).toBe(header);
    expect(answer.body['retryAfter']).toBe(inBody);
    expect(lastRequest()).toMatchObject({ status: 429, fault: 'status', kind: 'validate' });
  });

  it.each([
    [{ kind: 'status', status: 500 }, 0],
    [{ kind: 'status', status: 500, afterEffect: true }, 1],
  ] as const)('%j has done its work %d times', async (fault, effects) => {
    const { emulator, complete, view } = await minted();
    emulator.faults.once(fault);
    expect((await complete()).status).toBe(500);
    expect(view().completion.effects).toBe(effects);
  });

  it.each([
    ['reset', 0],
    ['answer-lost', 1],
  ] as const)('%s cuts the connection, with %d effects', async (kind, effects) => {
    const { emulator, complete, view, lastRequest } = await minted();
    emulator.faults.once({ kind, on: 'complete' });
    await expect(complete()).rejects.toThrow('fetch failed');
    expect(view().completion.effects).toBe(effects);
    expect(lastRequest()).toMatchObject({ fault: kind });
    expect(lastRequest()).not.toHaveProperty('status');
    expect((await complete()).status).toBe(effects === 1 ? 400 : 200);
  });

  it.each([
    ['malformed-json', /^\{"valid":tr$/],
    ['huge-body', /^\{"valid":true,"filler":"x{1048576}"\}$/],
  ] as const)('%s cannot be read', async (kind, body) => {
    const { emulator, url } = await minted();
    emulator.faults.once({ kind });
    const response = await fetch(`${url}/experiences`);
    expect(response.status).toBe(200);
    expect(body.test(await response.text())).toBe(true);
  });

  it('black-hole never answers, and close ends it', async () => {
    const { emulator, validate, clock } = await minted();
    emulator.faults.once({ kind: 'black-hole' });
    let outcome = 'none';
    const call = validate().then(
      () => (outcome = 'answered'),
      () => (outcome = 'cut'),
    );
    while (emulator.requests().length === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(3_600_000);
    expect(outcome).toBe('none');
    await emulator.close();
    await call;
    expect(outcome).toBe('cut');
  });

  it('latency waits by the emulator’s clock, then answers rightly', async () => {
    const { emulator, validate, clock } = await minted();
    emulator.faults.once({ kind: 'latency', latencyMs: 5_000 });
    let answered = false;
    const call = validate().then((reply) => {
      answered = true;
      return reply;
    });
    while (emulator.requests().length === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(4_999);
    expect(answered).toBe(false);
    await clock.advance(1);
    expect((await call).body).toBe(true);
  });

  it('redirect points elsewhere on the same host', async () => {
    const { emulator, validate } = await minted();
    emulator.faults.once({ kind: 'redirect' });
    const answer = await validate();
    expect(answer.status).toBe(307);
    expect(answer.headers.get('location')).toBe('/redirected');
  });

  it('device-mismatch is FP002', async () => {
    const { emulator, validate } = await minted();
    emulator.faults.once({ kind: 'device-mismatch', on: 'validate' });
    const answer = await validate();
    expect(answer).toMatchObject({
      status: 403,
      body: { valid: false, error: 'DEVICE_MISMATCH', code: 'FP002', support: {} },
    });
    expect(answer.headers.get('x-fingerprint-mismatch')).toBe('true');
  });
});

describe('faults over HTTP', () => {
  it('are set, used once, listed and cleared', async () => {
    const { call, validate } = await minted();
    const change = (body: unknown) => call('POST', '/emulator/faults', body);
    const gone: Fault = { kind: 'status', status: 503, on: 'validate' };
    expect((await change({ set: gone })).body).toEqual({ faults: [gone] });
    expect((await change({ once: { ...gone, status: 502 } })).status).toBe(200);
    expect((await call('GET', '/emulator/faults')).body).toEqual({
      faults: [{ ...gone, status: 502 }, gone],
    });
    expect([(await validate()).status, (await validate()).status]).toEqual([502, 503]);
    expect((await change({ clear: 'complete' })).body).toEqual({ faults: [gone] });
    expect((await change({ clear: true })).body).toEqual({ faults: [] });
  });

  it.each([
    [{}],
    [[]],
    [{ clear: 'everything' }],
    [{ set: 'reset' }],
    [{ set: { kind: 'explode' } }],
    [{ set: { kind: 'status' } }],
    [{ set: { kind: 'status', status: 200 } }],
    [{ set: { kind: 'status', status: 429, retryAfterForm: 'words' } }],
    [{ once: { kind: 'reset', on: 'everything' } }],
    [{ once: { kind: 'reset', latencyMs: '5' } }],
    [{ once: { kind: 'reset', status: 500 } }],
    [{ once: { kind: 'reset' }, times: 'many' }],
    [{ once: { kind: 'reset' }, times: -1 }],
  ])('%j is a 400 and changes nothing', async (body) => {
    const { call, emulator } = await start();
    expect(await call('POST', '/emulator/faults', body)).toMatchObject({ status: 400 });
    expect(emulator.faults.list()).toEqual([]);
  });

  it.each([
    [{ set: { kind: 'explode' } }, 'one of status, latency, reset, answer-lost'],
    [{ set: { kind: 'reset', on: 'everything' } }, 'one of any, validate, complete, deny, shopper'],
    [{ set: { kind: 'status', status: 200 } }, '400 to 599'],
    [
      { set: { kind: 'status', status: 429, retryAfterForm: 'words' } },
      'one of seconds, iso, http-date, body',
    ],
    [{ set: { kind: 'reset', after: 5 } }, 'nothing: unknown field'],
    [{}, 'set, once or clear'],
  ])('%j is told what would fit', async (body, expected) => {
    const { call } = await start();
    const answer = await call('POST', '/emulator/faults', body);
    expect(JSON.stringify(answer.body['issues'])).toContain(expected);
  });
});
