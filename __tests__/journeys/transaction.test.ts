/** An order and its completion in one PostgreSQL transaction, through the guards: both stand, or neither does. */
import type { Pool } from 'pg';
import type { FanfareOptions, Middleware } from '../../lib/index.js';
import { migratePostgres, postgresLedger } from '../../lib/ledger/postgres.js';
import { describePostgres } from '../support/postgres-server.js';
import { closeStages, openStage, type Stage } from '../support/servers.js';
import { until } from '../support/shop.js';

afterEach(closeStages);

/** Writes the order and completes in one transaction; the first time the database refuses the order. */
function placeOrder(pool: Pool, fanfare: Stage['fanfare']): Middleware {
  let attempts = 0;
  const place: (...call: Parameters<Middleware>) => Promise<void> = async (req, res) => {
    const client = await pool.connect();
    const orderId = `order_${(attempts += 1)}`;
    try {
      await client.query('BEGIN');
      await fanfare.completeAdmission(req, { orderId }, { transaction: client });
      if (attempts === 1) throw new Error('out of stock');
      await client.query('INSERT INTO orders VALUES ($1, $2)', [orderId, req.admission?.id]);
      await client.query('COMMIT');
      res.writeHead(201).end(orderId);
    } catch (error) {
      await client.query('ROLLBACK');
      res.writeHead(500).end(String(error));
    } finally {
      client.release();
    }
  };
  return (...call) => {
    place(...call).catch((error: unknown) => call[2]?.(error));
  };
}

describePostgres('an order in the merchant’s own transaction', (server) => {
  it.each<[string, Pick<FanfareOptions, 'findOrder'>, string]>([
    ['findOrder says that there is none', { findOrder: () => undefined }, 'claim.released'],
    ['nobody can say, and the next attempt takes over', {}, 'claim.unresolved'],
  ])('that rolls back gives the shopper another try: %s', async (_title, options, said) => {
    const pool = server().pool();
    await migratePostgres(pool);
    await pool.query('CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, admission_id TEXT UNIQUE)');
    await pool.query('DELETE FROM orders');
    const stage = await openStage({ ledger: postgresLedger({ pool }), ...options });
    const { fanfare, emulator } = stage;
    const browser = await stage.serve('Express 5', [
      { use: [fanfare.attachAdmission()] },
      { path: '/checkout', use: [fanfare.claimAdmission(), placeOrder(pool, fanfare)] },
    ]);
    await browser.post('/checkout', {}, { 'X-Fanfare-Admission': stage.token() });
    expect((await pool.query('SELECT * FROM orders')).rows).toEqual([]);
    const second = await browser.post('/checkout', {});
    expect([second.status, second.text]).toEqual([201, 'order_2']);
    expect((await pool.query('SELECT id FROM orders')).rows).toEqual([{ id: 'order_2' }]);
    await until(() => emulator.admissions()[0]?.completion.effects === 1);
    expect(emulator.admissions()[0]?.completion.orderId).toBe('order_2');
    expect(stage.events.map(({ type }) => type as string)).toContain(said);
  });
});
