/** What a server is asked before the first step, and what an operator is told. */
import type { Redis } from 'ioredis';
import { redisLedger } from '../../lib/ledger/redis.js';
import { endClients, ioredisClient, nodeRedisClient } from '../support/redis-clients.js';
import { describeWithRedis } from '../support/redis-server.js';

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
