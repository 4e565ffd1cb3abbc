/** What a server is asked before the first step, and what an operator is told. */
import type { Redis } from 'ioredis';
import { redisLedger } from '../../lib/ledger/redis.js';
import { endClients, ioredisClient, nodeRedisClient } from '../support/redis-clients.js';
import { describeWithRedis } from '../support/redis-server.js';

/** A client of a server that tells this of itself. */
function told(info: string, config: () => Promise<unknown> = () => Promise.resolve(['', 'always'])) {
  const client = { evalsha: () => Promise.resolve(info), eval: () => Promise.resolve(info), config };
  return redisLedger({ client });
}

describe('what open() says of a server that is not at hand', () => {
  const WELL = 'redis_version:7.2.4\r\nrole:master\r\naof_enabled:1\r\nmaxmemory_policy:noeviction\r\n';

  it.each(['6.2.0', '6.10.1', '7.0', '10.0.0', '8.1.3-rc1'])('nothing to version %s', async (version) => {
    await expect(told(WELL.replace('7.2.4', version)).open()).resolves.toEqual([]);
  });

  it.each(['6.0.20', '5.9', '6.1'])('no to version %s', async (version) => {
    await expect(told(WELL.replace('7.2.4', version)).open()).rejects.toThrow(
      `needs Redis 6.2 or later, or Valkey; this is ${version}.`,
    );
  });

  it('nothing when the connection is lost: it rejects', async () => {
    const lost = new Error('Connection is closed.');
    const ledger = told(WELL, () => Promise.reject(lost));
    await expect(ledger.open()).rejects.toBe(lost);
  });
});

describeWithRedis('what open() says', (server) => {
  let admin: Redis;

  beforeEach(() => {
    admin = ioredisClient(server.url);
  });
  afterEach(endClients);

  async function openedWith(setting: string, value: string): Promise<readonly string[]> {
    const [, before = ''] = await admin.config('GET', setting);
    await admin.config('SET', setting, value);
    try {
      return await redisLedger({ client: admin }).open();
    } finally {
      await admin.config('SET', setting, before);
    }
  }

  it('nothing, when all is well', async () => {
    await expect(redisLedger({ client: admin }).open()).resolves.toEqual([]);
  });

  it.each([
    ['appendonly', 'no', /writes no append-only file \(appendonly is "no"\): a restart loses every order/],
    ['appendfsync', 'everysec', /appendfsync is "everysec".*loses up to a second of acknowledged orders/],
    ['appendfsync', 'no', /appendfsync is "no".*loses any number of acknowledged orders/],
    [
      'maxmemory-policy',
      'allkeys-lru',
      /may evict orders.*maxmemory-policy is "allkeys-lru", not "noeviction"/,
    ],
  ])('%s %s', async (setting, value, sentence) => {
    const warnings = await openedWith(setting, value);
    expect(warnings).toEqual([expect.stringMatching(sentence)]);
  });

  it.each(['ioredis', 'node-redis'])('that CONFIG may not be asked, by %s', async (name) => {
    const password = 'a secret';
    await admin.acl('SETUSER', 'shop', 'on', `>${password}`, '~{fanfare}*', '+@all', '-config');
    const url = server.url.replace('//', `//shop:${encodeURIComponent(password)}@`);
    const client = name === 'ioredis' ? ioredisClient(url) : await nodeRedisClient(url).connect();
    const [warning, ...others] = await redisLedger({ client }).open();
    expect(warning).toMatch(/does not tell when it syncs.*CONFIG is not allowed.*appendfsync is "always"/);
    expect(others).toEqual([]);
  });

  it('that nothing may be asked', async () => {
    await admin.acl('SETUSER', 'blind', 'on', '>x', '~{fanfare}*', '+@all', '-config', '-info');
    const client = ioredisClient(server.url, { username: 'blind', password: 'x', enableReadyCheck: false });
    await expect(redisLedger({ client }).open()).resolves.toEqual([
      expect.stringMatching(/make sure that appendonly is "yes" and appendfsync is "always"/),
      expect.stringMatching(/make sure that maxmemory-policy is "noeviction"/),
    ]);
  });

  it('no to a replica, at once and at every step', async () => {
    await admin.replicaof('127.0.0.1', 1);
    const ledger = redisLedger({ client: admin });
    await expect(ledger.open()).rejects.toThrow(/read-only replica/);
    await expect(ledger.find('a')).rejects.toThrow(/read-only replica/);
    await admin.replicaof('NO', 'ONE');
    await expect(ledger.find('a')).resolves.toBeUndefined();
  });
});
