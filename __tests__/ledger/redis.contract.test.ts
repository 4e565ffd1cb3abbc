/** Redis keeps the contract and plays like the memory engine, whichever client it is reached by. */
import fc from 'fast-check';
import type { Clock } from '../../lib/clock.js';
import { redisLedger } from '../../lib/ledger/redis.js';
import type { RedisClient } from '../../lib/ledger/redis.js';
import { ledgerContract } from '../../lib/testing/index.js';
import { endClients, ioredisClient, nodeRedisClient } from '../support/redis-clients.js';
import { describeWithRedis } from '../support/redis-server.js';
import { playsAlike, sequences } from './play.js';

const CLIENTS: Readonly<Record<string, (url: string) => Promise<RedisClient>>> = {
  ioredis: (url) => Promise.resolve(ioredisClient(url)),
  'node-redis': (url) => nodeRedisClient(url).connect(),
};

let cases = 0;

for (const [name, connect] of Object.entries(CLIENTS)) {
  describeWithRedis(`redis by ${name}`, (server) => {
    let client: RedisClient;
    beforeAll(async () => {
      client = await connect(server.url);
    });
    afterAll(endClients);

    function empty(clock: Clock) {
      cases += 1;
      const prefix = `case-${cases}`;
      return () => redisLedger({ client, prefix, clock });
    }

    ledgerContract('the contract', ({ clock }) => {
      const open = empty(clock);
      return { ledger: open(), reopen: open };
    });

    it('any sequence of steps comes out the same as in memory', () =>
      fc.assert(
        fc.asyncProperty(sequences, (commands) => playsAlike(commands, (clock) => empty(clock)())),
        { numRuns: 500 },
      ));
  });
}
