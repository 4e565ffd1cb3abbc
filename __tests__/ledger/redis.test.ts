import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { systemClock } from '../../lib/clock.js';
import type { CompletionTarget, Ledger } from '../../lib/ledger/ledger.js';
import type { RedisLedgerOptions } from '../../lib/ledger/redis.js';
import { redisLedger } from '../../lib/ledger/redis.js';
import { ManualClock } from '../support/manual-clock.js';
import { endClients, ioredisClient } from '../support/redis-clients.js';
import { describeWithRedis } from '../support/redis-server.js';
import { Play, sequences } from './play.js';
import { admission, claim, complete } from './redis-steps.js';

const DAY_MS = 86_400_000;

describe('options', () => {
  const client = { evalsha: jest.fn(), eval: jest.fn(), config: jest.fn() };

  it.each([
    [{}, /"client" must be a client of ioredis or redis, got undefined/],
    [{ client: 'redis://:secret@host' }, /"client".*got string/],
    [{ client: null }, /"client"/],
    [{ client: { evalsha: 1, eval: 2, config: 3 } }, /"client".*got object/],
    [{ client, prefix: '' }, /"prefix" must be 1 to 64 letters/],
    [{ client, prefix: '{shop}' }, /"prefix".*without braces/],
    [{ client, prefix: 7 }, /"prefix"/],
    [{ client, perfix: 'x' }, /redisLedger has no option "perfix". It knows: client, prefix, clock/],
    [undefined, /takes an object of options, got undefined/],
  ])('%p throws a TypeError at construction', (options, message) => {
    const made = () => redisLedger(options as unknown as RedisLedgerOptions);
    expect(made).toThrow(TypeError);
    expect(made).toThrow(message);
    expect(made).not.toThrow(/secret/);
  });

  it('construction says nothing to the server', () => {
    expect(redisLedger({ client }).engine).toBe('redis');
    expect(client.evalsha).not.toHaveBeenCalled();
  });

  it.each([
    ['6.0.16', /needs Redis 6\.2 or later, or Valkey; this is 6\.0\.16/],
    ['5.0.3', /this is 5\.0\.3/],
  ])('a server of version %s is refused at once and at every step', async (version, message) => {
    const info = `role:master\r\nredis_version:${version}\r\n`;
    const ledger = redisLedger({ client: { ...client, evalsha: () => Promise.resolve(info) } });
    await expect(ledger.open()).rejects.toThrow(message);
    await expect(claim(ledger, 'a')).rejects.toThrow(message);
  });
});

describeWithRedis('a server', (server) => {
  let client: Redis;
  let ledger: Ledger;

  beforeAll(() => {
    client = ioredisClient(server.url);
  });
  afterAll(endClients);
  beforeEach(async () => {
    await client.flushall();
    ledger = redisLedger({ client });
  });

  it('takes no transaction, and records nothing then', async () => {
    const request = {
      target: { by: 'admission', admission: admission('a') },
      order: { orderId: 'order-1' },
    } as const;
    await expect(ledger.complete(request, {})).rejects.toThrow(TypeError);
    await expect(ledger.complete(request, {})).rejects.toThrow(/redis ledger.*only the PostgreSQL engine/);
    await expect(ledger.find('a')).resolves.toBeUndefined();
  });

  it('goes by its own time', async () => {
    const serverTime = async () => Number((await client.time())[0]) * 1_000;
    const before = await serverTime();
    const outcome = await claim(ledger, 'a');
    const startedAt = outcome.outcome === 'claimed' ? outcome.attempt.startedAt : 0;
    expect(startedAt).toBeGreaterThanOrEqual(before);
    expect(startedAt).toBeLessThan((await serverTime()) + 1_000);
  });

  it('keeps every digit of a number', async () => {
    const latest = 8_640_000_000_000_000;
    ledger = redisLedger({ client, clock: new ManualClock(latest - 1) });
    await complete(ledger, 'a');
    const nextAttemptAt = latest - 1_000.125;
    await ledger.reschedule('a', { attempts: 0, nextAttemptAt });
    const [taken] = await ledger.takeDue(1, 1);
    expect(taken).toMatchObject({
      takenAt: latest - 1,
      row: { delivery: { nextAttemptAt, lease: { until: latest } } },
    });
    expect((await ledger.find('a'))?.createdAt).toBe(latest - 1);
  });

  it('keeps all keys behind its prefix', async () => {
    await claim(redisLedger({ client, prefix: 'shop:drops' }), 'a');
    const keys = await client.keys('*');
    expect(keys.length).toBeGreaterThan(3);
    for (const key of keys) expect(key.startsWith('{shop:drops}:')).toBe(true);
    await expect(ledger.find('a')).resolves.toBeUndefined();
  });

  it('a script cache that was flushed is filled again', async () => {
    await claim(ledger, 'a');
    await client.script('FLUSH');
    const holder = { admissionId: 'a', attemptId: 'attempt of a' };
    await expect(ledger.renew(holder, 1_000)).resolves.toBe(true);
    await client.script('FLUSH');
    await expect(complete(ledger, 'a')).resolves.toMatchObject({ outcome: 'recorded' });
  });

  it('an error of the server rejects as it is, and nothing is written', async () => {
    await claim(ledger, 'other');
    await client.config('SET', 'maxmemory', '1');
    try {
      await expect(claim(ledger, 'a')).rejects.toThrow(/^OOM/);
      await expect(complete(ledger, 'b')).rejects.toThrow(/^OOM/);
    } finally {
      await client.config('SET', 'maxmemory', '0');
    }
    const keys = await client.keys('*');
    expect(keys.filter((key) => /:row:/.test(key))).toEqual(['{fanfare}:row:other']);
    await expect(claim(ledger, 'a')).resolves.toMatchObject({ outcome: 'claimed' });
  });

  it('with its memory full what has begun is recorded, told, settled and purged all the same', async () => {
    const clock = new ManualClock();
    ledger = redisLedger({ client, clock });
    const lead = (owner: string, memo?: string) =>
      ledger.lead({ owner, leaseMs: 1_000, ...(memo === undefined ? {} : { memo }) });
    const until = clock.now() + 1_000;
    for (const key of ['a', 'b']) await ledger.addNote({ kind: 'webhook_hold', key, value: '', until });
    for (const id of ['ordered', 'lapsed']) await claim(ledger, id);
    await client.config('SET', 'maxmemory', '1');
    try {
      await expect(complete(ledger, 'ordered')).resolves.toMatchObject({ outcome: 'recorded' });
      await expect(lead('one', 'known')).resolves.toEqual({ leads: true, memo: 'known' });
      await expect(lead('one')).resolves.toEqual({ leads: true, memo: 'known' });
      await clock.advance(1_000);
      await expect(lead('other')).resolves.toEqual({ leads: true, memo: 'known' });
      const [due] = await ledger.takeDue(1, 1_000);
      await expect(ledger.settleDelivery('ordered', due!.leaseId, { to: 'delivered' })).resolves.toBe(true);
      await clock.advance(DAY_MS);
      await expect(ledger.list({ states: ['unresolved'], limit: 1 })).resolves.toHaveLength(1);
      const lapsed = { admissionId: 'lapsed', attemptId: 'attempt of lapsed' };
      await expect(ledger.settle(lapsed, { to: 'free' })).resolves.toBe(true);
      await clock.advance(401 * DAY_MS);
      await expect(ledger.purge()).resolves.toBe(4);
    } finally {
      await client.config('SET', 'maxmemory', '0');
    }
  });

  it('more than one batch falls due: the most urgent are first all the same', async () => {
    const clock = new ManualClock();
    ledger = redisLedger({ client, clock });
    const urgent = { ...admission('urgent'), expiresAt: clock.now() + 1 };
    const numbers = Array.from({ length: 1_100 }, (_, number) => number);
    await Promise.all(numbers.map((number) => complete(ledger, `a-${number}`)));
    await clock.advance(1_000);
    await ledger.complete({ target: { by: 'admission', admission: urgent }, order: { orderId: 'last' } });
    const [first, second] = await ledger.takeDue(2, 1_000);
    expect(first?.row.admission.id).toBe('urgent');
    expect(second?.row.admission.id).toBe('a-0');
    expect(await ledger.takeDue(2_000, 1_000)).toHaveLength(1_099);
  });

  it('a completion that stands in line leaves it when it is taken by name, put off or given up', async () => {
    const later = { attempts: 1, nextAttemptAt: Number.MAX_SAFE_INTEGER };
    for (const id of ['a', 'b', 'c', 'd']) await complete(ledger, id);
    const [first] = await ledger.takeDue(1, 60_000);
    expect(first?.row.admission.id).toBe('a');
    const { leaseId = '' } = (await ledger.take('b', 60_000)) ?? {};
    await ledger.reschedule('c', later);
    expect((await ledger.takeDue(10, 60_000)).map(({ row }) => row.admission.id)).toEqual(['d']);
    await ledger.settleDelivery('b', leaseId, { to: 'dead', delivery: later });
    await expect(ledger.takeDue(10, 60_000)).resolves.toEqual([]);
  });

  it('a clock that was set back makes no attempt unresolved that is not', async () => {
    let now = 1_700_000_000_000;
    ledger = redisLedger({ client, clock: { ...systemClock, now: () => now } });
    await claim(ledger, 'a');
    now += 60_000;
    await expect(ledger.list({ states: ['unresolved'], limit: 1 })).resolves.toHaveLength(1);
    now -= 1;
    await expect(ledger.list({ states: ['unresolved'], limit: 1 })).resolves.toEqual([]);
    now += 1;
    await expect(ledger.list({ states: ['unresolved'], limit: 1 })).resolves.toHaveLength(1);
  });

  it('three ids mean the row with the latest order, not the latest row', async () => {
    const clock = new ManualClock();
    ledger = redisLedger({ client, clock });
    const other = { ...admission('a'), id: 'b' };
    const by = (target: CompletionTarget, orderId: string) => ledger.complete({ target, order: { orderId } });
    await claim(ledger, 'a');
    await by({ by: 'admission', admission: other }, 'order-1');
    await clock.advance(1);
    await by({ by: 'id', id: 'a' }, 'order-2');
    await expect(by({ by: 'triple', admission: admission('c') }, 'order-3')).resolves.toMatchObject({
      outcome: 'recorded',
    });
    const again = by({ by: 'triple', admission: { ...other, id: 'd' } }, 'order-4');
    await expect(again).resolves.toMatchObject({ outcome: 'used', row: { order: { orderId: 'order-2' } } });
  });

  it('triples that are spelled alike in a row are not one', async () => {
    const one = { ...admission('a'), distributionId: 'x:y', consumerId: 'z' };
    const other = { ...admission('b'), distributionId: 'x', consumerId: 'y:z' };
    const by = (of: typeof one) =>
      ledger.complete({ target: { by: 'triple', admission: of }, order: { orderId: of.id } });
    await expect(by(one)).resolves.toMatchObject({ outcome: 'recorded' });
    await expect(by(other)).resolves.toMatchObject({ outcome: 'recorded' });
  });

  it('more than one batch may go: all of it goes', async () => {
    const clock = new ManualClock();
    ledger = redisLedger({ client, clock });
    const ids = Array.from({ length: 450 }, (_, number) => `a-${number}`);
    await Promise.all(ids.map((id) => claim(ledger, id)));
    await clock.advance(401 * DAY_MS);
    await expect(ledger.purge()).resolves.toBe(450);
    await expect(client.keys('*')).resolves.toEqual([]);
  });

  it('more than one batch of notes may be past: all of it goes, whoever asks', async () => {
    const clock = new ManualClock();
    ledger = redisLedger({ client, clock });
    const add = (key: string, lasts: number, most?: number) =>
      ledger.addNote({ kind: 'webhook', key, value: '', until: clock.now() + lasts }, most);
    const many = (prefix: string) =>
      Promise.all(Array.from({ length: 450 }, (_, number) => add(`${prefix}-${number}`, 1_000)));
    await many('a');
    await clock.advance(1);
    await add('stays', DAY_MS);
    await clock.advance(1_000);
    await expect(ledger.openNotes('webhook', 1)).resolves.toMatchObject([{ key: 'stays' }]);
    await many('b');
    await clock.advance(1_000);
    await expect(ledger.purge()).resolves.toBe(900);
    await expect(add('one more', 1, 2)).resolves.toBe(true);
  });

  it('notes that the server evicted do not hold up the others', async () => {
    const until = Date.now() + DAY_MS;
    for (const key of ['a', 'b', 'c']) await ledger.addNote({ kind: 'webhook', key, value: '', until });
    await client.del('{fanfare}:note:webhook:a', '{fanfare}:note:webhook:b');
    await expect(ledger.openNotes('webhook', 2)).resolves.toMatchObject([{ key: 'c' }]);
    await expect(ledger.addNote({ kind: 'webhook', key: 'a', value: '', until }, 2)).resolves.toBe(true);
  });

  it('rows that the server evicted do not hold up the others', async () => {
    const clock = new ManualClock();
    ledger = redisLedger({ client, clock });
    for (const id of ['a', 'b', 'c', 'd']) await complete(ledger, id);
    await claim(ledger, 'e');
    const taken = async (limit: number) =>
      (await ledger.takeDue(limit, 1_000)).map(({ row }) => row.admission.id);
    await client.del('{fanfare}:row:a', '{fanfare}:row:e');
    expect(await taken(1)).toEqual(['b']);
    await client.del('{fanfare}:row:c');
    expect(await taken(2)).toEqual(['d']);
    await clock.advance(1_000 * DAY_MS);
    await expect(
      ledger.list({ states: ['ordered', 'active', 'unresolved'], limit: 10 }),
    ).resolves.toHaveLength(2);
    await ledger.purge();
  });

  it('a row that came anew after its eviction is listed as what it is', async () => {
    await claim(ledger, 'a');
    await ledger.settle({ admissionId: 'a', attemptId: 'attempt of a' }, { to: 'unresolved' });
    await client.del('{fanfare}:row:a');
    await claim(ledger, 'a');
    await expect(ledger.list({ states: ['unresolved'], limit: 10 })).resolves.toEqual([]);
    await expect(ledger.list({ states: ['active'], limit: 10 })).resolves.toHaveLength(1);
  });

  it('nothing is left behind of rows that went, whatever they went through', () =>
    fc.assert(
      fc.asyncProperty(sequences, async (commands) => {
        await client.flushall();
        const play = new Play((clock) => redisLedger({ client, clock }));
        for (const given of commands) await play.run(given);
        await deliverAll(play.ledger, play.clock);
        await play.clock.advance(1_000 * DAY_MS);
        await play.ledger.purge();
        const keys = await client.keys('*');
        expect(keys.filter((key) => key !== '{fanfare}:lead')).toEqual([]);
      }),
      { numRuns: 100 },
    ));

  async function deliverAll(of: Ledger, clock: ManualClock): Promise<void> {
    await clock.advance(DAY_MS);
    for (const dead of await of.list({ states: ['dead'], limit: 10 })) await of.discard(dead.admission.id);
    for (const { row, leaseId } of await of.takeDue(10, 1_000)) {
      await of.settleDelivery(row.admission.id, leaseId, { to: 'delivered' });
    }
  }
});
