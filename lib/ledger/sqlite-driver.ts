/** The one door to SQLite: the shape we need of a driver, and the two packages that have it. Loaded on first need. */

export type SqliteValue = string | number | null;

export interface SqliteStatement {
  get(...values: SqliteValue[]): unknown;
  all(...values: SqliteValue[]): unknown[];
  run(...values: SqliteValue[]): { readonly changes: number | bigint };
}

export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): unknown;
}

/** `node`: SQLite as built into Node 22.13 and later. `better-sqlite3`: the package, for Nodes before that. */
export type SqliteDriverName = 'node' | 'better-sqlite3';

type Opener = (file: string) => SqliteDatabase;

/**
 * Opens a database file with the named driver, or with the first of the two that this process has. From here on a step
 * waits up to `busyTimeoutMs` for another connection's write.
 */
export function openDatabase(file: string, busyTimeoutMs: number, driver?: SqliteDriverName): SqliteDatabase {
  const open = opener(driver);
  try {
    return readable(open(file), busyTimeoutMs);
  } catch (cause) {
    throw new Error(`The SQLite file "${file}" could not be opened: ${reasonOf(cause)}`, { cause });
  }
}

/** A driver opens anything; only a first look tells a database from another file. */
function readable(database: SqliteDatabase, busyTimeoutMs: number): SqliteDatabase {
  try {
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    database.exec('SELECT 1 FROM sqlite_schema LIMIT 1');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function opener(driver: SqliteDriverName | undefined): Opener {
  if (driver === 'better-sqlite3') return betterSqlite3();
  return nodeSqlite() ?? (driver === 'node' ? absent() : betterSqlite3());
}

function absent(): never {
  throw new Error(
    `This Node (${process.version}) has no "node:sqlite": it comes with 22.13 and later. Leave "driver" out or use "better-sqlite3".`,
  );
}

function nodeSqlite(): Opener | undefined {
  const builtin = process.getBuiltinModule('node:sqlite') as
    { readonly DatabaseSync: new (file: string) => SqliteDatabase } | undefined;
  return builtin && ((file) => new builtin.DatabaseSync(file));
}

function betterSqlite3(): Opener {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an optional peer, loaded on first need
    const Database = require('better-sqlite3') as new (file: string) => SqliteDatabase;
    return (file) => new Database(file);
  } catch (cause) {
    throw new Error(
      'SQLite needs Node 22.13 or later, or the package better-sqlite3: run "npm install better-sqlite3@12". ' +
        `It could not be loaded: ${reasonOf(cause)}`,
      { cause },
    );
  }
}

function reasonOf(cause: unknown): string {
  // The first line: the rest of a loader's message lists every folder it has looked in.
  return String(cause).replace(/\n.*/s, '');
}
