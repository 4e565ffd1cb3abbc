import { run } from '../../lib/cli/run.js';
import { terminal } from './terminal.js';

it.each([
  [{ FANFARE_LEDGER: 'fanfare.sqlite' }, 'SQLite'],
  [{ FANFARE_LEDGER: 'redis://cache' }, 'Redis'],
  [{ FANFARE_LEDGER: 'redis://cache', DATABASE_URL: 'postgres://db/shop' }, 'Redis'],
])('%j: has nothing to do, and that is fine', async (environment, engine) => {
  const user = terminal({ environment });
  expect(await run(['migrate'], user)).toBe(0);
  expect(user.written.out).toBe(`A ledger in ${engine} needs no migration.\n`);
  expect(user.written.err).toBe('');
});

it.each([
  [[], {}, 'Which ledger? Say --ledger <address>, or set FANFARE_LEDGER or DATABASE_URL.'],
  [[], { DATABASE_URL: 'mysql://db/shop' }, 'DATABASE_URL starts with "mysql://": there is no such ledger.'],
  [['--ledger', 'x.sqlite', '--schema', 'drops'], {}, '--schema is for a ledger in PostgreSQL only.'],
  [['now'], {}, "Unexpected argument 'now'"],
  [['--prin'], {}, "Unknown option '--prin'"],
])('%j %j is not understood, and it says why', async (args, environment, message) => {
  const user = terminal({ environment });
  expect(await run(['migrate', ...args], user)).toBe(2);
  expect(user.written.out).toBe('');
  expect(user.written.err.split('\n')[0]).toContain(message);
  expect(user.written.err).toContain('Usage: express-fanfare migrate');
});
