/** What a merchant puts in the place of a dialect's parts, over real HTTP. */
import type { DistributionType } from '../../lib/admission/identity.js';
import type { FanfareEvent } from '../../lib/events.js';
import { createFanfareClient } from '../../lib/fanfare-api/client.js';
import type { CompletionReport, FanfareClient, FanfareClientOptions } from '../../lib/fanfare-api/client.js';
import type { CompleteOperation, Dialect, ValidateOperation } from '../../lib/fanfare-api/dialect.js';
import { DIALECTS } from '../../lib/fanfare-api/dialects.js';
import { ManualClock } from '../support/manual-clock.js';
import { httpWire, reply } from './wire.js';
import type { Wire } from './wire.js';

const clock = new ManualClock();
const said: FanfareEvent[] = [];
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  said.length = 0;
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

async function wireWith(...args: Parameters<typeof reply>): Promise<Wire> {
  const wire = await httpWire(reply(...args));
  opened.push(wire);
  return wire;
}

function clientOf(baseUrl: string, more: Partial<FanfareClientOptions> = {}): FanfareClient {
  const client = createFanfareClient({
    ...{ organizationId: 'org_1', secretKey: 'sk_test_hidden', baseUrl, clock },
    ...{ dialect: DIALECTS.gateway, deadlineMs: 30_000, emit: (event) => said.push(event) },
    ...more,
  });
  opened.push(client);
  return client;
}

const question = (distributionType: DistributionType = 'queue') => ({
  ...{ token: 'tok_hidden', consumerId: 'cons_1', distributionId: 'dist_1', distributionType },
});
const report = (distributionType: DistributionType = 'queue'): CompletionReport => ({
  ...{ idempotencyKey: 'admission-id', consumerId: 'cons_1', distributionId: 'dist_1', distributionType },
  order: { orderId: 'order_1' },
  completedAt: 0,
});
const never = (): Promise<never> => new Promise(() => undefined);
const fails = (): never => {
  throw Object.assign(new Error('tok_hidden'), { code: 'EOWN' });
};

describe('a dialect’s own reading of a validation', () => {
  const reading = (read: NonNullable<ValidateOperation['read']>): Dialect => ({
    ...DIALECTS.gateway,
    validate: { queue: { path: '/queues/{id}/validate', read } },
  });

  it('sees status, headers and parsed body, and has the last word', async () => {
    const wire = await wireWith(409, '{"state":"fine"}', { 'X-Sort': 'a' });
    const seen: unknown[] = [];
    const dialect = reading((answer, asked) => {
      seen.push(answer.status, answer.headers['x-sort'], answer.body, asked.token);
      return { valid: true, expiresAt: 60 };
    });
    const verdict = await clientOf(wire.origin, { dialect }).validate(question());
    expect(verdict).toEqual({ answer: 'yes', expiresAt: 60_000 });
    expect(seen).toEqual([409, 'a', { state: 'fine' }, 'tok_hidden']);
  });

  it.each<[string, NonNullable<ValidateOperation['read']>, object]>([
    ['false', () => false, { answer: 'no', code: 'ADMISSION_INVALID', status: 200 }],
    [
      'a code',
      () => ({ valid: false, code: 'EXPIRED' }),
      { answer: 'no', code: 'ADMISSION_EXPIRED', status: 200 },
    ],
    ['nothing', () => undefined as unknown as boolean, { answer: 'unknown', status: 200 }],
    ['a word', () => 'true' as unknown as boolean, { answer: 'unknown', status: 200 }],
    ['a throw', fails, { answer: 'unknown', status: 200, failure: 'fault' }],
    ['a rejection', (() => Promise.reject(new Error('x'))) as never, { answer: 'unknown', failure: 'fault' }],
    ['a promise of true', (() => Promise.resolve(true)) as never, { answer: 'yes' }],
  ])('%s, where the built-in reading would say yes', async (_name, read, expected) => {
    const wire = await wireWith(200, 'true');
    const verdict = await clientOf(wire.origin, { dialect: reading(read) }).validate(question());
    expect(verdict).toMatchObject(expected);
    expect(JSON.stringify(verdict)).not.toContain('hidden');
  });

  it('that throws hides no outage', async () => {
    const wire = await wireWith(503, '<html>');
    const verdict = await clientOf(wire.origin, { dialect: reading(fails) }).validate(question());
    expect(verdict).not.toHaveProperty('failure');
    expect(verdict).toMatchObject({ answer: 'unknown', status: 503 });
  });

  it('is within the deadline', async () => {
    const wire = await wireWith(200, 'true');
    const client = clientOf(wire.origin, { dialect: reading(never as never), deadlineMs: 100 });
    expect(await client.validate(question())).toMatchObject({ answer: 'unknown' });
  });
});

describe('a dialect’s own reading of a completion', () => {
  const reading = (read: NonNullable<CompleteOperation['read']>): Dialect => ({
    ...DIALECTS.gateway,
    complete: { queue: { path: '/queues/{id}/complete', read } },
  });

  it.each<[string, number, NonNullable<CompleteOperation['read']>, object]>([
    [
      'takes what looks like a refusal',
      409,
      ({ status }) => status === 409,
      { kind: 'done', already: false },
    ],
    ['does not take a 200', 200, () => false, { kind: 'failed', status: 200 }],
    ['takes nothing but true', 200, () => 'true' as unknown as boolean, { kind: 'failed', status: 200 }],
    ['throws', 200, fails, { kind: 'failed', status: 200 }],
    ['leaves a refusal a refusal', 403, () => false, { kind: 'refused', status: 403 }],
    ['leaves a failure a failure', 503, () => false, { kind: 'failed', status: 503 }],
  ])('%s', async (_name, status, read, expected) => {
    const wire = await wireWith(status, '{}');
    const answer = await clientOf(wire.origin, { dialect: reading(read) }).complete(report());
    expect(answer).toMatchObject(expected);
    expect(JSON.stringify(answer)).not.toContain('hidden');
  });
});

describe('a function of the merchant’s own', () => {
  it('is asked only where the dialect has no operation', async () => {
    const wire = await wireWith(200, 'true');
    const asked: string[] = [];
    const supplied = {
      validate: ({ distributionType }: { distributionType: string }) => asked.push(distributionType) > 0,
      complete: ({ distributionType }: { distributionType: string }) => asked.push(distributionType) > 0,
    };
    const client = clientOf(wire.origin, { supplied });
    for (const type of ['queue', 'appointment'] as const) {
      expect(await client.validate(question(type))).toEqual({ answer: 'yes' });
      expect(await client.complete(report(type))).toMatchObject({ kind: 'done', already: false });
    }
    expect(asked).toEqual(['appointment', 'appointment']);
    expect(wire.seen.map(({ url }) => url)).toEqual(['/queues/dist_1/validate', '/queues/dist_1/complete']);
  });

  it.each<[string, () => unknown, object]>([
    ['true', () => true, { answer: 'yes' }],
    [
      'a promise',
      () => Promise.resolve({ valid: true, expiresAt: 60 }),
      { answer: 'yes', expiresAt: 60_000 },
    ],
    ['false', () => false, { answer: 'no', code: 'ADMISSION_INVALID' }],
    ['an id that is another', () => ({ valid: true, consumerId: 'cons_2' }), { code: 'ADMISSION_MISMATCH' }],
    ['1', () => 1, { answer: 'unknown', unasked: true }],
    ['nothing', () => undefined, { answer: 'unknown', unasked: true }],
    ['a state', () => ({ status: 'GRANTED', admissionGrant: 'tok_hidden' }), { answer: 'unknown' }],
    ['a throw', fails, { reason: '"api.validate" failed (EOWN)', unasked: true }],
    ['never', never, { reason: '"api.validate" gave no answer in time', unasked: true }],
  ])('validates by %s', async (_name, validate, expected) => {
    const supplied = { validate: validate as () => boolean };
    const client = clientOf('http://127.0.0.1:9', { supplied, deadlineMs: _name === 'never' ? 50 : 30_000 });
    const verdict = await client.validate(question('appointment'));
    expect(verdict).toMatchObject(expected);
    expect(JSON.stringify(verdict)).not.toContain('hidden');
  });

  it.each<[string, () => unknown, object]>([
    ['true', () => true, { kind: 'done', already: false }],
    ['a promise of true', () => Promise.resolve(true), { kind: 'done', already: false }],
    ['nothing, as when the word was forgotten', () => undefined, { kind: 'failed', unasked: true }],
    [
      'a response with a failure in it',
      () => ({ ok: false, status: 500 }),
      { kind: 'failed', unasked: true },
    ],
    ['a throw', fails, { kind: 'failed', reason: '"api.complete" failed (EOWN)', unasked: true }],
    ['never', never, { kind: 'failed', reason: '"api.complete" gave no answer in time' }],
  ])('completes by %s', async (_name, complete, expected) => {
    const supplied = { complete: complete as () => boolean };
    const client = clientOf('http://127.0.0.1:9', {
      supplied,
      completionDeadlineMs: _name === 'never' ? 50 : 30_000,
    });
    expect(await client.complete(report('appointment'))).toMatchObject(expected);
  });

  it('hears when its time is up', async () => {
    let heard: AbortSignal | undefined;
    const supplied = {
      validate: (_asked: unknown, { signal }: { signal: AbortSignal }) => {
        heard = signal;
        return never();
      },
    };
    await clientOf('http://127.0.0.1:9', { supplied, deadlineMs: 20 }).validate(question('appointment'));
    expect(heard?.aborted).toBe(true);
  });
});

describe('what nobody can be asked', () => {
  it('is an answer, and an event at most once a minute for each', async () => {
    const client = clientOf('http://127.0.0.1:9');
    const expected = 'the dialect "gateway" has no "validate" for appointment: give "api.validate", or an';
    for (let time = 0; time < 3; time += 1) {
      expect(await client.validate(question('appointment'))).toMatchObject({
        answer: 'unknown',
        unasked: true,
        reason: expect.stringContaining(expected) as string,
      });
    }
    expect(await client.complete(report('appointment'))).toMatchObject({ kind: 'failed', unasked: true });
    expect(said.map((event) => 'reason' in event && event.reason)).toEqual([
      expect.stringContaining('no "validate" for appointment'),
      expect.stringContaining('no "complete" for appointment'),
    ]);
    expect(said[0]).toMatchObject({ type: 'fanfare.misconfigured', level: 'error' });
    await clock.advance(60_000);
    await client.validate(question('appointment'));
    expect(said).toHaveLength(3);
  });
});
