/** Steps on PostgreSQL: each in a transaction of its own, or in the merchant's. */
import type { Clock } from '../clock.js';
import type { PostgresConnection, PostgresPool } from '../ledger/postgres-connection.js';
import { connectionIn } from '../ledger/postgres-connection.js';
import type { Engine, TimedStep } from './engine.js';
import type { Names } from './names.js';
import { createStatements, layoutOf } from './statements.js';
import type { Rows, Statement } from './step.js';
import { runAsync } from './step.js';

export interface PostgresEngineParts {
  readonly pool: PostgresPool;
  /** Ends the pool; does nothing where it is the merchant's. */
  readonly end: () => Promise<void>;
  readonly names: Names;
  /** Absent: the server's time. */
  readonly clock: Clock | undefined;
}

const NOW = `coalesce(?::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)`;

export class PostgresEngine implements Engine {
  readonly #parts: PostgresEngineParts;
  #opened: Promise<void> | undefined;
  #isOpen = false;
  #closed = false;

  constructor(parts: PostgresEngineParts) {
    this.#parts = parts;
  }

  async open(): Promise<void> {
    this.#refuseClosed();
    const { pool, names } = this.#parts;
    this.#opened ??= prepare(pool, names);
    try {
      await this.#opened;
      this.#isOpen = true;
    } catch (error) {
      // What was wrong may be put right, so the next one looks again.
      this.#opened = undefined;
      throw error;
    }
  }

  transact<Result>(admissionId: string, step: TimedStep<Result>): Promise<Result> {
    // Whatever the default is: a step looks after it has waited, and must see what it waited for.
    return this.#transaction('READ COMMITTED', (client) => this.#locked(client, admissionId, step));
  }

  async within<Result>(transaction: unknown, admissionId: string, step: TimedStep<Result>): Promise<Result> {
    const connection = connectionIn(transaction);
    // Not `open()`: the merchant may hold the pool's last client. Where no table is, nothing was ever held.
    this.#refuseClosed();
    return inSavepoint(connection, async () =>
      this.#isOpen || (await isThere(connection, this.#parts.names))
        ? this.#locked(connection, admissionId, step)
        : runAsync(step(0), () => Promise.resolve([])),
    );
  }

  read<Result>(step: TimedStep<Result>): Promise<Result> {
    return this.#transaction('REPEATABLE READ READ ONLY', async (client) => {
      const [row] = await ask(client, { text: `SELECT ${NOW} AS now`, values: [this.#now()] });
      return runAsync(step(Number(row?.['now'])), (statement) => ask(client, statement));
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#parts.end();
  }

  async #transaction<Result>(
    mode: string,
    work: (client: PostgresConnection) => Promise<Result>,
  ): Promise<Result> {
    await this.open();
    const client = await this.#parts.pool.connect();
    let broken = false;
    try {
      await client.query(`BEGIN ISOLATION LEVEL ${mode}`);
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {
        broken = true;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** The lock lasts until the transaction ends; the time is read once it is there. */
  async #locked<Result>(
    connection: PostgresConnection,
    admissionId: string,
    step: TimedStep<Result>,
  ): Promise<Result> {
    const [row] = await ask(connection, {
      text: `WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended(?, 0)))
        SELECT ${NOW} AS now FROM locked`,
      values: [`express-fanfare ${this.#parts.names.holds} ${admissionId}`, this.#now()],
    });
    return runAsync(step(Number(row?.['now'])), (statement) => ask(connection, statement));
  }

  #refuseClosed(): void {
    if (this.#closed) throw new Error('The reservations are closed.');
  }

  #now(): number | null {
    return this.#parts.clock?.now() ?? null;
  }
}

/** What a merchant does with an error in their own transaction is theirs: of this step nothing is left in it. */
async function inSavepoint<Result>(
  connection: PostgresConnection,
  work: () => Promise<Result>,
): Promise<Result> {
  await connection.query('SAVEPOINT fanfare_reservations');
  try {
    const result = await work();
    await connection.query('RELEASE SAVEPOINT fanfare_reservations');
    return result;
  } catch (error) {
    await connection
      .query('ROLLBACK TO SAVEPOINT fanfare_reservations; RELEASE SAVEPOINT fanfare_reservations')
      .catch((second: unknown) => {
        throw new AggregateError(
          [error, second],
          `${String(error)}; and its rollback failed: ${String(second)}`,
        );
      });
    throw error;
  }
}

/** Looks before it makes: a role that may not make tables needs none made where an administrator did. */
async function prepare(pool: PostgresPool, names: Names): Promise<void> {
  const { holds } = names;
  if (!(await isThere(pool, names))) {
    // One query of many statements is one transaction; the lock is for processes that start together.
    await pool.query(
      `SELECT pg_advisory_xact_lock(hashtextextended('express-fanfare ${holds}', 0)); ${layoutOf(names)}`,
    );
  }
  await ask(pool, createStatements(names).probe());
}

async function isThere(connection: PostgresConnection, { holds }: Names): Promise<boolean> {
  const text = `SELECT (to_regclass(?) IS NOT NULL)::text AS there`;
  const [found] = await ask(connection, { text, values: [holds] });
  return found?.['there'] === 'true';
}

async function ask(connection: PostgresConnection, { text, values }: Statement): Promise<Rows> {
  let place = 0;
  const numbered = text.replace(/\?/g, () => `$${String((place += 1))}`);
  return (await connection.query(numbered, [...values])).rows as Rows;
}
