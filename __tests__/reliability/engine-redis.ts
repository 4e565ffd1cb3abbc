/** Redis or Valkey, every write synced: a server for each suite, a prefix of its own for each ledger. */
import { Redis } from 'ioredis';
import { describeWithRedis, type RedisServer } from '../support/redis-server.js';
import { BlackHole } from './black-hole.js';
import { type Breakdown, counter, type Engine, type Store } from './engine.js';

const SETTINGS = ['appendonly', 'appendfsync', 'maxmemory-policy'];

export const redis: Engine = {
  name: 'Redis',
  durable: true,
  breakdowns: ['server stopped', 'black hole'],
  suite(title, body) {
    describeWithRedis(`Redis: ${title}`, (server) => {
      const number = counter();
      body(() => storeOn(server, number));
    });
  },
};

function storeOn(server: RedisServer, number: () => number): Store {
  const address = () => ({ engine: 'redis', url: server.url, prefix: `proof-${number()}` }) as const;
  return {
    address,
    async crash() {
      await server.kill();
      await server.restart();
    },
    async breakdown(name): Promise<Breakdown> {
      if (name === 'black hole') return BlackHole.before(address());
      return { address: address(), begin: () => server.kill(), end: () => server.restart() };
    },
    async about() {
      const client = new Redis(server.url);
      const version = /^redis_version:(\S+)/m.exec(await client.info('server'))?.[1] ?? '';
      const values = await Promise.all(SETTINGS.map((name) => client.config('GET', name)));
      client.disconnect();
      return `${version}; ${values.map((pair) => pair.join('=')).join(', ')}`;
    },
  };
}
