import { closeAll, merchantHeaders, start } from './harness.js';

afterEach(closeAll);

const body = { consumerId: 'c1', token: 'nonsense' };

describe('the merchant', () => {
  it.each([
    ['no headers', {}, 401, 'Secret key required'],
    ['a wrong key', { ...merchantHeaders, 'X-Secret-Key': 'sk_test_other' }, 401, 'Secret key required'],
    ['a key as bearer', { Authorization: 'Bearer sk_test_emulator' }, 401, 'Secret key required'],
    ['no organization', { 'X-Secret-Key': 'sk_test_emulator' }, 401, 'Authentication required'],
    [
      'another organization',
      { ...merchantHeaders, 'X-Organization-Id': 'org_other' },
      403,
      'The key does not belong to this organization',
    ],
  ])('is refused with %s', async (_name, headers, status, error) => {
    const { call } = await start();
    for (const path of ['/queues/q1/validate', '/v1/queues/q1/complete', '/v1/admission/validate']) {
      expect(await call('POST', path, body, headers)).toMatchObject({ status, body: { error } });
    }
  });

  it('passes with both headers, with and without /v1', async () => {
    const { merchant } = await start();
    expect(await merchant('/queues/q1/validate', body)).toMatchObject({ status: 200, body: false });
    expect(await merchant('/v1/queues/q1/validate', body)).toMatchObject({ status: 200, body: false });
  });

  it('needs the new key as soon as it is rotated', async () => {
    const { emulator, merchant } = await start();
    emulator.rotateSecretKey('sk_test_next');
    expect(await merchant('/queues/q1/validate', body)).toMatchObject({ status: 401 });
    const next = { 'X-Secret-Key': 'sk_test_next' };
    expect(await merchant('/queues/q1/validate', body, next)).toMatchObject({ status: 200 });
    expect(() => {
      emulator.rotateSecretKey('sk_live_next');
    }).toThrow('live key');
  });
});

describe('the shopper', () => {
  it('gets a guest session of the documented shape', async () => {
    const { call, clock } = await start();
    const { status, body: session } = await call('POST', '/auth/guest', undefined, {
      'X-Publishable-Key': 'pk_test_emulator',
    });
    expect(status).toBe(200);
    expect(session).toEqual({
      session: {
        type: 'guest',
        consumerId: expect.stringMatching(/^cons_[0-9a-f]{26}$/) as string,
        expiresAt: new Date(clock.now() + 3_600_000).toISOString(),
      },
      accessToken: expect.any(String) as string,
      refreshToken: expect.any(String) as string,
      refreshTokenTtlSeconds: 2_592_000,
      beaconToken: expect.any(String) as string,
    });
  });

  it.each([[{}], [{ 'X-Publishable-Key': 'pk_test_other' }]])('gets none with %j', async (headers) => {
    const { call } = await start();
    expect(await call('POST', '/auth/guest', undefined, headers)).toMatchObject({ status: 401 });
  });

  it('needs an access token that has not expired, and an admission token is none', async () => {
    const { call, clock, emulator, shopper } = await start();
    const anna = await shopper();
    expect(await anna.get('/queues/q1/status')).toMatchObject({ status: 200 });
    const { token } = emulator.mint({ distributionId: 'q1', distributionType: 'queue' });
    for (const authorization of ['', 'Bearer x.y.z', `Bearer ${token}`]) {
      const headers = { Authorization: authorization };
      expect(await call('GET', '/queues/q1/status', undefined, headers)).toMatchObject({
        status: 401,
        body: { error: 'Authentication required' },
      });
    }
    await clock.advance(3_600_000);
    expect(await anna.get('/queues/q1/status')).toMatchObject({
      status: 401,
      body: { error: 'token_expired' },
    });
  });

  it('may call from any origin; the merchant’s routes are closed to browsers', async () => {
    const { call, url } = await start();
    const preflight = await call('OPTIONS', '/v1/queues/q1/enter');
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization');
    const refused = await call('POST', '/queues/q1/enter');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
    for (const path of ['/queues/q1/validate', '/queues/q1/complete', '/emulator/faults', '/']) {
      const { headers } = await fetch(url + path, { method: 'OPTIONS' });
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});
