import { Client, type Pool, type PoolClient } from 'pg';
import { type FanfareEvent, type Ledger, memoryLedger } from '../../lib/index.js';
import { postgresLedger } from '../../lib/ledger/postgres.js';
import {
  type PostgresPlace,
  type PostgresReservations,
  postgresReservations,
  postgresReservationsSql,
} from '../../lib/reservations/index.js';
import { describePostgres, emptyLedger, type PostgresServer } from '../support/postgres-server.js';
import { describeReservations } from './contract.js';
import { checkSoldGoes } from './purging.js';
import { MAKE_STOCK, MINUTE, rejection, Rig, STOCK, UNCOUNTED } from './rig.js';

const LAMP = [{ item: 'lamp', quantity: 1 }];

async function rigOn(
  pool: Pool,
  { ledger, ...own }: PostgresPlace & { readonly ledger?: Ledger },
): Promise<Rig<PostgresReservations>> {
  await pool.query(`DROP TABLE IF EXISTS "Stock", fanfare_reservations, orders; ${MAKE_STOCK}`);
  const shop = {
    sql: async (text: string, ...values: (string | number)[]) => {
      let place = 0;
      const { rows } = await pool.query<Record<string, unknown>>(
        text.replace(/\?/g, () => `$${String((place += 1))}`),
        values,
      );
      return rows;
    },
    close: () => Promise.resolve(),
  };
  const rig: Rig<PostgresReservations> = new Rig(
    shop,
    postgresReservations({
      stock: STOCK,
      ...own,
      ledger: ledger ?? { engine: 'memory', find: (id) => rig.ledger.find(id) },
      clock: { now: () => rig.clock.now(), after: (ms, task) => rig.clock.after(ms, task) },
      onEvent: (event) => rig.events.push(event),
    }),
  );
  return rig;
}

describePostgres('reservations in PostgreSQL', (server) => {
  let pool: Pool;
  beforeAll(() => {
    pool = server().pool({ max: 20 });
  });

  describeReservations('on a pool', () => rigOn(pool, { pool }));
  describeReservations('at a connection string', () => rigOn(pool, { connectionString: server().url }));

  describeTransactions(() => pool);
  describeFailures(() => pool);
  describe('the first call', () => {
    describeFirstUse(server, () => pool);
  });
  describeRaces(server, () => pool);
  describeSetUp(server, () => pool);
});

function describeTransactions(pool: () => Pool): void {
  it('order and conversion stand together, or neither does', async () => {
    const rig = await rigOn(pool(), { pool: pool() });
    const { reservations } = rig;
    await pool().query('CREATE TABLE orders (id text)');
    await rig.stock({ lamp: 5 });
    await reservations.hold(rig.admission('a'), [{ item: 'lamp', quantity: 1 }]);
    const place = async (orderId: string, end: 'COMMIT' | 'ROLLBACK') => {
      const client = await pool().connect();
      try {
        await client.query('BEGIN');
        await client.query('INSERT INTO orders VALUES ($1)', [orderId]);
        await reservations.convert({ id: 'a' }, { orderId, lines: LAMP }, { transaction: client });
        // Until it ends, the holds are this transaction's: a sweep waits, and then finds what became of them.
        await client.query(end);
      } finally {
        client.release();
      }
    };
    await place('o1', 'ROLLBACK');
    expect(await rig.outcomes({ id: 'a' })).toEqual(['1 lamp held']);
    await place('o2', 'COMMIT');
    expect(await rig.outcomes({ id: 'a' })).toEqual(['1 lamp converted']);
    expect((await pool().query('SELECT id FROM orders')).rows).toEqual([{ id: 'o2' }]);
    const onPool = reservations.convert({ id: 'a' }, { orderId: 'o2', lines: LAMP }, { transaction: pool() });
    await expect(onPool).rejects.toThrow(/"transaction" is a pg Pool/);
  });

  it('a sweep waits for a conversion that has not been committed, and takes nothing from it', async () => {
    const rig = await rigOn(pool(), { pool: pool() });
    const { reservations } = rig;
    await rig.stock({ lamp: 5 });
    await reservations.hold(rig.admission('a'), [{ item: 'lamp', quantity: 1 }]);
    await rig.clock.advance(12 * MINUTE);
    const client = await pool().connect();
    await client.query('BEGIN');
    await reservations.convert({ id: 'a' }, { orderId: 'o1', lines: LAMP }, { transaction: client });
    const sweeping = reservations.sweep();
    await waiting(pool());
    await client.query('COMMIT');
    client.release();
    expect(await sweeping).toEqual({ expired: [], converted: [], waiting: [], failed: [], purged: 0 });
    expect([await rig.left('lamp'), await rig.outcomes({ id: 'a' })]).toEqual([4, ['1 lamp converted']]);
  });
}

function describeFailures(pool: () => Pool): void {
  it('of a conversion that fails half way nothing is left where the shop goes on and commits', async () => {
    const rig = await rigOn(pool(), { pool: pool() });
    await rig.stock({ lamp: 5, shade: 5 });
    await rig.reservations.hold(rig.admission('a'), [...LAMP, { item: 'shade', quantity: 2 }]);
    // What the order leaves cannot be put back, and that shows last.
    await rig.shop.sql('DELETE FROM "Stock" WHERE "order" = ?', 'shade');
    const client = await pool().connect();
    await client.query('BEGIN');
    const order = { orderId: 'o1', lines: LAMP };
    const error = await rejection(rig.reservations.convert({ id: 'a' }, order, { transaction: client }));
    expect(String(error)).toMatch(/no row for the item "shade"/);
    await client.query('COMMIT');
    expect(await rig.outcomes({ id: 'a' })).toEqual(['1 lamp held', '2 shade held']);
    const outside = rig.reservations.convert({ id: 'a' }, order, { transaction: client });
    await expect(outside).rejects.toThrow(/can only be used in transaction blocks/);
    client.release();
    expect(await rig.outcomes({ id: 'a' })).toEqual(['1 lamp held', '2 shade held']);
  });
}

function describeFirstUse(server: () => PostgresServer, pool: () => Pool): void {
  let last: PoolClient;
  let reservations: PostgresReservations;
  beforeEach(async () => {
    const one = server().pool({ max: 1, connectionTimeoutMillis: 2_000 });
    reservations = postgresReservations({ pool: one, ledger: memoryLedger(), stock: STOCK });
    last = await one.connect();
    await last.query('BEGIN');
  });
  afterEach(() => {
    last.release(true);
  });

  it('in a transaction asks nothing of the pool, whose last client that transaction may have', async () => {
    const rig = await rigOn(pool(), { pool: pool() });
    await rig.stock({ lamp: 5, shade: 5 });
    await rig.reservations.hold(rig.admission('a'), [...LAMP, { item: 'shade', quantity: 2 }]);
    // Whoever opens at this moment waits for the client.
    const opening = rejection(reservations.open());
    await reservations.convert({ id: 'a' }, { orderId: 'o1', lines: LAMP }, { transaction: last });
    await last.query('COMMIT');
    expect(await rig.outcomes({ id: 'a' })).toEqual(['1 lamp converted', '2 shade released']);
    expect([await rig.left('lamp'), await rig.left('shade')]).toEqual([4, 5]);
    expect(String(await opening)).toMatch(/timeout exceeded/);
  });

  it('in a transaction makes no table: where there is none, nothing was ever held', async () => {
    await rigOn(pool(), { pool: pool() });
    const order = { orderId: 'o1', lines: LAMP };
    const converting = () => reservations.convert({ id: 'a' }, order, { transaction: last });
    expect(await rejection(converting())).toMatchObject({ code: 'RESERVATION_MISSING', lines: ['lamp'] });
    const { rows } = await last.query("SELECT to_regclass('fanfare_reservations') AS made");
    expect(rows).toEqual([{ made: null }]);
    await reservations.close();
    await expect(converting()).rejects.toThrow('The reservations are closed.');
  });
}

/** Until a session waits for a lock that another one has. */
async function waiting(pool: Pool): Promise<void> {
  for (;;) {
    const { rows } = await pool.query('SELECT 1 FROM pg_locks WHERE NOT granted');
    if (rows.length > 0) return;
  }
}

function describeRaces(server: () => PostgresServer, pool: () => Pool): void {
  it('many clients race for the last ones: each is sold once, none twice', async () => {
    const rig = await rigOn(pool(), { pool: pool() });
    await rig.stock({ lamp: 7, shade: 11 });
    const buy = async (number: number) => {
      const id = `a${String(number)}`;
      const lines = [
        { item: number % 2 === 0 ? 'lamp' : 'shade', quantity: 1 },
        { item: number % 2 === 0 ? 'shade' : 'lamp', quantity: 1 },
      ];
      const refused = await rejection(rig.reservations.hold(rig.admission(id), lines));
      if (refused !== undefined) return (refused as { code?: string }).code;
      if (number % 5 === 0) return (await rig.reservations.release({ id })).length;
      return (await rig.reservations.convert({ id }, { orderId: `o${String(number)}`, lines })).converted
        .length;
    };
    const ends = await Promise.all(Array.from({ length: 120 }, (_, number) => buy(number)));
    expect(new Set(ends)).toEqual(new Set(['SOLD_OUT', 2]));
    const { items, outcomes, differences } = await rig.reservations.reconcile();
    expect(
      items.map(({ item, available, held, sold, total }) => [item, available! + held + sold, total]),
    ).toEqual([
      ['lamp', 7, 7],
      ['shade', 11, 11],
    ]);
    expect(outcomes.held.holds).toBe(0);
    expect(differences.every(({ kind }) => kind === 'no_order')).toBe(true);
    expect(await rig.left('lamp')).toBeGreaterThanOrEqual(0);
  });

  it('on 4 connections that the ledger needs, too: 100 holds at once of 10, and as many take less', async () => {
    const few = server().pool({ max: 4 });
    await emptyLedger(pool());
    const ledger = postgresLedger({ pool: few });
    const rig = await rigOn(pool(), { pool: few, ledger });
    await rig.stock({ lamp: 10, shade: 200 });
    const all = Array.from({ length: 100 }, (_, number) => rig.admission(`a${String(number)}`));
    const shades = (quantity: number) => [{ item: 'shade', quantity }];
    await Promise.all(all.map((one) => rig.reservations.hold(one, shades(2))));
    const ends = await Promise.all(
      all.map(async (one) => {
        const [refused] = await Promise.all([
          rejection(rig.reservations.hold(one, LAMP)),
          rig.reservations.hold(one, shades(1)),
        ]);
        return (refused as { code?: string } | undefined)?.code;
      }),
    );
    expect(ends.filter((end) => end === undefined)).toHaveLength(10);
    expect(ends.filter((end) => end === 'SOLD_OUT')).toHaveLength(90);
    expect([await rig.left('lamp'), await rig.left('shade')]).toEqual([0, 100]);
    await ledger.close();
  });

  it('one admission at once from many tabs holds once', async () => {
    const rig = await rigOn(pool(), { pool: pool() });
    await rig.stock({ lamp: 40 });
    const admission = rig.admission('a');
    const hold = () => rig.reservations.hold(admission, [{ item: 'lamp', quantity: 2 }]);
    const held = await Promise.all(Array.from({ length: 16 }, hold));
    expect(new Set(held.map(([one]) => one!.id)).size).toBe(1);
    expect(await rig.left('lamp')).toBe(38);
    expect(rig.said()).toEqual(['reservation.held']);
  });

  it('what was sold is forgotten after 400 days, where no total needs it; two that purge at once do it once', async () => {
    const rig = await rigOn(pool(), { pool: pool() });
    const { ledger, clock } = rig;
    const make = () => postgresReservations({ pool: pool(), ledger, clock, stock: UNCOUNTED });
    const [one, other] = [make(), make()];
    await checkSoldGoes(rig, one, async () => {
      const swept = await Promise.all([one.sweep(), other.sweep()]);
      return swept.reduce((sum, { purged }) => sum + purged, 0);
    });
  });

  it('two sweeps at once give back once', async () => {
    const rig = await rigOn(pool(), { pool: pool() });
    await rig.stock({ lamp: 40 });
    for (let number = 0; number < 20; number += 1) {
      await rig.reservations.hold(rig.admission(`a${String(number)}`), [{ item: 'lamp', quantity: 2 }]);
    }
    await rig.clock.advance(11 * MINUTE);
    const swept = await Promise.all([rig.reservations.sweep(), rig.reservations.sweep()]);
    expect(swept.flatMap(({ expired }) => expired)).toHaveLength(20);
    expect(await rig.left('lamp')).toBe(40);
  });
}

function describeSetUp(server: () => PostgresServer, pool: () => Pool): void {
  const ledger = memoryLedger();

  it('takes the server’s time unless it is given one', async () => {
    await rigOn(pool(), { pool: pool() });
    await pool().query(`INSERT INTO "Stock" VALUES ('lamp', 1, 1)`);
    const reservations = postgresReservations({ pool: pool(), ledger, stock: STOCK });
    const [held] = await reservations.hold({ id: 'a' }, [{ item: 'lamp', quantity: 1 }]);
    expect(held!.expiresAt - held!.heldAt).toBe(31 * MINUTE);
    const { rows } = await pool().query<{ near: boolean }>(
      'SELECT abs(extract(epoch FROM now()) * 1000 - $1) < 600000 AS near',
      [held!.heldAt],
    );
    expect(rows).toEqual([{ near: true }]);
  });

  it('works in a schema, for a role that may not make tables, from the printed SQL', async () => {
    await pool().query(`DROP SCHEMA IF EXISTS shop CASCADE; CREATE SCHEMA shop; DROP ROLE IF EXISTS clerk;
      CREATE TABLE shop.stock (sku integer PRIMARY KEY, free bigint); INSERT INTO shop.stock VALUES (7, 3);
      ${postgresReservationsSql({ table: 'shop.holds' })}
      CREATE ROLE clerk LOGIN; GRANT USAGE ON SCHEMA shop TO clerk;
      GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA shop TO clerk`);
    const own = server().pool({ user: 'clerk' });
    const stock = { table: 'shop.stock', item: 'sku', quantity: 'free' };
    const events: FanfareEvent[] = [];
    const onEvent = (event: FanfareEvent) => void events.push(event);
    const reservations = postgresReservations({ pool: own, ledger, stock, table: 'shop.holds', onEvent });
    await reservations.hold({ id: 'a' }, [{ item: '7', quantity: 2 }]);
    const { items } = await reservations.reconcile();
    expect(items).toEqual([{ item: '7', available: 1, held: 2, sold: 0 }]);
    // Everything but what old holds need.
    expect(await reservations.sweep()).toMatchObject({ failed: [], purged: 0 });
    expect(events.at(-1)).toMatchObject({ type: 'reservation.sweep_failed', admissions: 0 });
    await pool().query('GRANT DELETE ON shop.holds TO clerk');
    events.length = 0;
    await reservations.sweep();
    expect(events).toEqual([]);
  });

  it('many processes that start together make one table', async () => {
    await rigOn(pool(), { pool: pool() });
    const all = Array.from({ length: 8 }, () => postgresReservations({ pool: pool(), ledger, stock: STOCK }));
    await Promise.all(all.map((one) => one.open()));
  });

  it.each<[Record<string, unknown>, RegExp]>([
    [{}, /either "pool".* or "connectionString"/],
    [{ pool: new Client() }, /either "pool"/],
    [{ connectionString: '' }, /either "pool"/],
    [{ connectionString: 'x', stock: { ...STOCK, table: 'a.b.c' } }, /"stock.table" must be a name/],
    [{ connectionString: 'x', stock: { ...STOCK, item: 'a.b' } }, /"stock.item" must be a name/],
    [{ connectionString: 'x', file: 'x' }, /"file"/],
  ])('%# a wrong option throws a TypeError', (wrong, message) => {
    const make = () => postgresReservations({ ledger, stock: STOCK, ...wrong });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });

  it('a stock table without one of the columns is found out at open(), and can be put right', async () => {
    await rigOn(pool(), { pool: pool() });
    const stock = { ...STOCK, quantity: 'amount' };
    const reservations = postgresReservations({ pool: pool(), ledger, stock });
    await expect(reservations.open()).rejects.toThrow(/column s.amount does not exist/);
    await pool().query('ALTER TABLE "Stock" ADD COLUMN amount integer');
    await reservations.open();
    await reservations.close();
    await expect(reservations.open()).rejects.toThrow(/closed/);
  });
}
