/** Steps on SQLite, where everything happens at once. */
import type { Clock } from '../clock.js';
import type { SqliteDatabase, SqliteStatement } from '../ledger/sqlite-driver.js';
import { inTransaction } from '../ledger/sqlite-schema.js';
import type { Engine, TimedStep } from './engine.js';
import type { Names } from './names.js';
import { createStatements, layoutOf } from './statements.js';
import type { Rows, Statement } from './step.js';
import { runSync } from './step.js';

export interface SqliteEngineParts {
  /** Opens the database, or gives the merchant's. */
  readonly open: () => SqliteDatabase;
  /** Closes it; does nothing where it is the merchant's. */
  readonly close: (database: SqliteDatabase) => void;
  readonly names: Names;
  readonly clock: Clock;
}

export class SqliteEngine implements Engine {
  readonly #parts: SqliteEngineParts;
  readonly #prepared = new Map<string, SqliteStatement>();
  #database: SqliteDatabase | undefined;
  #closed = false;

  constructor(parts: SqliteEngineParts) {
    this.#parts = parts;
  }

  open(): Promise<void> {
    return promised(() => {
      this.#opened();
    });
  }

  transact<Result>(_admissionId: string, step: TimedStep<Result>): Promise<Result> {
    return promised(() => {
      const database = this.#opened();
      try {
        return inTransaction(database, () => this.#run(step));
      } catch (error) {
        if (!isWithinAnother(error)) throw error;
        throw withinAnother('Inside one, call convertSync; for everything else, end it first.', error);
      }
    });
  }

  within(): never {
    throw new TypeError('SQLite takes no "transaction": call convertSync inside yours.');
  }

  /** At once, and within the transaction that is open on the database, if there is one. */
  transactSync<Result>(step: TimedStep<Result>): Result {
    const database = this.#opened();
    try {
      return inTransaction(database, () => this.#run(step));
    } catch (error) {
      if (!isWithinAnother(error)) throw error;
      return inSavepoint(database, () => this.#run(step));
    }
  }

  read<Result>(step: TimedStep<Result>): Promise<Result> {
    return promised(() => inSavepoint(this.#opened(), () => this.#run(step)));
  }

  close(): Promise<void> {
    return promised(() => {
      this.#closed = true;
      const database = this.#database;
      this.#database = undefined;
      if (database !== undefined) this.#parts.close(database);
    });
  }

  #opened(): SqliteDatabase {
    if (this.#closed) throw new Error('The reservations are closed.');
    if (this.#database !== undefined) return this.#database;
    const { open, close, names } = this.#parts;
    const database = open();
    try {
      inTransaction(database, () => {
        database.exec(layoutOf(names));
        database.prepare(createStatements(names).probe().text);
      });
    } catch (error) {
      close(database);
      throw isWithinAnother(error) ? withinAnother('Await open() before you begin one.', error) : error;
    }
    return (this.#database = database);
  }

  /** The time is read inside the transaction: a step that had to wait judges by when its turn came. */
  #run<Result>(step: TimedStep<Result>): Result {
    return runSync(step(this.#parts.clock.now()), (statement) => this.#ask(statement));
  }

  #ask({ text, values }: Statement): Rows {
    const prepared = this.#prepared.get(text) ?? this.#opened().prepare(text);
    this.#prepared.set(text, prepared);
    return prepared.all(...values) as Rows;
  }
}

/**
 * What a merchant does with an error in their own transaction is theirs: of this step nothing is left in it. Where none is
 * open, it begins one.
 */
function inSavepoint<Result>(database: SqliteDatabase, work: () => Result): Result {
  database.exec('SAVEPOINT fanfare_reservations');
  try {
    const result = work();
    database.exec('RELEASE fanfare_reservations');
    return result;
  } catch (error) {
    database.exec('ROLLBACK TO fanfare_reservations; RELEASE fanfare_reservations');
    throw error;
  }
}

function isWithinAnother(error: unknown): boolean {
  return /within a transaction/.test(String(error));
}

function withinAnother(advice: string, cause: unknown): Error {
  return new Error(`A transaction is open on the database of the reservations. ${advice}`, { cause });
}

function promised<Result>(work: () => Result): Promise<Result> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
