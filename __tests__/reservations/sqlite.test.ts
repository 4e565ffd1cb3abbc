import { join } from 'node:path';
import Database from 'better-sqlite3';
import { memoryLedger } from '../../lib/index.js';
import {
  type SqlitePlace,
  type SqliteReservations,
  sqliteReservations,
} from '../../lib/reservations/index.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import { describeReservations } from './contract.js';
import { checkSoldGoes } from './purging.js';
import { MAKE_STOCK, rejection, Rig, STOCK, UNCOUNTED } from './rig.js';

const LAMP = [{ item: 'lamp', quantity: 1 }];
const TWO_LAMPS = [{ item: 'lamp', quantity: 2 }];

function rigOn(database: Database.Database, own: SqlitePlace, closed?: () => void): Rig<SqliteReservations> {
  const shop = {
    sql: (text: string, ...values: (string | number)[]) => {
      const statement = database.prepare(text);
      if (statement.reader) return Promise.resolve(statement.all(...values) as Record<string, unknown>[]);
      statement.run(...values);
      return Promise.resolve([]);
    },
    close: () => {
      database.close();
      closed?.();
      return Promise.resolve();
    },
  };
  database.exec(MAKE_STOCK);
  const given = { stock: STOCK, ...own };
  const rig: Rig<SqliteReservations> = new Rig(
    shop,
    sqliteReservations({
      ...given,
      ledger: { engine: 'memory', find: (id) => rig.ledger.find(id) },
      clock: { now: () => rig.clock.now(), after: (ms, task) => rig.clock.after(ms, task) },
      onEvent: (event) => rig.events.push(event),
    }),
  );
  return rig;
}

function rigInMemory(): { rig: Rig<SqliteReservations>; database: Database.Database } {
  const database = new Database(':memory:');
  return { rig: rigOn(database, { database }), database };
}

describeReservations('on a handle of better-sqlite3', () => Promise.resolve(rigInMemory().rig));

it('what was sold is forgotten after 400 days, where no total needs it', async () => {
  const { rig, database } = rigInMemory();
  const { ledger, clock } = rig;
  await checkSoldGoes(rig, sqliteReservations({ database, ledger, clock, stock: UNCOUNTED }));
  database.close();
});

describeReservations('on a handle that reads every number as a BigInt', () => {
  const { rig, database } = rigInMemory();
  database.defaultSafeIntegers();
  return Promise.resolve(rig);
});

describeReservations('on a file that is opened once more', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'shop.sqlite');
  return Promise.resolve(
    rigOn(new Database(file), { file }, () => {
      removeFolder(folder);
    }),
  );
});

describe('inside the merchant’s own transaction', () => {
  const { rig, database } = rigInMemory();
  const { reservations } = rig;
  const held = async (id: string) => {
    const admission = rig.admission(id);
    await reservations.hold(admission, [{ item: 'lamp', quantity: 1 }]);
    return admission;
  };
  const place = (id: string, orderId: string, fails = false) =>
    database.transaction(() => {
      database.prepare('INSERT INTO orders VALUES (?)').run(orderId);
      reservations.convertSync({ id }, { orderId, lines: LAMP });
      if (fails) throw new Error('the shop fails');
    });

  beforeAll(async () => {
    database.exec('CREATE TABLE orders (id text)');
    await rig.stock({ lamp: 5 });
  });
  afterAll(() => database.close());

  it('order and conversion stand together, or neither does', async () => {
    await held('a');
    expect(() => {
      place('a', 'o1', true).immediate();
    }).toThrow('the shop fails');
    expect(await rig.outcomes({ id: 'a' })).toEqual(['1 lamp held']);
    place('a', 'o2').immediate();
    expect(await rig.outcomes({ id: 'a' })).toEqual(['1 lamp converted']);
    expect(database.prepare('SELECT id FROM orders').pluck().all()).toEqual(['o2']);
  });

  it('a conversion that throws takes the order with it, or leaves nothing where the shop goes on', async () => {
    expect(() => {
      place('nobody', 'o3').immediate();
    }).toThrow(expect.objectContaining({ code: 'RESERVATION_MISSING' }) as Error);
    await held('b');
    database.transaction(() => {
      expect(() => reservations.convertSync({ id: 'b' }, { orderId: 'o4', lines: TWO_LAMPS })).toThrow();
      database.prepare('INSERT INTO orders VALUES (?)').run('o5');
    })();
    expect(await rig.outcomes({ id: 'b' })).toEqual(['1 lamp held']);
    expect(database.prepare('SELECT id FROM orders').pluck().all()).toEqual(['o2', 'o5']);
  });

  it('works without one as well, and everything else refuses to slip into one', async () => {
    await held('c');
    expect(reservations.convertSync({ id: 'c' }, { orderId: 'o6', lines: LAMP }).converted).toHaveLength(1);
    database.exec('BEGIN');
    const slipped = reservations.hold(rig.admission('d'), [{ item: 'lamp', quantity: 1 }]);
    await expect(slipped).rejects.toThrow(/A transaction is open.*convertSync/);
    database.exec('ROLLBACK');
    const given = { transaction: database } as never;
    const convert = reservations.convert.bind(reservations) as (...all: unknown[]) => Promise<unknown>;
    await expect(convert({ id: 'd' }, { orderId: 'o7', lines: LAMP }, given)).rejects.toThrow(
      /call convertSync/,
    );
  });

  it('asks to be opened before the first transaction', () => {
    const unopened = sqliteReservations({ database, stock: STOCK, table: 'other', ledger: rig.ledger });
    const late = database.transaction(() => unopened.convertSync({ id: 'a' }, { orderId: 'o', lines: LAMP }));
    expect(late).toThrow(/Await open\(\)/);
  });
});

describe('options', () => {
  const database = new Database(':memory:');
  const ledger = memoryLedger();
  const right = { database, ledger, stock: STOCK };

  it.each<[Record<string, unknown>, RegExp]>([
    [{ database: undefined }, /either "database".* or "file"/],
    [{ file: 'x' }, /either "database".* or "file"/],
    [{ database: {} }, /either "database"/],
    [{ ledger: undefined }, /either "fanfare".* or its "ledger"/],
    [{ ledger: {} }, /"ledger"/],
    [{ fanfare: { backstage: { ledger, emit: () => undefined } } }, /leave "ledger" and "onEvent" out/],
    [{ ledger: undefined, fanfare: {} }, /"fanfare" must be what createFanfare\(\) returned/],
    [{ stock: undefined }, /"stock"/],
    [{ stock: { ...STOCK, quantitiy: 'x' } }, /"stock" knows no option "quantitiy".*Did you mean "quantity"/],
    [{ stock: { ...STOCK, table: 'stock; DROP TABLE orders' } }, /"stock.table" must be a name/],
    [{ stock: { ...STOCK, table: 'main.stock' } }, /"stock.table" must be a name/],
    [{ stock: { ...STOCK, item: 'a"b' } }, /"stock.item" must be a name/],
    [{ stock: { ...STOCK, quantity: '' } }, /"stock.quantity" must be a name/],
    [{ stock: { ...STOCK, total: 7 } }, /"stock.total" must be a name/],
    [{ table: '1st' }, /"table" must be a name/],
    [{ windowSeconds: 0 }, /"windowSeconds" must be a number of seconds/],
    [{ windowSeconds: NaN }, /"windowSeconds"/],
    [{ onEvent: 'log' }, /"onEvent" must be a function/],
    [{ onEvents: () => undefined }, /"onEvents". Did you mean "onEvent"/],
  ])('%j throws a TypeError', (wrong, message) => {
    const make = () => sqliteReservations({ ...right, ...wrong });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });

  it('a stock table without one of the columns is found out at open()', async () => {
    const other = new Database(':memory:');
    other.exec(MAKE_STOCK);
    for (const stock of [
      { ...STOCK, quantity: 'amount' },
      { ...STOCK, total: 'sum' },
      { ...STOCK, table: 'no' },
    ]) {
      const reservations = sqliteReservations({ database: other, ledger, stock });
      // As text, since the driver's errors may be of another test file's realm.
      expect(String(await rejection(reservations.open()))).toMatch(/no such (column|table)/);
    }
    const file = join(__dirname, 'no-such-folder', 'shop.sqlite');
    await expect(sqliteReservations({ file, ledger, stock: STOCK }).open()).rejects.toThrow(
      /could not be opened/,
    );
  });

  it('after close() nothing is held, and the handle is still the merchant’s', async () => {
    const reservations = sqliteReservations(right);
    database.exec(MAKE_STOCK);
    await reservations.open();
    await reservations.close();
    await expect(reservations.hold({ id: 'a' }, [{ item: 'lamp', quantity: 1 }])).rejects.toThrow(/closed/);
    expect(database.open).toBe(true);
  });
});
