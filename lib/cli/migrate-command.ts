/** `express-fanfare migrate`: makes or updates the tables of the PostgreSQL ledger. */
import { parseArgs } from 'node:util';
import type { Terminal } from './command.js';
import { command } from './command.js';
import { ENGINES } from './engines.js';
import type { LedgerAddress } from './ledger-address.js';
import { readAddress } from './ledger-address.js';
import { named, withConnection } from './open-ledger.js';

const HELP = `Usage: express-fanfare migrate [options]

Makes or updates the tables of the PostgreSQL ledger. Run it before each new version of the shop starts; again does no
harm. SQLite and Redis need no migration.

Options:
  --ledger <address>  postgres://user:password@host/database
                      (default: the environment's FANFARE_LEDGER, then DATABASE_URL)
  --schema <name>     the schema to make the tables in, if it is not the default
  --print             print the SQL and touch no database
  -h, --help          this text
`;

interface Printing {
  readonly print: true;
  readonly options: { readonly schema?: string };
}

export const migrateCommand = command<LedgerAddress | Printing>({ help: HELP, read, act });

function read(args: readonly string[], { environment }: Terminal): LedgerAddress | Printing | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ledger: { type: 'string' },
      schema: { type: 'string' },
      print: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const { print, schema } = values;
  if (print) return { print, options: schema === undefined ? {} : { schema } };
  return readAddress(values, environment, ['FANFARE_LEDGER', 'DATABASE_URL']);
}

async function act(asked: LedgerAddress | Printing, terminal: Terminal): Promise<number> {
  if ('print' in asked) {
    terminal.out(`${ENGINES.postgres.migrationSql(asked.options).trimEnd()}\n`);
  } else if (asked.engine === 'postgres') {
    await migrate(asked, terminal);
    terminal.out('The PostgreSQL ledger is up to date.\n');
  } else {
    terminal.out(`A ledger in ${asked.engine === 'sqlite' ? 'SQLite' : 'Redis'} needs no migration.\n`);
  }
  return 0;
}

function migrate(
  address: Extract<LedgerAddress, { engine: 'postgres' }>,
  terminal: Terminal,
): Promise<unknown> {
  const connect = () => ENGINES.postgres.connect(address.url);
  return withConnection(address, terminal, connect, ({ pool }) =>
    named(address, () => ENGINES.postgres.migrate(pool, address.options)),
  );
}
