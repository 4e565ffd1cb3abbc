/** A cluster whose only node serves one slot, so that a step which looked anywhere else would fail. */
import fc from 'fast-check';
import { Cluster, Redis } from 'ioredis';
import { createCluster } from 'redis';
import type { RedisClient } from '../../lib/ledger/redis.js';
import { redisLedger } from '../../lib/ledger/redis.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';
import { playsAlike, sequences } from './play.js';

const ONE_SLOT = new RedisServer(
  ...['--cluster-enabled', 'yes', '--cluster-require-full-coverage', 'no'],
  ...['--cluster-announce-ip', '127.0.0.1'],
);

describeWithRedis(
  'a cluster',
  (server) => {
    let node: Redis;
    let slot: number;

    beforeAll(async () => {
      node = new Redis(server.url);
      slot = await node.cluster('KEYSLOT', '{fanfare}');
      await node.cluster('ADDSLOTS', slot);
      while (!(await node.cluster('INFO')).includes('cluster_state:ok')) await new Promise(setImmediate);
    });
    afterAll(() => {
      node.disconnect();
    });

    it('serves no other slot', async () => {
      await expect(node.set('elsewhere', 'x')).rejects.toThrow(/CLUSTERDOWN/);
      await expect(node.eval("return redis.call('GET', 'elsewhere')", 1, '{fanfare}')).rejects.toThrow(
        /non local key/,
      );
    });

    async function staysOnItsSlot(client: RedisClient): Promise<void> {
      await fc.assert(
        fc.asyncProperty(sequences, async (commands) => {
          await node.flushall();
          await playsAlike(commands, (clock) => redisLedger({ client, clock }));
          expect(await node.cluster('COUNTKEYSINSLOT', slot)).toBe(await node.dbsize());
        }),
        { numRuns: 50 },
      );
      await expect(redisLedger({ client }).open()).resolves.toEqual([]);
    }

    it('is used by ioredis on that slot alone', async () => {
      const client = new Cluster([{ host: '127.0.0.1', port: server.port }]);
      try {
        await staysOnItsSlot(client);
      } finally {
        client.disconnect();
      }
    });

    it('is used by node-redis on that slot alone', async () => {
      const client = await createCluster({ rootNodes: [{ url: server.url }] }).connect();
      try {
        await staysOnItsSlot(client);
      } finally {
        client.destroy();
      }
    });
  },
  ONE_SLOT,
);
