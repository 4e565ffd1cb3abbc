/** The examples of docs/reservations.md, as they stand there: a shop over HTTP on SQLite, an order on PostgreSQL. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import Database from 'better-sqlite3';
import type { Application } from 'express';
import type { Pool } from 'pg';
import { systemClock } from '../../lib/clock.js';
import { createEmulator } from '../../lib/emulator/index.js';
import { createFanfare, type Fanfare, type Ledger, memoryLedger } from '../../lib/index.js';
import * as reservations from '../../lib/reservations/index.js';
import { describePostgres } from '../support/postgres-server.js';
import { Browser, SECRET } from '../support/shop.js';

const ROOT = join(__dirname, '..', '..');
const DOC = join(ROOT, 'docs', 'reservations.md');
const PAGE = readFileSync(DOC, 'utf8');
const LAMP = [{ item: 'lamp', quantity: 1 }];

interface Parts {
  readonly fanfare: Fanfare;
  readonly ledger: Ledger;
}

type SqliteExample = (given: Parts & { readonly database: unknown }) => {
  readonly app: Application;
  readonly reservations: reservations.Reservations;
  readonly stop: () => void;
};

type PostgresExample = (given: Parts & { readonly pool: Pool }) => {
  readonly reservations: reservations.Reservations;
  placeOrder(
    req: Pick<IncomingMessage, 'headers' | 'admission'>,
    orderId: string,
    lines: readonly reservations.CartLine[],
  ): Promise<void>;
};

function example(name: string): unknown {
  const [, code] = new RegExp(`\`\`\`js\\n// example: ${name}\\n([\\s\\S]*?)\`\`\``).exec(PAGE) ?? [];
  if (code === undefined) throw new Error(`There is no example for ${name}`);
  const module: { exports?: unknown } = {};
  const others = createRequire(DOC);
  const ours = (id: string): unknown => (id === 'express-fanfare/reservations' ? reservations : others(id));
  const run = compileFunction(code, ['require', 'module']) as (...given: unknown[]) => void;
  run(ours, module);
  return module.exports;
}

async function withFanfare(work: (parts: Parts & { mint: () => string }) => Promise<void>): Promise<void> {
  const emulator = createEmulator();
  const { url } = await emulator.listen();
  const ledger = memoryLedger();
  const fanfare = createFanfare({
    ...{
      organizationId: emulator.organizationId,
      secretKey: 'sk_test_emulator',
      api: { baseUrl: url },
      ledger,
    },
    ...{ session: { secrets: [SECRET], insecure: true }, doctor: false },
  });
  const drop = { distributionId: 'queue_1', distributionType: 'queue' } as const;
  try {
    await work({ fanfare, ledger, mint: () => emulator.mint(drop).token });
  } finally {
    await fanfare.close();
    await emulator.close();
  }
}

test('two shoppers, one lamp', () =>
  withFanfare(async ({ mint, ...parts }) => {
    const database = new Database(':memory:');
    database.exec(`CREATE TABLE stock (sku text PRIMARY KEY, available integer);
      CREATE TABLE orders (id text, admission_id text UNIQUE); INSERT INTO stock VALUES ('lamp', 1)`);
    const left = database.prepare('SELECT available FROM stock').pluck();
    const shop = (example('sqlite') as SqliteExample)({ ...parts, database });
    shop.app.set('env', 'test');
    const server = createServer(shop.app);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const [ann, ben] = [new Browser(origin), new Browser(origin)];
    for (const browser of [ann, ben]) await browser.visit(`/checkout?admission_token=${mint()}`);

    const kept = await ann.visit('/checkout');
    expect([kept.status, await kept.text()]).toEqual([200, expect.stringMatching(/^A lamp is kept/)]);
    expect(left.get()).toBe(0);
    expect((await ben.visit('/checkout')).status).toBe(409);
    expect((await ben.submit()).status).toBe(409);
    expect(await (await ann.visit('/cancel')).text()).toBe('Nothing was charged.');
    expect(left.get()).toBe(0);
    const ordered = await ann.submit();
    expect([ordered.status, ordered.headers.get('location')]).toEqual([
      303,
      expect.stringMatching(/^\/orders\//),
    ]);
    expect(await shop.reservations.reconcile()).toMatchObject({
      items: [{ item: 'lamp', available: 0, held: 0, sold: 1 }],
      differences: [],
    });
    shop.stop();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    database.close();
  }));

type Sell = (
  given: Parts & { reservations: reservations.Reservations; provider: object },
) => (payment: {
  readonly admissionId: string;
  readonly orderId: string;
  readonly lines: readonly reservations.CartLine[];
  readonly paymentId: string;
}) => Promise<boolean>;

test('a payment for more than is held is honoured while there are as many, else refunded', () =>
  withFanfare(async ({ fanfare, ledger }) => {
    const database = new Database(':memory:');
    database.exec(
      `CREATE TABLE stock (sku text PRIMARY KEY, available integer); INSERT INTO stock VALUES ('lamp', 3)`,
    );
    const left = database.prepare('SELECT available FROM stock').pluck();
    const stock = { table: 'stock', item: 'sku', quantity: 'available' };
    const kept = reservations.sqliteReservations({ database, fanfare, stock });
    const refunds: string[] = [];
    const provider = { refund: (id: string) => refunds.push(id) };
    const paid = (example('late') as Sell)({ fanfare, ledger, reservations: kept, provider });
    const pay = async (id: string, quantity: number) => {
      const triple = { consumerId: id, distributionId: 'queue_1', distributionType: 'queue' } as const;
      const claim = { attemptId: `of ${id}`, tokenHash: id, sidHash: id, owner: 'test', leaseMs: 60_000 };
      await ledger.claim({ admission: { id, ...triple }, ...claim, supersede: true, takeUnresolved: true });
      await kept.hold({ id, attempt: { id: `of ${id}` } }, LAMP);
      const lines = [{ item: 'lamp', quantity }];
      return paid({ admissionId: id, orderId: `order of ${id}`, lines, paymentId: `payment of ${id}` });
    };
    expect([await pay('a', 2), left.get(), refunds]).toEqual([true, 1, []]);
    expect([await pay('b', 2), left.get(), refunds]).toEqual([false, 0, ['payment of b']]);
    expect((await kept.find({ id: 'b' })).map(({ state }) => state)).toEqual(['held']);
    expect((await kept.reconcile()).differences).toEqual([]);
    database.close();
  }));

test('an attempt that ended without a word is reported, and given back at the shop’s word', () =>
  withFanfare(async ({ fanfare, ledger }) => {
    const database = new Database(':memory:');
    database.exec(
      `CREATE TABLE stock (sku text PRIMARY KEY, available integer); INSERT INTO stock VALUES ('lamp', 3)`,
    );
    const clock = { ...systemClock, now: () => Date.now() + 3_600_000 };
    const stock = { table: 'stock', item: 'sku', quantity: 'available' };
    const kept = reservations.sqliteReservations({ database, fanfare, stock });
    for (const id of ['paid', 'lost']) {
      const triple = { consumerId: id, distributionId: 'queue_1', distributionType: 'queue' } as const;
      const claim = { attemptId: `of ${id}`, tokenHash: id, sidHash: id, owner: 'test', leaseMs: 60_000 };
      await ledger.claim({ admission: { id, ...triple }, ...claim, supersede: true, takeUnresolved: true });
      await kept.hold({ id }, LAMP);
      await ledger.settle({ admissionId: id, attemptId: `of ${id}` }, { to: 'unresolved' });
    }
    const late = reservations.sqliteReservations({ database, fanfare, stock, clock });
    const giveUp = example('give up') as (given: object) => Promise<void>;
    await giveUp({ fanfare, reservations: late, isPaid: (id: string) => id === 'paid' });
    expect((await late.find({ id: 'paid' })).map(({ state }) => state)).toEqual(['held']);
    expect((await late.find({ id: 'lost' })).map(({ state }) => state)).toEqual(['expired']);
    expect((await late.reconcile()).differences).toEqual([{ kind: 'unresolved', admissionId: 'paid' }]);
    database.close();
  }));

describePostgres('the order on PostgreSQL', (server) => {
  it('is written with its stock, or not at all', () =>
    withFanfare(async ({ fanfare, ledger }) => {
      const pool = server().pool();
      await pool.query(`CREATE TABLE stock (sku text PRIMARY KEY, available integer);
        CREATE TABLE orders (id text, admission_id text UNIQUE); INSERT INTO stock VALUES ('lamp', 1)`);
      const shop = (example('postgres') as PostgresExample)({ fanfare, ledger, pool });
      const triple = { consumerId: 'cons_1', distributionId: 'queue_1', distributionType: 'queue' } as const;
      const admission = { id: 'a', ...triple, validatedAt: 0, verifiedBy: 'fanfare' } as const;
      await expect(shop.placeOrder({ headers: {}, admission }, 'o1', LAMP)).rejects.toMatchObject({
        code: 'RESERVATION_MISSING',
      });
      expect((await pool.query('SELECT * FROM orders')).rows).toEqual([]);
      await shop.reservations.hold(admission, LAMP);
      await shop.placeOrder({ headers: {}, admission }, 'o2', LAMP);
      expect((await pool.query('SELECT id FROM orders')).rows).toEqual([{ id: 'o2' }]);
      expect((await shop.reservations.reconcile()).differences).toEqual([]);
    }));
});

test.each([
  ['event', 'reservation-events.ts', /Named<\s*'([a-z._]+)'/g],
  ['outcome and difference', 'saying.ts', /^ {2}([a-z_]+): '/gm],
  ['option', 'reservations.ts', /^ {2}readonly ([a-zA-Z]+)\??: /gm],
])('every %s is on the page', (_what, file, pattern) => {
  const [text = ''] = readFileSync(join(ROOT, 'lib', 'reservations', file), 'utf8').split('/** An order, as');
  const names = [...text.matchAll(pattern)];
  expect(names.length).toBeGreaterThan(4);
  for (const [, name = ''] of names) expect(PAGE).toContain(`\`${name}\``);
});
