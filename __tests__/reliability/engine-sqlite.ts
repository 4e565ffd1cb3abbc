/** SQLite: a new file for each ledger. */
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import type { Breakdown, Engine } from './engine.js';
import type { Address } from './open-ledger.cjs';

type SqliteAddress = Extract<Address, { readonly engine: 'sqlite' }>;

const BREAKDOWNS: Readonly<Record<string, (address: SqliteAddress) => Breakdown>> = {
  'file locked': lockedFile,
  'file gone': goneFile,
};

export const sqlite: Engine = {
  name: 'SQLite',
  durable: true,
  breakdowns: Object.keys(BREAKDOWNS),
  suite(title, body) {
    describe(`SQLite: ${title}`, () => {
      const folders: string[] = [];
      afterAll(() => {
        folders.forEach(removeFolder);
      });
      const address = (): SqliteAddress => {
        const folder = temporaryFolder();
        folders.push(folder);
        return { engine: 'sqlite', file: join(folder, 'ledger.sqlite') };
      };
      const breakdown = (name: string) => Promise.resolve(BREAKDOWNS[name]!(address()));
      body(() => ({ address, breakdown, about }));
    });
  },
};

/** Another connection holds the write lock and does not let go. */
function lockedFile(address: SqliteAddress): Breakdown {
  let holder: Database.Database | undefined;
  return {
    address,
    begin() {
      holder = new Database(address.file);
      holder.exec('BEGIN IMMEDIATE');
    },
    end() {
      holder?.close();
    },
  };
}

/** Somebody has moved the file away under the running process. */
function goneFile(address: SqliteAddress): Breakdown {
  const files = ['', '-wal', '-shm'].map((suffix) => address.file + suffix);
  const move = (from: string, to: string): void => {
    for (const file of files.filter((name) => existsSync(name + from))) renameSync(file + from, file + to);
  };
  return {
    address,
    begin() {
      move('', '.away');
    },
    end() {
      move('.away', '');
    },
  };
}

function about(): string {
  const database = new Database(':memory:');
  const { version } = database.prepare('SELECT sqlite_version() AS version').get() as { version: string };
  database.close();
  return `${version}; journal_mode=WAL, synchronous=FULL`;
}
