/** Opens the ledger an operator names, and closes it again. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Clock } from '../clock.js';
import { within } from '../completion/time-limit.js';
import type { Ledger } from '../ledger/ledger.js';
import { sqliteLedger } from '../ledger/sqlite.js';
import { holdsLedger } from '../ledger/sqlite-look.js';
import type { Terminal } from './command.js';
import { messageOf } from './command.js';
import type { Engines } from './engines.js';
import { ENGINES } from './engines.js';
import type { LedgerAddress } from './ledger-address.js';
import { shown } from './ledger-address.js';

const OPENING_LIMIT_MS = 10_000;
const CLOSING_LIMIT_MS = 2_000;

interface Connection {
  end(): Promise<unknown>;
}

/** Hands the opened ledger to `work`; what an operator should know about it goes to the terminal. */
export function withLedger<T>(
  address: LedgerAddress,
  terminal: Terminal,
  work: (ledger: Ledger) => Promise<T>,
  engines: Engines = ENGINES,
): Promise<T> {
  const warned = (ledger: Ledger, warnings: readonly string[]): Promise<T> => {
    for (const warning of warnings) terminal.err(`Warning: ${warning}\n`);
    return work(ledger);
  };
  return withOpenedLedger(address, terminal, warned, engines);
}

/** The same for those who want to know what an operator should. */
export function withOpenedLedger<T>(
  address: LedgerAddress,
  terminal: Terminal,
  work: (ledger: Ledger, warnings: readonly string[]) => Promise<T>,
  engines: Engines = ENGINES,
): Promise<T> {
  const connect = (): Promise<Connection & { ledger: Ledger }> => connected(address, terminal.clock, engines);
  return withConnection(address, terminal, connect, async ({ ledger }) => {
    const warnings = await named(address, () =>
      within(terminal.clock, OPENING_LIMIT_MS, 'It', () => ledger.open()),
    );
    return work(ledger, warnings);
  });
}

/** Hands the connection to `work` and ends it afterwards, without waiting for a server that is silent. */
export async function withConnection<Made extends Connection, T>(
  address: LedgerAddress,
  terminal: Terminal,
  connect: () => Made | Promise<Made>,
  work: (connection: Made) => Promise<T>,
): Promise<T> {
  const connection = await named(address, () => within(terminal.clock, OPENING_LIMIT_MS, 'It', connect));
  try {
    return await work(connection);
  } finally {
    // By now the outcome is known, and stays what it is.
    await within(terminal.clock, CLOSING_LIMIT_MS, 'it', () => connection.end()).catch((error: unknown) => {
      terminal.err(`Warning: the ledger could not be closed: ${messageOf(error)}\n`);
    });
  }
}

/** Says which ledger it is that failed: at night nobody knows which environment they are in. */
export async function named<T>(address: LedgerAddress, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new Error(`The ledger ${shown(address)} cannot be used.`, { cause });
  }
}

async function connected(
  address: LedgerAddress,
  clock: Clock,
  engines: Engines,
): Promise<Connection & { ledger: Ledger }> {
  switch (address.engine) {
    case 'sqlite': {
      checkFile(address.file);
      const ledger = sqliteLedger({ file: address.file, clock });
      return { ledger, end: () => ledger.close() };
    }
    case 'postgres': {
      const connection = await engines.postgres.connect(address.url);
      return on(connection, engines.postgres.ledger({ pool: connection.pool, ...address.options }));
    }
    case 'redis': {
      const connection = await engines.redis.connect(address.url);
      return on(connection, engines.redis.ledger({ client: connection.client, ...address.options }));
    }
  }
}

/** Opening would make a ledger of whatever is there, and then say that nothing waits in it. */
function checkFile(file: string): void {
  if (!existsSync(file)) throw new Error(`There is no file "${resolve(file)}".`);
  if (!holdsLedger(file)) throw new Error(`The file "${resolve(file)}" holds no ledger.`);
}

function on(connection: Connection, ledger: Ledger): Connection & { ledger: Ledger } {
  return {
    ledger,
    async end() {
      await ledger.close();
      await connection.end();
    },
  };
}
