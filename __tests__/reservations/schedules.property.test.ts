/** Under any schedule stock is never negative and never oversold, and every hold ends in exactly one outcome. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import type { Pool, PoolClient } from 'pg';
import type { SqliteDatabase } from '../../lib/ledger/sqlite-driver.js';
import { holdsIn } from '../../lib/reservations/hold.js';
import {
  postgresReservations,
  postgresReservationsSql,
  sqliteReservations,
} from '../../lib/reservations/index.js';
import { describePostgres } from '../support/postgres-server.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import { Fate } from './fate.js';
import { playChecked } from './invariants.js';
import { type Command, type Ground, ITEMS, schedules, TOTAL, world, type World } from './play.js';
import { MAKE_STOCK, STOCK } from './rig.js';

const ALL_HOLDS = 'SELECT * FROM fanfare_reservations ORDER BY id';
const LEFT = 'SELECT "order" AS item, "left" AS count FROM "Stock"';
const FILL = `DELETE FROM "Stock"; DELETE FROM fanfare_reservations;
  INSERT INTO "Stock" VALUES ${ITEMS.map((item) => `('${item}', ${String(TOTAL)}, ${String(TOTAL)})`).join(', ')}`;

/** Two attempts of one admission are paid; the process dies at the so many-th word of converting for the older one. */
function paidTwice(at: number): Command[] {
  const pays = { do: 'pay', recordsFirst: false, honours: false } as const;
  const submit = { do: 'submit', admission: 'a', pays: 'later', crash: undefined } as const;
  return [
    { ...submit, ordered: [{ line: 'first', item: 'lamp', quantity: 1 }] },
    { ...submit, ordered: undefined },
    { ...pays, which: 0, crash: { at, after: true } },
    { ...pays, which: 1, crash: undefined },
    { ...pays, which: 0, crash: undefined },
  ];
}

const PAID_TWICE = Array.from({ length: 12 }, (_, index): [Command[]] => [paidTwice(index + 1)]);

/** Each process has a handle of its own, and one that dies leaves its transaction open. */
function onSqlite(file: string, { clock, ledger: asked }: World): Ground {
  const looks = <Result>(look: (database: Database.Database) => Result): Result => {
    const database = new Database(file);
    try {
      return look(database);
    } finally {
      database.close();
    }
  };
  return {
    async run(call, crash, ledger = asked) {
      const database = new Database(file);
      database.pragma('synchronous = OFF');
      const fate = new Fate();
      const given = { stock: STOCK, ledger, clock, onEvent: () => undefined };
      const reservations = sqliteReservations({ database: mortal(database, fate), ...given });
      try {
        await reservations.open();
        fate.begin(crash);
        return await call(reservations).then(() => 'done', fate.end);
      } finally {
        database.close();
      }
    },
    holds: () =>
      Promise.resolve(
        holdsIn(looks((database) => database.prepare(ALL_HOLDS).all()) as Record<string, unknown>[]),
      ),
    left: () =>
      Promise.resolve(
        Object.fromEntries(
          (looks((database) => database.prepare(LEFT).all()) as { item: string; count: number }[]).map(
            ({ item, count }) => [item, count],
          ),
        ),
      ),
  };
}

function mortal(database: Database.Database, fate: Fate): SqliteDatabase {
  return {
    exec: (sql) => fate.say(() => database.exec(sql)),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        get: (...values) => fate.say(() => statement.get(...values)),
        all: (...values) => fate.say(() => statement.all(...values)),
        run: (...values) => fate.say(() => statement.run(...values)),
      };
    },
    close: () => undefined,
  };
}

describe('1,000 random schedules on SQLite', () => {
  let folder: string;
  beforeAll(() => {
    folder = temporaryFolder();
  });
  afterAll(() => {
    removeFolder(folder);
  });

  it('sell nothing twice, lose nothing, and end everything once', async () => {
    const file = join(folder, 'shop.sqlite');
    const database = new Database(file);
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = OFF');
    database.exec(MAKE_STOCK);
    await sqliteReservations({ database, stock: STOCK, ledger: world().ledger }).open();
    const property = fc.asyncProperty(schedules, async (schedule) => {
      database.exec(FILL);
      const given = world();
      await playChecked(onSqlite(file, given), given, schedule);
    });
    await fc.assert(property, { numRuns: 1_000, examples: PAID_TWICE });
    database.close();
  });
});

/** A process that dies takes its connections with it, and the server undoes what they had begun. */
function onPostgres(pool: Pool, { clock, ledger: asked }: World): Ground {
  return {
    async run(call, crash, ledger = asked) {
      const fate = new Fate();
      const lent = async () => {
        const client = await pool.connect();
        return {
          query: said(client, fate),
          release: (broken?: boolean) => {
            client.release(broken);
          },
        };
      };
      const process = { query: pool.query.bind(pool), connect: lent, totalCount: 0 };
      const given = { stock: STOCK, ledger, clock, onEvent: () => undefined };
      const reservations = postgresReservations({ pool: process, ...given });
      await reservations.open();
      fate.begin(crash);
      return call(reservations).then(() => 'done', fate.end);
    },
    holds: async () => holdsIn((await pool.query<Record<string, unknown>>(ALL_HOLDS)).rows),
    left: async () => {
      const { rows } = await pool.query<{ item: string; count: number }>(LEFT);
      return Object.fromEntries(rows.map(({ item, count }) => [item, count]));
    },
  };
}

function said(client: PoolClient, fate: Fate) {
  return async (text: string, values?: unknown[]) => {
    // Awaited where it dies after the word was said: the server has then done it.
    let done: Promise<{ rows: unknown[] }> | undefined;
    try {
      return await fate.say(() => (done = client.query<Record<string, unknown>>(text, values)));
    } catch (error) {
      await done;
      throw error;
    }
  };
}

describePostgres('200 random schedules on PostgreSQL', (server) => {
  it('sell nothing twice, lose nothing, and end everything once', async () => {
    const pool = server().pool();
    await pool.query(`${MAKE_STOCK}; ${postgresReservationsSql()}`);
    const property = fc.asyncProperty(schedules, async (schedule) => {
      await pool.query(FILL);
      const given = world();
      await playChecked(onPostgres(pool, given), given, schedule);
    });
    await fc.assert(property, { numRuns: 200, examples: PAID_TWICE });
  });
});
