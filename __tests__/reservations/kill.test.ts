/** A process that is killed at each word it says to a database, from the cart to the order: what the next one finds, and makes of it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { systemClock } from '../../lib/clock.js';
import type { Ledger } from '../../lib/index.js';
import { postgresLedger } from '../../lib/ledger/postgres.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import {
  type Difference,
  type Hold,
  postgresReservations,
  postgresReservationsSql,
  type Reservations,
  sqliteReservations,
} from '../../lib/reservations/index.js';
import { CHILD_ENVIRONMENT, placeLib } from '../support/compiled-lib.js';
import { describePostgres, emptyLedger, type PostgresServer } from '../support/postgres-server.js';
import { until } from '../support/shop.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import { MAKE_STOCK, MINUTE, STOCK } from './rig.js';

const MAKE_ORDERS = 'CREATE TABLE orders (id text, admission_id text UNIQUE)';
const FILL = `INSERT INTO "Stock" VALUES ('lamp', 9, 9), ('shade', 9, 9)`;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ITEMS = ['lamp', 'shade'] as const;

/** The shop's own memory, as a process has it that has just begun. */
interface Shop {
  readonly ledger: Ledger;
  readonly reservations: (ahead: number) => Reservations;
  readonly orderOf: (admissionId: string) => Promise<string | undefined>;
  close(): Promise<void>;
}

/** A database, whichever it is. */
interface Ground {
  readonly place: object;
  /** As before the sale. */
  reset(): Promise<void>;
  /** What a killed process has left open is undone by now. */
  gone(): Promise<void>;
  open(): Shop;
}

interface Life {
  readonly name: 'buys' | 'givesBack' | 'sweeps';
  /** By how much the child's clock is ahead. */
  readonly ahead: number;
  readonly prepare?: (shop: Shop) => Promise<void>;
  /** What the next process may find before it has done anything. */
  readonly mayDiffer: readonly Difference['kind'][];
  /** Which orders there must be in the end, and for what; `undefined`: none. */
  readonly sold: (shop: Shop) => Promise<Readonly<Record<string, number>>>;
  readonly deaths: number;
}

const admission = (id: string) => ({
  ...{ id, consumerId: `cons_${id}`, distributionId: 'queue_1', distributionType: 'queue' as const },
});
const lamps = (quantity: number) => [{ item: 'lamp', quantity }];

const LIVES: readonly Life[] = [
  {
    ...{ name: 'buys', ahead: 0, deaths: 25 },
    mayDiffer: ['no_order'],
    sold: async (shop) => ((await shop.orderOf('a')) === undefined ? {} : { o1: 1 }),
  },
  {
    ...{ name: 'givesBack', ahead: 0, deaths: 15 },
    mayDiffer: [],
    sold: () => Promise.resolve({}),
  },
  {
    ...{ name: 'sweeps', ahead: HOUR, deaths: 15 },
    async prepare({ ledger, reservations }) {
      const [then, now] = [reservations(-40 * DAY), reservations(0)];
      await then.hold({ id: 'old' }, lamps(1));
      await then.release({ id: 'old' });
      for (const id of ['stays-away', 'paid'])
        await now.hold({ id, expiresAt: Date.now() + MINUTE }, [...lamps(2), { item: 'shade', quantity: 1 }]);
      await ledger.complete({
        target: { by: 'admission', admission: admission('paid') },
        order: { orderId: 'o9' },
      });
    },
    mayDiffer: ['overdue', 'not_converted'],
    sold: () => Promise.resolve({ o9: 2 }),
  },
];

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
  placeLib(join(folder, 'lib'));
});
afterAll(() => {
  removeFolder(folder);
});

/** Resolves to whether it was killed; it may end for no other reason than that its life is over. */
async function live({ name, ahead }: Life, { place }: Ground, at: number): Promise<boolean> {
  const task = { lib: join(folder, 'lib'), life: name, ahead, at, place, stock: STOCK };
  const env = { ...CHILD_ENVIRONMENT, TASK: JSON.stringify(task) };
  const child = spawn(process.execPath, [join(__dirname, 'die-at-a-word.cjs')], {
    ...{ env, stdio: 'inherit' },
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect([code, signal]).toEqual(signal === null ? [0, null] : [null, 'SIGKILL']);
  return signal !== null;
}

/** What a shop does about attempts of the dead, knowing its own orders; `findOrder` is the same by itself. */
async function settleAttempts({ ledger, orderOf }: Shop): Promise<void> {
  const row = await ledger.find('a');
  const orderId = await orderOf('a');
  if (orderId !== undefined) {
    await ledger.complete({ target: { by: 'admission', admission: admission('a') }, order: { orderId } });
  } else if (row !== undefined && 'attempt' in row) {
    await ledger.settle({ admissionId: 'a', attemptId: row.attempt.id }, { to: 'free' });
  }
}

/** A piece is in the stock, held or sold, and nothing is below zero. */
async function expectWhole(reservations: Reservations): Promise<readonly Difference[]> {
  const { items, differences } = await reservations.reconcile({ sinceSeconds: 400 * 86_400 });
  for (const { available = -1, held, sold, total } of items) {
    expect(Math.min(available, held, sold)).toBeGreaterThanOrEqual(0);
    expect(available + held + sold).toBe(total);
  }
  return differences;
}

async function expectMended(shop: Shop, life: Life): Promise<void> {
  const now = shop.reservations(life.ahead);
  const found = (await expectWhole(now)).map(({ kind }) => kind);
  expect(life.mayDiffer).toEqual(expect.arrayContaining(found));
  await settleAttempts(shop);
  // Every call may be repeated, and the last of the dead one's holds is over by then.
  const later = shop.reservations(life.ahead + HOUR);
  expect((await later.sweep()).failed).toEqual([]);
  expect(await expectWhole(later)).toEqual([]);
  const holds = await holdsOf(later);
  expect(holds.filter(({ state }) => state === 'held')).toEqual([]);
  const sold: Record<string, number> = {};
  for (const { orderId, item, quantity } of holds)
    if (orderId !== undefined && item === 'lamp') sold[orderId] = (sold[orderId] ?? 0) + quantity;
  expect(sold).toEqual(await life.sold(shop));
  expect(await later.find({ id: 'old' })).toEqual([]);
  const { items } = await later.reconcile();
  for (const name of ITEMS) {
    const taken = holds.filter(({ item, state }) => item === name && state === 'converted');
    const pieces = taken.reduce((sum, { quantity }) => sum + quantity, 0);
    expect(items.find(({ item }) => item === name)?.available ?? 9).toBe(9 - pieces);
  }
}

async function holdsOf(reservations: Reservations): Promise<readonly Hold[]> {
  const found = await Promise.all(['a', 'stays-away', 'paid', 'old'].map((id) => reservations.find({ id })));
  return found.flat();
}

/** Killed at its first word, at its second, and so on until it comes to its end. */
async function killAtEach(life: Life, ground: Ground): Promise<void> {
  let isKilled = true;
  let at = 1;
  for (; isKilled; at += 1) {
    await ground.reset();
    const before = ground.open();
    await life.prepare?.(before);
    await before.close();
    isKilled = await live(life, ground, at);
    await ground.gone();
    const next = ground.open();
    await expectMended(next, life);
    await next.close();
  }
  expect(at - 2).toBeGreaterThan(life.deaths);
}

const common = (ahead: number) => ({
  ...{ stock: STOCK, onEvent: () => undefined },
  clock: { ...systemClock, now: () => Date.now() + ahead },
});

let files = 0;

function onSqlite(): Ground {
  let file = '';
  return {
    get place() {
      return { engine: 'sqlite', file };
    },
    reset() {
      file = join(folder, `shop-${String((files += 1))}.sqlite`);
      const database = new Database(file);
      database.pragma('journal_mode = WAL');
      database.exec(`${MAKE_STOCK}; ${MAKE_ORDERS}; ${FILL}`);
      database.close();
      return Promise.resolve();
    },
    gone: () => Promise.resolve(),
    open() {
      const database = new Database(file, { timeout: 30_000 });
      const ledger = sqliteLedger({ file });
      const orderOf = database.prepare('SELECT id FROM orders WHERE admission_id = ?').pluck();
      return {
        ledger,
        reservations: (ahead) => sqliteReservations({ ...common(ahead), database, ledger }),
        orderOf: (id) => Promise.resolve(orderOf.get(id) as string | undefined),
        async close() {
          await ledger.close();
          database.close();
        },
      };
    },
  };
}

function onPostgres(server: PostgresServer): Ground {
  const pool = server.pool();
  return {
    place: { engine: 'postgres', url: server.url },
    async reset() {
      await emptyLedger(pool);
      await pool.query(
        `DROP TABLE IF EXISTS "Stock", orders, fanfare_reservations; ${MAKE_STOCK}; ${MAKE_ORDERS}; ${FILL};
         ${postgresReservationsSql()}`,
      );
    },
    gone: () =>
      until(async () => {
        const left = await pool.query(`SELECT 1 FROM pg_stat_activity WHERE application_name = 'dying'`);
        return left.rows.length === 0;
      }),
    open: () => {
      const ledger = postgresLedger({ pool });
      return {
        ledger,
        reservations: (ahead) => postgresReservations({ ...common(ahead), pool, ledger }),
        orderOf: async (id) => {
          const text = 'SELECT id FROM orders WHERE admission_id = $1';
          return (await pool.query<{ id: string }>(text, [id])).rows[0]?.id;
        },
        close: () => Promise.resolve(),
      };
    },
  };
}

const LONG = 300_000;

test.each(LIVES)('a process that $name on a SQLite file', (life) => killAtEach(life, onSqlite()), LONG);

describePostgres('on PostgreSQL', (server) => {
  test.each(LIVES)('a process that $name', (life) => killAtEach(life, onPostgres(server())), LONG);
});
