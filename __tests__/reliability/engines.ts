/** The engines that the proofs run on. Each suite gets a store of its own, which hands out new, empty ledgers. */
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Ledger } from '../../lib/ledger/ledger.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import { type Address, openLedger } from './open-ledger.cjs';

const SOURCES = join(__dirname, '..', '..', 'lib');

/** A way for a store to become unreachable, and the address of a ledger that it happens to. */
export interface Breakdown {
  readonly address: Address;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

export interface Store {
  /** A new, empty ledger. */
  address(): Promise<Address> | Address;
  /** SIGKILL for the engine and a start on the same data; absent: the engine is part of the shop's own process. */
  crash?(): Promise<void>;
  readonly breakdowns: Readonly<Record<string, () => Promise<Breakdown> | Breakdown>>;
  /** The engine's version and the settings that durability depends on. */
  about(): Promise<string> | string;
}

export interface Engine {
  readonly name: string;
  /** What it holds outlives a process, and several may share it. */
  readonly durable: boolean;
  /** The names of its store's `breakdowns`. */
  readonly breakdowns: readonly string[];
  /** Declares a suite with a store, or says what to install. */
  suite(title: string, body: (store: () => Store) => void): void;
}

/** Opens the ledger in this process. */
export function openHere(address: Address): Ledger {
  return openLedger(SOURCES, address);
}

const memory: Engine = {
  name: 'memory',
  durable: false,
  breakdowns: [],
  suite(title, body) {
    describe(`memory: ${title}`, () => {
      body(() => ({
        address: () => ({ engine: 'memory' }),
        breakdowns: {},
        about: () => 'in the process, nothing outlives it',
      }));
    });
  },
};

const SQLITE_BREAKDOWNS = { 'file locked': lockedFile, 'file gone': goneFile } as const;

const sqlite: Engine = {
  name: 'SQLite',
  durable: true,
  breakdowns: Object.keys(SQLITE_BREAKDOWNS),
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
      const breakdowns = Object.fromEntries(
        Object.entries(SQLITE_BREAKDOWNS).map(([name, make]) => [name, () => make(address())]),
      );
      body(() => ({ address, breakdowns, about: aboutSqlite }));
    });
  },
};

type SqliteAddress = Extract<Address, { readonly engine: 'sqlite' }>;

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
  const suffixes = ['', '-wal', '-shm'].map((suffix) => address.file + suffix);
  const move = (from: string, to: string): void => {
    for (const file of suffixes.filter((name) => existsSync(name + from))) renameSync(file + from, file + to);
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

function aboutSqlite(): string {
  const database = new Database(':memory:');
  const { version } = database.prepare('SELECT sqlite_version() AS version').get() as { version: string };
  database.close();
  return `${version} through better-sqlite3 or node:sqlite, journal_mode=WAL, synchronous=FULL`;
}

/** All of them. */
export const ENGINES: readonly Engine[] = [memory, sqlite];
/** Those that several processes can share. */
export const DURABLE_ENGINES = ENGINES.filter(({ durable }) => durable);
