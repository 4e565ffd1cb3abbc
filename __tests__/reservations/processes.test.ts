/** Several processes of one shop over one SQLite file, and one that is killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { memoryLedger } from '../../lib/index.js';
import { sqliteReservations } from '../../lib/reservations/index.js';
import { CHILD_ENVIRONMENT, placeLib } from '../support/compiled-lib.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import { MAKE_STOCK, STOCK } from './rig.js';

/** Runs in a child: shoppers who take one or two, and buy, give back or go away; what they got is printed. */
const SHOPPERS = `
  const Database = require('better-sqlite3');
  const { sqliteReservations } = require(process.env.LIB + '/reservations/index.js');
  const database = new Database(process.env.FILE, { timeout: 30_000 });
  const reservations = sqliteReservations({
    database, stock: ${JSON.stringify(STOCK)}, ledger: { engine: 'none', find: async () => undefined }, onEvent: () => {},
  });
  (async () => {
    await reservations.open();
    console.log('open');
    const got = { sold: 0, refused: 0 };
    for (let n = 0; n < Number(process.env.SHOPPERS); n += 1) {
      const id = 'a-' + process.pid + '-' + n;
      const quantity = 1 + (n % 2);
      try {
        await reservations.hold({ id }, [{ item: 'lamp', quantity }]);
        if (n % 4 === 1) await reservations.release({ id });
        else if (n % 4 !== 2) { reservations.convertSync({ id }, { orderId: 'o' + id, lines: [{ item: 'lamp', quantity }] }); got.sold += quantity; }
      } catch (error) {
        if (error.code !== 'SOLD_OUT') throw error;
        got.refused += 1;
      }
    }
    console.log(JSON.stringify(got));
  })();
`;

let folder: string;
let file: string;
let database: Database.Database;

beforeAll(() => {
  folder = temporaryFolder();
  placeLib(join(folder, 'lib'));
});
afterAll(() => {
  removeFolder(folder);
});

function shopWith(lamps: number): void {
  file = join(folder, `shop-${String(lamps)}.sqlite`);
  database = new Database(file, { timeout: 30_000 });
  database.pragma('journal_mode = WAL');
  database.exec(MAKE_STOCK);
  database.prepare('INSERT INTO "Stock" VALUES (?, ?, ?)').run('lamp', lamps, lamps);
}

function processOf(shoppers: number): ReturnType<typeof spawn> {
  const env = { ...CHILD_ENVIRONMENT, LIB: join(folder, 'lib'), FILE: file, SHOPPERS: String(shoppers) };
  return spawn(process.execPath, ['-e', SHOPPERS], { env, stdio: ['ignore', 'pipe', 'inherit'] });
}

async function output(child: ReturnType<typeof spawn>): Promise<readonly string[]> {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  return text.trim().split('\n');
}

function reservationsHere() {
  const ledger = memoryLedger();
  return sqliteReservations({ database, stock: STOCK, ledger, onEvent: () => undefined });
}

it('four processes race for the last ones: as many are sold as there were, and no more', async () => {
  shopWith(40);
  const printed = await Promise.all([1, 2, 3, 4].map(() => output(processOf(30))));
  const got = printed.map(([, last = '']) => JSON.parse(last) as { sold: number; refused: number });
  const [item] = (await reservationsHere().reconcile()).items;
  expect(got.reduce((sum, { refused }) => sum + refused, 0)).toBeGreaterThan(0);
  expect(item!.sold).toBe(got.reduce((sum, { sold }) => sum + sold, 0));
  expect(item!.available! + item!.held + item!.sold).toBe(40);
  expect(item!.available).toBeGreaterThanOrEqual(0);
  database.close();
});

it('of a process that is killed nothing is half done', async () => {
  shopWith(100_000);
  const child = processOf(1_000_000);
  const printed = output(child);
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  const count = database.prepare('SELECT count(*) FROM fanfare_reservations').pluck();
  while (Number(count.get()) < 30) await new Promise(setImmediate);
  child.kill('SIGKILL');
  expect(await printed).toEqual(['open']);
  const reservations = reservationsHere();
  const { items, outcomes } = await reservations.reconcile();
  expect(items[0]!.available! + items[0]!.held + items[0]!.sold).toBe(100_000);
  expect(outcomes.converted.holds).toBeGreaterThan(0);
  await reservations.close();
  database.close();
});
