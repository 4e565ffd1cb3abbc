import type { DistributionType } from '../../lib/admission/identity.js';
import { createFanfareClient } from '../../lib/fanfare-api/client.js';
import type { CompletionReport, FanfareClient, FanfareClientOptions } from '../../lib/fanfare-api/client.js';
import { DIALECTS } from '../../lib/fanfare-api/dialects.js';
import type { FanfareEvent } from '../../lib/events.js';
import { ManualClock } from '../support/manual-clock.js';
import { deadOrigin, httpWire, reply, until } from './wire.js';
import type { Wire } from './wire.js';

const KEY = 'sk_test_hidden';
const said: FanfareEvent[] = [];
const opened: { close(): Promise<void> }[] = [];

function kept<T extends { close(): Promise<void> }>(thing: T): T {
  opened.push(thing);
  return thing;
}

afterEach(async () => {
  said.length = 0;
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

const wireWith = async (...args: Parameters<typeof reply>): Promise<Wire> =>
  kept(await httpWire(reply(...args)));

const clientOf = (baseUrl: string, more: Partial<FanfareClientOptions> = {}): FanfareClient =>
  kept(
    createFanfareClient({
      organizationId: 'org_1',
      secretKey: KEY,
      baseUrl,
      dialect: DIALECTS.gateway,
      emit: (event) => said.push(event),
      clock: new ManualClock(),
      deadlineMs: 30_000,
      ...more,
    }),
  );

const question = (distributionType: DistributionType = 'queue') => ({
  token: 'tok_hidden',
  consumerId: 'cons_1',
  distributionId: 'dist_1',
  distributionType,
});

const report = (distributionType: DistributionType = 'queue'): CompletionReport => ({
  idempotencyKey: 'admission-id',
  consumerId: 'cons_1',
  distributionId: 'dist_1',
  distributionType,
  order: { orderId: 'order_1', amount: '129.00', currency: 'EUR' },
  completedAt: 0,
});

describe('validate', () => {
  it.each([
    ['queue', '/base/queues/dist_1/validate'],
    ['draw', '/base/draws/dist_1/validate'],
    ['auction', '/base/auctions/dist_1/validate'],
    ['timed_release', '/base/v1/admission/validate'],
  ] as const)('asks for a %s at %s', async (type, url) => {
    const wire = await wireWith(200, 'true');
    expect(await clientOf(`${wire.origin}/base/`).validate(question(type))).toEqual({ answer: 'yes' });
    expect(wire.seen).toHaveLength(1);
    expect(wire.seen[0]).toMatchObject({
      method: 'POST',
      url,
      headers: { 'x-organization-id': 'org_1', 'x-secret-key': KEY, 'content-type': 'application/json' },
    });
    expect(JSON.parse(wire.seen[0]!.body)).toMatchObject({ consumerId: 'cons_1', token: 'tok_hidden' });
  });

  it.each([
    [200, 'false', { answer: 'no', code: 'ADMISSION_INVALID' }],
    [404, '{"error":"Queue not found"}', { answer: 'no', status: 404 }],
    [401, '{"error":"Secret key required"}', { answer: 'unknown', status: 401 }],
    [302, '', { answer: 'unknown', status: 302 }],
  ])('reads %i %s', async (status, body, expected) => {
    const wire = await wireWith(status, body, { Location: '/trap' });
    expect(await clientOf(wire.origin).validate(question())).toMatchObject(expected);
  });

  it.each([
    ['seconds', '5'],
    ['an ISO timestamp', '2023-11-14T22:13:25Z'],
    ['an HTTP-date', 'Tue, 14 Nov 2023 22:13:25 GMT'],
  ])('reads Retry-After as %s by the clock it was given', async (_name, retryAfter) => {
    const wire = await wireWith(429, '', { 'Retry-After': retryAfter });
    expect(await clientOf(wire.origin).validate(question())).toMatchObject({ retryAfterSeconds: 5 });
  });

  it('cannot tell when nobody answers', async () => {
    const silent = kept(await httpWire(() => undefined));
    const verdict = await clientOf(silent.origin, { deadlineMs: 100 }).validate(question());
    expect(verdict).toEqual({ answer: 'unknown', failure: 'away', reason: 'no answer in time' });
    expect(await clientOf(await deadOrigin()).validate(question())).toEqual({
      answer: 'unknown',
      failure: 'away',
      reason: 'ECONNREFUSED',
    });
  });

  it('does not call Fanfare away when the time went by in our own line', async () => {
    const silent = kept(await httpWire(() => undefined));
    const client = clientOf(silent.origin, { deadlineMs: 200 });
    expect(await client.validate(question(), { waitedMs: 101 })).toMatchObject({ failure: 'busy' });
    expect(await client.validate(question(), { waitedMs: 100 })).toMatchObject({ failure: 'away' });
  });

  it('asks nobody when the time was spent waiting', async () => {
    const wire = await wireWith(200, 'true');
    const client = clientOf(wire.origin, { deadlineMs: 2_000 });
    const verdict = await client.validate(question(), { waitedMs: 1_751 });
    const reason = 'no time left after waiting for a turn';
    expect(verdict).toEqual({ answer: 'unknown', failure: 'busy', reason });
    expect(wire.seen).toHaveLength(0);
  });

  it.each(['..', '.', '\ud800'])('sends nothing for an id of %j', async (distributionId) => {
    const wire = await wireWith(200, 'true');
    const verdict = await clientOf(wire.origin).validate({ ...question(), distributionId });
    expect(verdict).toMatchObject({
      answer: 'unknown',
      reason: expect.stringContaining('could not be made') as string,
    });
    expect(wire.seen).toHaveLength(0);
  });

  it('keeps an id in its path segment', async () => {
    const wire = await wireWith(200, 'true');
    await clientOf(wire.origin).validate({ ...question(), distributionId: '../../v1/x?y#z' });
    expect(wire.seen[0]!.url).toBe('/queues/..%2F..%2Fv1%2Fx%3Fy%23z/validate');
  });
});

describe('complete', () => {
  it.each([
    ['queue', '/queues/dist_1/complete'],
    ['draw', '/draws/dist_1/complete'],
    ['auction', '/auctions/dist_1/complete'],
    ['timed_release', '/timed-releases/dist_1/complete'],
  ] as const)('reports a %s at %s', async (type, url) => {
    const wire = await wireWith(200, '{"status":"COMPLETED"}');
    expect(await clientOf(wire.origin).complete(report(type))).toEqual({ kind: 'done', already: false });
    expect(wire.seen[0]).toMatchObject({
      method: 'POST',
      url,
      headers: { 'x-organization-id': 'org_1', 'x-secret-key': KEY, 'x-idempotency-key': 'admission-id' },
    });
    expect(JSON.parse(wire.seen[0]!.body)).toEqual({
      consumerId: 'cons_1',
      metadata: {
        orderId: 'order_1',
        orderAmount: '129.00',
        currency: 'EUR',
        completedAt: '1970-01-01T00:00:00.000Z',
      },
    });
  });

  it('fails when nobody answers, within its own deadline', async () => {
    const silent = kept(await httpWire(() => undefined));
    const client = clientOf(silent.origin, { completionDeadlineMs: 100 });
    expect(await client.complete(report())).toEqual({ kind: 'failed', reason: 'no answer in time' });
    expect(silent.seen.length).toBeLessThan(2);
  });

  it('fails for a time that is none, without a call', async () => {
    const wire = await wireWith(200);
    const answer = await clientOf(wire.origin).complete({ ...report(), completedAt: NaN });
    expect(answer).toMatchObject({ kind: 'failed' });
    expect(wire.seen).toHaveLength(0);
  });

  it('keeps a key that Fanfare repeats out of the reason', async () => {
    const secretKey = 'unusual.key';
    const wire = await wireWith(403, JSON.stringify({ error: `bad key ${secretKey}` }));
    const answer = await clientOf(wire.origin, { secretKey }).complete(report());
    expect(answer).toMatchObject({ kind: 'refused', reason: 'HTTP 403 Forbidden: bad key [...]' });
  });
});

describe('secretKey', () => {
  it('may be a function, asked before each call', async () => {
    const wire = await wireWith(200, 'true');
    const keys = ['sk_live_old', 'sk_live_new'];
    const client = clientOf(wire.origin, { secretKey: () => Promise.resolve(keys.shift()!) });
    await client.validate(question());
    await client.validate(question());
    expect(wire.seen.map(({ headers }) => headers['x-secret-key'])).toEqual(['sk_live_old', 'sk_live_new']);
  });

  const noError = 'hidden' as unknown as Error;
  const hidden = Object.assign(new Error('hidden'), { code: 'EVAULT' });
  it.each<[string, unknown, string, boolean]>([
    ['a publishable key', 'pk_live_hidden', 'publishable', true],
    ['a function that gives a publishable key', () => 'pk_live_hidden', 'publishable', true],
    [
      'a function that throws',
      () => {
        throw hidden;
      },
      'EVAULT',
      false,
    ],
    ['a function that rejects', () => Promise.reject(hidden), 'EVAULT', false],
    ['a function that rejects with a text', () => Promise.reject(noError), 'unknown error', false],
    ['a function that gives no text', () => 42, 'number', true],
    ['a function that gives nothing', () => undefined, 'undefined', true],
    ['an empty text', '', 'empty', true],
    ['a key with a line break', 'sk_hidden\r\nX-Evil: 1', 'no header', true],
    ['a key with other characters', 'sk_hidden_ü', 'no header', true],
  ])('%s is an answer, not an error', async (_name, secretKey, words, misconfigured) => {
    const wire = await wireWith(200, 'true');
    const client = clientOf(wire.origin, { secretKey: secretKey as string });
    const verdict = await client.validate(question());
    const answer = await client.complete(report());
    const reason = expect.stringContaining(words) as string;
    const ours = misconfigured ? { misconfigured: reason } : {};
    expect(verdict).toEqual({ answer: 'unknown', failure: 'fault', reason, ...ours });
    expect(answer).toEqual({ kind: 'failed', reason: expect.stringContaining(words) as string });
    expect(JSON.stringify([verdict, answer])).not.toContain('hidden');
    expect(wire.seen).toHaveLength(0);
  });

  it('that never comes is ended by the deadline', async () => {
    const client = clientOf('http://127.0.0.1:9', {
      secretKey: () => new Promise(() => undefined),
      deadlineMs: 50,
    });
    expect(await client.validate(question())).toEqual({
      answer: 'unknown',
      failure: 'fault',
      reason: '"secretKey" function gave no key in time',
    });
  });
});

describe('a client', () => {
  it('refuses a bad base address at construction', () => {
    expect(() => clientOf('http://api.fanfare.io')).toThrow(TypeError);
  });

  it('speaks to the dialect’s own host by default', async () => {
    const client = createFanfareClient({
      organizationId: 'org_1',
      secretKey: KEY,
      dialect: DIALECTS.gateway,
      emit: (event) => said.push(event),
      clock: new ManualClock(),
    });
    await client.warm();
    await client.close();
    expect(await client.validate(question())).toEqual({
      answer: 'unknown',
      failure: 'fault',
      reason: 'this client is closed',
    });
  });

  it('lets a running call end when it is closed', async () => {
    let answerNow: (() => void) | undefined;
    const wire = kept(
      await httpWire((res) => {
        answerNow = () => {
          reply(200, 'true')(res);
        };
      }),
    );
    const client = clientOf(wire.origin);
    const running = client.validate(question());
    await until(() => answerNow !== undefined);
    const closed = client.close();
    answerNow!();
    expect(await running).toEqual({ answer: 'yes' });
    await closed;
  });
});
