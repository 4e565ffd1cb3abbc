/** PostgreSQL: a server for each suite, a schema of its own for each ledger. */
import { migratePostgres } from '../../lib/ledger/postgres.js';
import { describePostgres, type PostgresServer } from '../support/postgres-server.js';
import { BlackHole } from './black-hole.js';
import { type Breakdown, counter, type Engine, type Store } from './engine.js';

const SETTINGS = ['synchronous_commit', 'fsync', 'full_page_writes'];

export const postgres: Engine = {
  name: 'PostgreSQL',
  durable: true,
  breakdowns: ['server stopped', 'black hole'],
  suite(title, body) {
    describePostgres(`PostgreSQL: ${title}`, (server) => {
      const number = counter();
      body(() => storeOn(server(), number));
    });
  },
};

function storeOn(server: PostgresServer, number: () => number): Store {
  const pool = server.pool({ max: 2 });
  const address = async () => {
    const schema = `fanfare_${number()}`;
    await migratePostgres(pool, { schema });
    return { engine: 'postgres', url: server.url, schema } as const;
  };
  return {
    address,
    async crash() {
      await server.kill();
      await server.restart();
    },
    async breakdown(name): Promise<Breakdown> {
      const at = await address();
      if (name === 'black hole') return BlackHole.before(at);
      return { address: at, begin: () => server.kill(), end: () => server.restart() };
    },
    async about() {
      const shown = ['server_version', ...SETTINGS].map(async (name) => {
        const { rows } = await pool.query<Record<string, string>>(`SHOW ${name}`);
        return rows[0]?.[name] ?? '';
      });
      const [version = '', ...values] = await Promise.all(shown);
      return `${version}; ${SETTINGS.map((name, index) => `${name}=${values[index] ?? ''}`).join(', ')}`;
    },
  };
}
