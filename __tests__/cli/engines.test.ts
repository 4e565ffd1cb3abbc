/** The command line on the engines that are servers. */
import { createServer, type AddressInfo } from 'node:net';
import { run } from '../../lib/cli/run.js';
import { connectPostgres } from '../../lib/ledger/postgres-connect.js';
import { postgresLedger } from '../../lib/ledger/postgres.js';
import { connectRedis } from '../../lib/ledger/redis-connect.js';
import { redisLedger } from '../../lib/ledger/redis.js';
import { systemClock } from '../../lib/clock.js';
import type { Ledger } from '../../lib/ledger/ledger.js';
import { dead } from '../support/completions.js';
import { describePostgres } from '../support/postgres-server.js';
import { describeWithRedis } from '../support/redis-server.js';
import { terminal } from './terminal.js';

async function typed(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const user = { ...terminal({ environment }), clock: systemClock };
  const code = await run(args, user);
  return { code, ...user.written };
}

/** From a dead completion to one that is due, and one that is given up. */
async function operates(ledger: Ledger, where: readonly string[]): Promise<void> {
  for (const id of ['one', 'two']) await dead(ledger, id);
  const list = await typed(['completions', 'list', ...where]);
  expect(list).toMatchObject({ code: 0 });
  expect(list.out).toMatch(/\ndead +1 +400 +\d+s +order-one +one +CONSUMER_UNKNOWN\n/);
  expect((await typed(['completions', 'show', 'one', ...where])).out).toContain('order-one');
  expect(await typed(['completions', 'discard', 'one', '--yes', ...where])).toMatchObject({ code: 0 });
  expect((await typed(['completions', 'retry-all', '--yes', ...where])).out).toMatch(/^1 completion due now/);
  expect((await ledger.takeDue(5, 1_000)).map(({ row }) => row.admission.id)).toEqual(['two']);
  expect(await ledger.find('one')).toMatchObject({ state: 'discarded' });
}

describePostgres('PostgreSQL', (server) => {
  it('is migrated by the address in DATABASE_URL, once and again, and then operated', async () => {
    const environment = { DATABASE_URL: server().url };
    const before = await typed(['completions', 'list', '--ledger', server().url]);
    expect(before.code).toBe(1);
    expect(before.err).toMatch(/^The ledger postgres:.* cannot be used\.\n {2}.*migrate/);
    for (const _ of [1, 2]) {
      expect(await typed(['migrate'], environment)).toEqual({
        ...{ code: 0, out: 'The PostgreSQL ledger is up to date.\n', err: '', asked: '' },
      });
    }
    const { pool, end } = connectPostgres(server().url);
    await operates(postgresLedger({ pool }), ['--ledger', server().url]);
    await end();
  });

  it('may live in another schema', async () => {
    const where = ['--ledger', server().url, '--schema', 'drops'];
    expect(await typed(['migrate', ...where])).toMatchObject({ code: 0 });
    const { pool, end } = connectPostgres(server().url);
    await operates(postgresLedger({ pool, schema: 'drops' }), where);
    await end();
  });

  it('prints the SQL it would run, and that SQL does it', async () => {
    const { code, out } = await typed(['migrate', '--print', '--schema', 'printed']);
    expect(code).toBe(0);
    const { pool, end } = connectPostgres(server().url);
    await pool.query(out);
    const found = await typed(['completions', 'list', '--ledger', server().url, '--schema', 'printed']);
    expect(found.out).toBe('There are no such completions.\n');
    await end();
  });

  it('says what is wrong with its address, never the password', async () => {
    const url = server()
      .url.replace('postgres@', 'postgres:secret@')
      .replace(/\/\w+$/, '/not_there');
    const { code, err } = await typed(['completions', 'list', '--ledger', url]);
    expect(code).toBe(1);
    expect(err).toMatch(/postgres:\*\*\*@.*cannot be used\.\n {2}.*not_there/);
    expect(err).not.toContain('secret');
  });
});

describeWithRedis('Redis', (server) => {
  it('is operated', async () => {
    const { client, end } = await connectRedis(server.url);
    await operates(redisLedger({ client }), ['--ledger', server.url]);
    await operates(redisLedger({ client, prefix: 'drops' }), ['--ledger', server.url, '--prefix', 'drops']);
    await end();
  });
});

it.each(['postgres', 'redis'])('%s: a server that is not there', async (scheme) => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const { code, err } = await typed([
    'completions',
    'list',
    '--ledger',
    `${scheme}://u:secret@127.0.0.1:${port}`,
  ]);
  expect(code).toBe(1);
  expect(err).toContain('ECONNREFUSED');
  expect(err).not.toContain('secret');
});
