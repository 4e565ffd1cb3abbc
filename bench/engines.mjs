// The durable ledgers on servers of their own, each beside the very statements it sends, on the plain driver.
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { migratePostgres, postgresLedger } from '../dist/ledger/postgres.js';
import { redisLedger } from '../dist/ledger/redis.js';
import { compiled } from './compiled.mjs';
import { requestsFor, submit } from './requests.mjs';
import { sqlite } from './sqlite-engine.mjs';

/** The calls that `method` gets while one admission goes through; each can be sent again for another one. */
async function recorded(client, method, ledger) {
  await submit(ledger); // what is asked once only
  const calls = [];
  const original = client[method];
  client[method] = (...given) => {
    calls.push(given);
    return original.apply(client, given);
  };
  await submit(ledger);
  client[method] = original;
  // Every id of an admission begins alike in both calls: it is what the other one's is put in place of.
  const [id] = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(JSON.stringify(calls));
  const again = (value, other) => {
    if (Array.isArray(value)) return value.map((each) => again(each, other));
    return typeof value === 'string' ? value.replaceAll(id, other) : value;
  };
  return {
    roundTrips: calls.length,
    send: async () => {
      const other = randomUUID();
      for (const given of calls) await original.apply(client, again(given, other));
    },
  };
}

async function postgres() {
  const [{ startPostgres }] = compiled('__tests__/support/postgres-server.ts');
  const server = await startPostgres();
  const pool = server.pool({ max: 1 });
  await migratePostgres(pool);
  const ledger = postgresLedger({ pool });
  const raw = await recorded(pool, 'query', ledger);
  const fill = (count) => fillPostgres(pool, ledger, count);
  return { name: 'PostgreSQL', ledger, raw, fill, stop: () => server.stop() };
}

/** Copies of one claimed row, each for a consumer of its own. */
async function fillPostgres(pool, ledger, count) {
  const { claim } = requestsFor(0);
  await ledger.claim(claim);
  const of = "FROM information_schema.columns WHERE table_schema = 'fanfare' AND table_name = 'admissions'";
  const { rows } = await pool.query(
    `SELECT column_name AS name ${of} AND is_generated = 'NEVER' AND is_identity = 'NO'`,
  );
  const names = rows.map(({ name }) => name);
  const own = ['id', 'token_hash', 'consumer_id', 'attempt_id'];
  const copied = names.map((name) => (own.includes(name) ? `a.${name} || '-' || n` : `a.${name}`));
  const from = `FROM fanfare.admissions a, generate_series(1, ${count}) n WHERE a.id = '${claim.admission.id}'`;
  await pool.query(`INSERT INTO fanfare.admissions (${names}) SELECT ${copied} ${from}`);
  const triple = "a.consumer_id || '-' || n, a.distribution_id, a.distribution_type, a.updated_at";
  await pool.query(`INSERT INTO fanfare.triples SELECT ${triple} ${from}`);
  await pool.query('ANALYZE');
}

async function redis() {
  const [{ RedisServer }] = compiled('__tests__/support/redis-server.ts');
  const server = new RedisServer();
  await server.start();
  const client = new Redis(server.url, { disconnectTimeout: 0 });
  const ledger = redisLedger({ client });
  const raw = await recorded(client, 'evalsha', ledger);
  const fill = async (count) => {
    let left = count;
    const worker = async () => {
      while (left-- > 0) await ledger.claim(requestsFor(left).claim);
    };
    await Promise.all(Array.from({ length: 256 }, worker));
  };
  const stop = async () => {
    client.disconnect();
    await server.stop();
  };
  return { name: 'Redis', ledger, raw, fill, stop };
}

/** Each is opened when its turn comes, and stopped by whoever opened it. */
export const ENGINES = [sqlite, postgres, redis];
