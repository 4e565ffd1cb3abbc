import { createPublicKey, verify } from 'node:crypto';
import { closeAll, start } from './harness.js';

afterEach(closeAll);

const START = 1_700_000_000_000;
const at = (seconds: number) => new Date(START + seconds * 1_000).toISOString();

function claimsOf(token: unknown): Record<string, unknown> {
  const payload = String(token).split('.')[1] ?? '';
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
}

describe('a queue', () => {
  it('goes from outside to completed', async () => {
    const { call, clock, emulator, merchant, shopper } = await start();
    const anna = await shopper();
    const status = async () => (await anna.get('/queues/q1/status')).body;
    expect(await status()).toEqual({ status: 'NOT_QUEUED' });
    expect((await anna.post('/v1/queues/q1/enter')).body).toMatchObject({
      status: 'QUEUED',
      position: 1,
      estimatedWaitTimeInSeconds: 3,
    });
    await clock.advance(2_999);
    expect(await status()).toMatchObject({ status: 'QUEUED', estimatedWaitTimeInSeconds: 1 });
    await clock.advance(1);
    const granted = await status();
    expect(granted).toEqual({
      status: 'GRANTED',
      admissionGrant: expect.any(String) as string,
      expiresAt: at(603),
    });
    expect(await status()).toEqual(granted);

    const token = String(granted['admissionGrant']);
    const [header, payload, signature] = token.split('.');
    expect(JSON.parse(Buffer.from(header!, 'base64url').toString())).toEqual({ alg: 'EdDSA', typ: 'JWT' });
    const signed = Buffer.from(`${header!}.${payload!}`);
    const keySet = await call('GET', '/.well-known/jwks.json');
    expect(keySet).toMatchObject({ status: 200, body: { keys: [emulator.publicJwk] } });
    const jwk = createPublicKey({ key: emulator.publicJwk, format: 'jwk' });
    for (const key of [emulator.publicKey, jwk]) {
      expect(verify(null, signed, key, Buffer.from(signature!, 'base64url'))).toBe(true);
    }
    expect(claimsOf(token)).toEqual({
      consumerId: anna.consumerId,
      distributionId: 'q1',
      distributionType: 'queue',
      experienceId: 'exp_q',
      admittedAt: at(3),
      expiresAt: at(603),
      jti: expect.any(String) as string,
    });

    const { consumerId } = anna;
    expect((await merchant('/queues/q1/validate', { consumerId, token })).body).toBe(true);
    const metadata = { orderId: 'o-1', orderAmount: '129.00' };
    expect(await merchant('/queues/q1/complete', { consumerId, metadata })).toMatchObject({
      status: 200,
      body: { queueId: 'q1', consumerId, status: 'COMPLETED', completedAt: at(3) },
    });
    expect(await status()).toEqual({ status: 'COMPLETED', completedAt: at(3) });
    expect((await anna.post('/queues/q1/enter')).body).toMatchObject({ status: 'COMPLETED' });
  });

  it('counts those who still wait ahead, and forgets those who left', async () => {
    const { clock, shopper } = await start();
    const [anna, ben, cleo] = [await shopper(), await shopper(), await shopper()];
    await anna.post('/queues/q1/enter');
    await ben.post('/queues/q1/enter');
    await clock.advance(1_000);
    expect((await cleo.post('/queues/q1/enter')).body).toMatchObject({ position: 3 });
    expect((await ben.post('/queues/q1/leave')).body).toEqual({ status: 'LEFT', dequeuedAt: at(1) });
    expect((await cleo.get('/queues/q1/status')).body).toMatchObject({ position: 2 });
    expect(await ben.post('/queues/q1/leave')).toMatchObject({
      status: 404,
      body: { error: 'Consumer not in queue' },
    });
    await clock.advance(2_000);
    expect((await cleo.get('/queues/q1/status')).body).toMatchObject({ position: 1 });
  });

  it('denies who let the admission expire, and lets them queue again', async () => {
    const { clock, shopper } = await start();
    const anna = await shopper();
    await anna.post('/queues/q1/enter');
    await clock.advance(603_000);
    expect((await anna.get('/queues/q1/status')).body).toEqual({
      status: 'DENIED',
      reason: 'ADMISSION_EXPIRED',
      deniedAt: at(603),
    });
    expect((await anna.post('/queues/q1/enter')).body).toMatchObject({ status: 'QUEUED', position: 1 });
  });

  it.each([
    ['waiting', 0],
    ['admitted', 3_000],
  ])('keeps a consumer out whom the merchant denied while %s', async (_name, passed) => {
    const { clock, merchant, byBearer, shopper } = await start();
    const anna = await shopper();
    await anna.post('/queues/q1/enter');
    await clock.advance(passed);
    const before = (await anna.get('/queues/q1/status')).body;
    const denied = { status: 'DENIED', reason: 'FRAUD_DETECTED', deniedAt: at(passed / 1_000) };
    const { consumerId } = anna;
    const answer = await byBearer('/api/queues/q1/deny', { consumerId, reason: 'FRAUD_DETECTED' });
    expect(answer).toMatchObject({ status: 200, body: { status: 'DENIED', reason: 'FRAUD_DETECTED' } });
    await clock.advance(3_000);
    expect((await anna.post('/queues/q1/enter')).body).toEqual(denied);
    const { admissionGrant: token = 'none' } = before;
    expect((await merchant('/queues/q1/validate', { consumerId, token })).body).toBe(false);
  });
});

describe('a draw', () => {
  it.each([
    [0, 'first'],
    [0.99, 'second'],
  ])('lets chance (%d) decide once, for the %s of two', async (chance, winnerName) => {
    let asked = 0;
    const random = () => {
      asked += 1;
      return chance;
    };
    const { clock, merchant, shopper } = await start({ random });
    const [first, second] = [await shopper(), await shopper()];
    expect((await first.post('/draws/d1/enter')).body).toEqual({ status: 'ENTERED' });
    await clock.advance(4_999);
    expect((await second.post('/draws/d1/enter')).body).toEqual({ status: 'ENTERED' });
    await clock.advance(1);
    const [winner, loser] = winnerName === 'first' ? [first, second] : [second, first];
    expect((await loser.get('/draws/d1/status')).body).toEqual({ status: 'LOST' });
    const won = (await winner.get('/draws/d1/status')).body;
    expect(won).toMatchObject({ status: 'WON', wonAt: at(5), expiresAt: at(605) });
    expect(asked).toBe(1);

    const { consumerId } = winner;
    const token = String(won['admissionGrant']);
    expect(token).toMatch(/^adm_[A-Za-z0-9_-]{32}$/);
    expect((await merchant('/draws/d1/validate', { consumerId, token })).body).toBe(true);
    await merchant('/draws/d1/complete', { consumerId });
    expect((await winner.get('/draws/d1/status')).body).toMatchObject({ status: 'COMPLETED' });
  });

  it('starts another round with the next entry', async () => {
    const { clock, shopper } = await start();
    const [anna, ben] = [await shopper(), await shopper()];
    await anna.post('/draws/d1/enter');
    await clock.advance(5_000);
    expect((await ben.post('/draws/d1/enter')).body).toEqual({ status: 'ENTERED' });
    expect((await anna.get('/draws/d1/status')).body).toMatchObject({ status: 'WON' });
    await clock.advance(5_000);
    expect((await ben.get('/draws/d1/status')).body).toMatchObject({ status: 'WON', wonAt: at(10) });
  });

  it('lets go who leaves before it ends', async () => {
    const { clock, shopper } = await start();
    const anna = await shopper();
    await anna.post('/draws/d1/enter');
    expect((await anna.post('/draws/d1/leave')).body).toEqual({ status: 'NOT_ENTERED' });
    await clock.advance(5_000);
    expect((await anna.get('/draws/d1/status')).body).toEqual({ status: 'NOT_ENTERED' });
  });
});

describe('an auction', () => {
  it('goes to the highest bid at its end', async () => {
    const { call, clock, merchant, shopper } = await start();
    const [anna, ben] = [await shopper(), await shopper()];
    expect((await anna.post('/auctions/a1/enter')).body).toEqual({ success: true });
    expect((await anna.get('/auctions/a1/status')).body).toMatchObject({ status: 'NOT_BID', bidCount: 0 });
    expect((await anna.post('/auctions/a1/bid', { amount: '10.00' })).body).toEqual({
      status: 'WINNING',
      bidCount: 1,
      lastBidAmount: '10.00',
    });
    expect((await ben.post('/auctions/a1/bid', { amount: 10.5 })).body).toMatchObject({ status: 'WINNING' });
    expect((await anna.get('/auctions/a1/status')).body).toMatchObject({ status: 'OUTBID' });
    expect((await ben.get('/auctions/a1/highest-bid')).body).toEqual({
      highestBid: '10.5',
      bidCount: 2,
      auctionEnded: false,
    });
    expect((await call('GET', '/experiences/exp_a')).body).toMatchObject({
      distributions: [{ id: 'a1', type: 'auction', settlesAt: at(20), startingBid: '10.00' }],
    });
    await clock.advance(20_000);
    expect((await anna.get('/auctions/a1/status')).body).toMatchObject({ status: 'LOST' });
    const won = (await ben.get('/auctions/a1/status')).body;
    expect(won).toMatchObject({ status: 'WON', winningBidAmount: '10.5' });
    expect(won).not.toHaveProperty('expiresAt');
    expect((await ben.get('/auctions/a1/highest-bid')).body).toMatchObject({ auctionEnded: true });
    expect(await ben.post('/auctions/a1/bid', { amount: '99' })).toMatchObject({
      status: 400,
      body: { error: 'Auction is closed' },
    });

    const { consumerId } = ben;
    const token = won['admissionGrant'];
    expect((await merchant('/auctions/a1/validate', { consumerId, token })).body).toBe(true);
    expect((await merchant('/auctions/a1/complete', { consumerId })).status).toBe(200);
    const after = (await ben.get('/auctions/a1/status')).body;
    expect(after).toMatchObject({ status: 'WON', winningBidAmount: '10.5' });
    expect(after).not.toHaveProperty('admissionGrant');
  });

  it.each([
    ['9.99', 400, 'Bid must be higher than current bid'],
    ['10.00', 400, 'Bid must be higher than current bid'],
    ['12.00', 400, 'Bid must be higher than current bid'],
    ['12.49999999', 400, 'Bid must meet minimum increment'],
    ['1e3', 400, 'validation_error'],
    ['-1', 400, 'validation_error'],
    [undefined, 400, 'validation_error'],
  ])('answers a bid of %s over 12.00 with %d %s', async (amount, status, error) => {
    const { shopper } = await start();
    const [anna, ben] = [await shopper(), await shopper()];
    await anna.post('/auctions/a1/bid', { amount: '12.00' });
    expect(await ben.post('/auctions/a1/bid', { amount })).toMatchObject({ status, body: { error } });
    expect((await anna.get('/auctions/a1/status')).body).toMatchObject({ status: 'WINNING' });
  });

  it('refuses a first bid below the starting bid', async () => {
    const { shopper } = await start();
    const anna = await shopper();
    expect(await anna.post('/auctions/a1/bid', { amount: '9.99' })).toMatchObject({ status: 400 });
    expect(await anna.post('/auctions/a1/bid', { amount: '10.00' })).toMatchObject({ status: 200 });
  });
});

describe('a timed release', () => {
  it('opens at its time and admits at once', async () => {
    const { call, clock, merchant, shopper } = await start();
    const anna = await shopper();
    const early = await anna.post('/timed-releases/t1/enter');
    expect(early).toMatchObject({ status: 423, body: { error: 'Timed release is not open yet' } });
    expect(early.headers.get('retry-after')).toBe(at(60));
    expect((await call('GET', '/experiences/exp_t')).body).toMatchObject({
      distributions: [{ lifecycle: 'scheduled', opensAt: at(60), admissionExpirationSeconds: 120 }],
    });
    await clock.advance(60_000);
    expect((await anna.get('/timed-releases/t1/status')).body).toEqual({ status: 'NOT_ENTERED' });
    const entered = (await anna.post('/timed-releases/t1/enter')).body;
    expect(entered).toMatchObject({ status: 'ENTERED', enteredAt: at(60), expiresAt: at(180) });

    const { consumerId } = anna;
    const ids = { distributionId: 't1', distributionType: 'timed_release' };
    const token = entered['admissionGrant'];
    expect((await merchant('/v1/admission/validate', { token, consumerId, ...ids })).body).toEqual({
      valid: true,
      expiresAt: at(180),
    });
    expect(await merchant('/timed-releases/t1/validate', { token, consumerId })).toMatchObject({
      status: 404,
    });
    expect((await merchant('/v1/timed-releases/t1/complete', { consumerId })).body).toMatchObject({
      success: true,
      status: 'COMPLETED',
    });
    expect((await anna.get('/timed-releases/t1/status')).body).toMatchObject({ status: 'COMPLETED' });
  });

  it('ends with the admission, and may be entered again', async () => {
    const { clock, shopper } = await start();
    const anna = await shopper();
    await clock.advance(60_000);
    await anna.post('/timed-releases/t1/enter');
    await clock.advance(120_000);
    const status = (await anna.get('/timed-releases/t1/status')).body;
    expect(status).toEqual({ status: 'LEFT', leftAt: at(180) });
    expect((await anna.post('/timed-releases/t1/enter')).body).toMatchObject({ status: 'ENTERED' });
  });
});
