/** A SQLite file that is open and fit for use. */
import type { Clock } from '../clock.js';
import type { SqliteDatabase, SqliteDriverName, SqliteStatement } from './sqlite-driver.js';
import { openDatabase } from './sqlite-driver.js';
import { watchFile } from './sqlite-file.js';
import { prepareDatabase } from './sqlite-schema.js';

export interface SqliteSettings {
  readonly file: string;
  readonly driver: SqliteDriverName | undefined;
  readonly busyTimeoutMs: number;
  readonly clock: Clock;
}

export interface Connection {
  readonly database: SqliteDatabase;
  readonly statements: Map<string, SqliteStatement>;
  readonly checkFile: () => void;
}

export function connect({ file, driver, busyTimeoutMs, clock }: SqliteSettings): Connection {
  const database = openDatabase(file, busyTimeoutMs, driver);
  try {
    prepareDatabase(database, file, clock.now());
    return { database, statements: new Map(), checkFile: watchFile(file) };
  } catch (error) {
    database.close();
    throw error;
  }
}
