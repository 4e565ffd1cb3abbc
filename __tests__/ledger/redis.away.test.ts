/** The server is killed, starts again, or was never there: nothing acknowledged is lost, nothing is pretended. */
import { redisLedger } from '../../lib/ledger/redis.js';
import { endClients, ioredisClient, nodeRedisClient } from '../support/redis-clients.js';
import { describeWithRedis } from '../support/redis-server.js';
import { claim, complete } from './redis-steps.js';

afterEach(endClients);

describeWithRedis('a server that goes away', (server) => {
  it('keeps what it acknowledged through SIGKILL and restart, and the same ledger goes on', async () => {
    const client = ioredisClient(server.url, { maxRetriesPerRequest: 0 });
    const ledger = redisLedger({ client });
    const acknowledged: string[] = [];
    let refused = 0;
    await ledger.open();
    const shopping = Promise.all(
      Array.from({ length: 20 }, async (_, shopper) => {
        for (let number = 0; refused === 0; number += 1) {
          const id = `a-${shopper}-${number}`;
          await complete(ledger, id).then(
            () => acknowledged.push(id),
            () => (refused += 1),
          );
        }
      }),
    );
    while (acknowledged.length < 200) await new Promise(setImmediate);
    await server.kill();
    await shopping;
    expect(refused).toBeGreaterThan(0);
    await server.restart();
    const revived = ioredisClient(server.url);
    const rows = await redisLedger({ client: revived }).list({ states: ['ordered'], limit: 1_000_000 });
    const kept = new Set(rows.map((row) => row.admission.id));
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    while (client.status !== 'ready') await new Promise(setImmediate);
    await expect(complete(ledger, acknowledged[0]!)).resolves.toMatchObject({ outcome: 'same' });
  });
});

describeWithRedis('a server that is not there', (server) => {
  it('rejects with the error of ioredis', async () => {
    const client = ioredisClient(server.url, { maxRetriesPerRequest: 0, lazyConnect: true });
    const ledger = redisLedger({ client });
    await server.kill();
    await expect(ledger.open()).rejects.toThrow(/max retries per request/);
    await expect(claim(ledger, 'a')).rejects.toThrow(/max retries per request/);
    await server.restart();
  });

  it('rejects with the error of node-redis', async () => {
    const client = nodeRedisClient(server.url, true);
    await client.connect();
    const ledger = redisLedger({ client });
    await claim(ledger, 'a');
    await server.kill();
    await expect(claim(ledger, 'b')).rejects.toThrow();
    await expect(claim(ledger, 'b')).rejects.toThrow(/offline/);
    client.destroy();
    await expect(claim(ledger, 'b')).rejects.toThrow(/not connected/);
    await server.restart();
  });

  it('a client of node-redis that was never connected is told so', async () => {
    const ledger = redisLedger({ client: nodeRedisClient(server.url) });
    await expect(ledger.open()).rejects.toThrow(
      /not connected: "await client.connect\(\)" before the ledger/,
    );
    await expect(claim(ledger, 'a')).rejects.toThrow(/not connected/);
  });

  it('a first use that failed does not spoil the next', async () => {
    const client = nodeRedisClient(server.url);
    const ledger = redisLedger({ client });
    await expect(claim(ledger, 'c')).rejects.toThrow(/not connected/);
    await client.connect();
    await expect(claim(ledger, 'c')).resolves.toMatchObject({ outcome: 'claimed' });
    await ledger.close();
    await expect(client.ping()).resolves.toBe('PONG');
  });
});
