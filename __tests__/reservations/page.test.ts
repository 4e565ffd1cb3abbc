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
import { createEmulator } from '../../lib/emulator/index.js';
import { createFanfare, type Fanfare, type Ledger, memoryLedger } from '../../lib/index.js';
import * as reservations from '../../lib/reservations/index.js';
import { describePostgres } from '../support/postgres-server.js';
import { Browser, SECRET } from '../support/shop.js';

const ROOT = join(__dirname, '..', '..');
const DOC = join(ROOT, 'docs', 'reservations.md');
const PAGE = readFileSync(DOC, 'utf8');

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
  placeOrder(req: Pick<IncomingMessage, 'headers' | 'admission'>, orderId: string): Promise<void>;
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

describePostgres('the order on PostgreSQL', (server) => {
  it('is written with its stock, or not at all', () =>
    withFanfare(async ({ fanfare, ledger }) => {
      const pool = server().pool();
      await pool.query(`CREATE TABLE stock (sku text PRIMARY KEY, available integer);
        CREATE TABLE orders (id text, admission_id text UNIQUE); INSERT INTO stock VALUES ('lamp', 1)`);
      const shop = (example('postgres') as PostgresExample)({ fanfare, ledger, pool });
      const triple = { consumerId: 'cons_1', distributionId: 'queue_1', distributionType: 'queue' } as const;
      const admission = { id: 'a', ...triple, validatedAt: 0, verifiedBy: 'fanfare' } as const;
      await expect(shop.placeOrder({ headers: {}, admission }, 'o1')).rejects.toMatchObject({
        code: 'RESERVATION_MISSING',
      });
      expect((await pool.query('SELECT * FROM orders')).rows).toEqual([]);
      await shop.reservations.hold(admission, [{ item: 'lamp', quantity: 1 }]);
      await shop.placeOrder({ headers: {}, admission }, 'o2');
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
