import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readOrder } from '../../lib/admission/order.js';
import { columnsOf, STATEMENTS } from '../../lib/ledger/sqlite-rows.js';
import { inTransaction, prepareDatabase } from '../../lib/ledger/sqlite-schema.js';
import { openDatabase } from '../../lib/ledger/sqlite-driver.js';
import type { SqliteLedgerOptions } from '../../lib/ledger/sqlite.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import type { Ledger } from '../../lib/ledger/ledger.js';
import type { Row } from '../../lib/ledger/row.js';
import { ManualClock } from '../support/manual-clock.js';
import { eachInFolder } from '../support/temporary-folder.js';

const ADMISSION = {
  id: 'admission-1',
  consumerId: 'cons_1',
  distributionId: 'queue_1',
  distributionType: 'queue',
} as const;

function claimBy(owner: string, id: string = ADMISSION.id) {
  return {
    admission: { ...ADMISSION, id },
    tokenHash: `token of ${id}`,
    sidHash: owner,
    attemptId: `attempt of ${owner}`,
    owner,
    leaseMs: 60_000,
    supersede: true,
    takeUnresolved: false,
  };
}

const byAdmission = {
  target: { by: 'admission', admission: ADMISSION },
  order: { orderId: 'order-1' },
} as const;

let folder: string;
let file: string;

eachInFolder((made) => {
  folder = made;
  file = join(folder, 'ledger.sqlite');
});

describe('options', () => {
  it.each([
    [{}, /"file" must be the path of the database file, got undefined/],
    [{ file: '' }, /"file" must be the path of the database file, got ""/],
    [{ file: 7 }, /"file".*got 7/],
    [{ file: 'x', driver: 'sqlite3' }, /"driver" must be "node" or "better-sqlite3", got "sqlite3"/],
    [{ file: 'x', driver: null }, /"driver"/],
    [{ file: 'x', busyTimeoutMs: NaN }, /"busyTimeoutMs" must be a whole number from 0 to 60000/],
    [{ file: 'x', busyTimeoutMs: -1 }, /"busyTimeoutMs".*got -1/],
    [{ file: 'x', busyTimeoutMs: 1.5 }, /"busyTimeoutMs"/],
    [{ file: 'x', busyTimeoutMs: '10' }, /"busyTimeoutMs".*got "10"/],
    [{ file: 'x', busyTimeoutMs: 60_001 }, /"busyTimeoutMs"/],
    [
      { file: 'x', fiel: 'y' },
      /sqliteLedger has no option "fiel". It knows: file, driver, busyTimeoutMs, clock/,
    ],
    [null, /takes an object of options, got null/],
    [undefined, /takes an object of options, got undefined/],
  ])('%p throws a TypeError at construction', (options, message) => {
    expect(() => sqliteLedger(options as SqliteLedgerOptions)).toThrow(TypeError);
    expect(() => sqliteLedger(options as SqliteLedgerOptions)).toThrow(message);
  });

  it('construction touches no file', () => {
    sqliteLedger({ file });
    expect(existsSync(file)).toBe(false);
  });

  describe('on a Node', () => {
    /** `builtin` stands for the "node:sqlite" of a Node. */
    function onNode(builtin: object | undefined): void {
      jest.spyOn(process, 'getBuiltinModule').mockReturnValue(builtin);
    }
    afterEach(() => {
      jest.restoreAllMocks();
    });

    it('without "node:sqlite" says so where it is asked for, and does without it where it is not', async () => {
      onNode(undefined);
      const ledger = sqliteLedger({ file, driver: 'node' });
      await expect(ledger.open()).rejects.toThrow(/has no "node:sqlite": it comes with 22\.13/);
      const other = sqliteLedger({ file });
      await expect(other.open()).resolves.toEqual([]);
      await Promise.all([ledger.close(), other.close()]);
    });

    it.each([['node' as const], [undefined]])(
      'with "node:sqlite" opens that for the driver %p',
      async (driver) => {
        const opened: string[] = [];
        class DatabaseSync extends Database {
          constructor(path: string) {
            opened.push(path);
            super(path);
          }
        }
        onNode({ DatabaseSync });
        const ledger = sqliteLedger(driver === undefined ? { file } : { file, driver });
        await expect(ledger.open()).resolves.toEqual([]);
        expect(opened).toEqual([file]);
        await ledger.close();
      },
    );

    it('with "node:sqlite" leaves it alone where the other one is asked for', async () => {
      onNode({});
      const ledger = sqliteLedger({ file, driver: 'better-sqlite3' });
      await expect(ledger.open()).resolves.toEqual([]);
      await ledger.close();
    });
  });

  it('says what to install when better-sqlite3 is missing', async () => {
    const missing = new Error("Cannot find module 'better-sqlite3'\nRequire stack: a secret path");
    jest.doMock('better-sqlite3', () => {
      throw missing;
    });
    try {
      const ledger = sqliteLedger({ file, driver: 'better-sqlite3' });
      const opened = ledger.open();
      await expect(opened).rejects.toThrow(/npm install better-sqlite3@12/);
      await expect(opened).rejects.not.toThrow(/secret path/);
      await expect(opened).rejects.toHaveProperty('cause', missing);
    } finally {
      jest.dontMock('better-sqlite3');
      jest.resetModules();
    }
  });
});

describe('the file', () => {
  it('is in WAL mode after open, and every commit is synced in full', async () => {
    const database = openDatabase(file, 1_000);
    prepareDatabase(database, file, 1);
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(database.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 1_000 });
    database.close();
    const ledger = sqliteLedger({ file });
    await ledger.open();
    await ledger.close();
    // Bytes 18 and 19 of the header: 2 means WAL.
    expect([...readFileSync(file).subarray(18, 20)]).toEqual([2, 2]);
  });

  it.each([
    ['journal_mode', 'delete'],
    ['synchronous', 1],
  ])('is refused when %s reads %p after the first write', (name, value) => {
    const real = openDatabase(file, 1_000);
    const weak = {
      exec: (sql: string) => real.exec(sql),
      close: () => real.close(),
      prepare: (sql: string) => {
        const statement = real.prepare(sql);
        if (sql !== `PRAGMA ${name}`) return statement;
        return { all: () => [], run: () => ({ changes: 0 }), get: () => ({ [name]: value }) };
      },
    };
    expect(() => {
      prepareDatabase(weak, file, 1);
    }).toThrow(/does not keep orders safely.*Put it on a local disk/);
    real.close();
  });

  it('may be in memory', async () => {
    const ledger = sqliteLedger({ file: ':memory:' });
    await expect(ledger.claim(claimBy('one'))).resolves.toMatchObject({ outcome: 'claimed' });
    await ledger.close();
    expect(existsSync(':memory:')).toBe(false);
  });

  it('of an earlier layout is brought to this one, and keeps its rows', async () => {
    const before = sqliteLedger({ file });
    await before.complete(byAdmission);
    await before.close();
    const database = openDatabase(file, 1_000);
    // What layouts 3 and 5 have added, and what layout 4 has put in place of another index.
    database.exec('DROP TABLE fanfare_notes; DROP INDEX fanfare_admissions_completed');
    database.exec('DROP INDEX fanfare_admissions_urgency; PRAGMA user_version = 2');
    database.exec(
      'CREATE INDEX fanfare_admissions_due ON fanfare_admissions (due_at, expires_at, since_at, id) WHERE due_at IS NOT NULL',
    );
    const ledger = sqliteLedger({ file });
    await expect(ledger.find(ADMISSION.id)).resolves.toMatchObject({ state: 'ordered' });
    const until = Date.now() + 60_000;
    await expect(ledger.addNote({ kind: 'webhook', key: 'one', value: '', until })).resolves.toBe(true);
    await expect(ledger.takeDue(1, 1_000)).resolves.toHaveLength(1);
    await expect(ledger.countOrders(60_000)).resolves.toBe(1);
    const indexes = database
      .prepare("SELECT name FROM sqlite_schema WHERE name LIKE '%\\_due' ESCAPE '\\'")
      .all();
    expect(indexes).toEqual([]);
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 5 });
    await ledger.close();
    database.close();
  });

  it('is refused when a newer version made it, and left as it is', async () => {
    const database = openDatabase(file, 1_000);
    database.exec('PRAGMA user_version = 6');
    database.close();
    const before = readFileSync(file);
    const ledger = sqliteLedger({ file });
    await expect(ledger.open()).rejects.toThrow(/has layout 6, and this version .* knows only 5/);
    await expect(ledger.find('admission-1')).rejects.toThrow(/layout 6/);
    await ledger.close();
    expect(readFileSync(file)).toEqual(before);
  });

  it('may hold other tables too, and opening it twice changes nothing', async () => {
    const database = openDatabase(file, 1_000);
    database.exec('CREATE TABLE orders (id TEXT); INSERT INTO orders VALUES (1)');
    const first = sqliteLedger({ file });
    await first.complete(byAdmission);
    const second = sqliteLedger({ file });
    await second.open();
    expect(await second.find(ADMISSION.id)).toEqual(await first.find(ADMISSION.id));
    expect(database.prepare('SELECT count(*) AS orders FROM orders').get()).toEqual({ orders: 1 });
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 5 });
    await first.close();
    await second.close();
    database.close();
  });

  it('that cannot be opened rejects, and opens once it can be', async () => {
    const ledger = sqliteLedger({ file: join(folder, 'not-there', 'ledger.sqlite') });
    await expect(ledger.open()).rejects.toThrow(/The SQLite file ".*" could not be opened: /);
    await expect(ledger.complete(byAdmission)).rejects.toThrow(/could not be opened/);
    await ledger.close();
    const blocked = sqliteLedger({ file });
    writeFileSync(file, 'this is a text, and a long one at that, so it cannot be a database. '.repeat(20));
    await expect(blocked.open()).rejects.toThrow(
      /The SQLite file ".*" could not be opened: .*not a database/,
    );
    writeFileSync(file, '');
    await expect(blocked.open()).resolves.toEqual([]);
    await blocked.close();
  });

  it.each(['removed', 'moved away', 'replaced'])(
    'that was %s while it was open takes no order any more, until it is back',
    async (how) => {
      const ledger = sqliteLedger({ file });
      await ledger.open();
      if (how === 'removed') rmSync(file);
      else renameSync(file, `${file}.away`);
      if (how === 'replaced') writeFileSync(file, '');
      await expect(ledger.complete(byAdmission)).rejects.toThrow(
        /"[^"]*ledger\.sqlite" was moved, removed or replaced/,
      );
      if (how === 'removed') return ledger.close();
      renameSync(`${file}.away`, file);
      expect(await ledger.find(ADMISSION.id)).toBeUndefined();
      expect(await ledger.complete(byAdmission)).toMatchObject({ outcome: 'recorded' });
      return ledger.close();
    },
  );

  it('may be named relative to a folder that the process has left since', async () => {
    const before = process.cwd();
    process.chdir(folder);
    const ledger = sqliteLedger({ file: 'relative.sqlite' });
    await ledger.open();
    process.chdir(before);
    expect(await ledger.complete(byAdmission)).toMatchObject({ outcome: 'recorded' });
    await ledger.close();
  });

  it.each([99, 2_000])('takes an order with metadata of %d lists, one in the other', async (lists) => {
    const metadata = JSON.parse(`{"a":${'['.repeat(lists)}${']'.repeat(lists)}}`) as Record<string, unknown>;
    const { order, leftOut } = readOrder({ orderId: 'order-1', metadata });
    const ledger = sqliteLedger({ file });
    expect(await ledger.complete({ ...byAdmission, order })).toMatchObject({ outcome: 'recorded' });
    expect(await ledger.find(ADMISSION.id)).toMatchObject({ order: leftOut.length > 0 ? {} : { metadata } });
    await ledger.close();
  });

  it('cannot take a transaction', async () => {
    const ledger = sqliteLedger({ file });
    await expect(ledger.complete(byAdmission, {})).rejects.toThrow(/sqlite ledger takes no "transaction"/);
    await expect(ledger.find(ADMISSION.id)).resolves.toBeUndefined();
    await ledger.close();
  });
});

describe('several ledgers on one file', () => {
  it('fifty claims over five connections: exactly one wins, and all see it', async () => {
    const ledgers = Array.from({ length: 5 }, () => sqliteLedger({ file }));
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (ledgers[index % 5] as Ledger).claim(claimBy(`owner-${index}`)),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.outcome === 'claimed')).toHaveLength(1);
    const rows = await Promise.all(ledgers.map((ledger) => ledger.find(ADMISSION.id)));
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(1);
    for (const ledger of ledgers) await ledger.close();
  });

  it('a write that another connection holds up too long rejects, writes nothing, and works afterwards', async () => {
    const ledger = sqliteLedger({ file, busyTimeoutMs: 0 });
    await ledger.open();
    const other = openDatabase(file, 1_000);
    other.exec('BEGIN IMMEDIATE');
    await expect(ledger.claim(claimBy('one'))).rejects.toMatchObject({
      message: expect.stringMatching(/locked/) as unknown,
    });
    await expect(ledger.find(ADMISSION.id)).resolves.toBeUndefined();
    other.exec('ROLLBACK');
    await expect(ledger.claim(claimBy('one'))).resolves.toMatchObject({ outcome: 'claimed' });
    other.close();
    await ledger.close();
  });

  it('a token another row holds can never be written twice, not even past the rules', () => {
    const database = openDatabase(file, 1_000);
    prepareDatabase(database, file, 1);
    const put = database.prepare(STATEMENTS.put);
    const row: Row = {
      state: 'free',
      admission: ADMISSION,
      tokenHash: 'one',
      attempts: 1,
      createdAt: 1,
      updatedAt: 1,
    };
    put.run(...columnsOf(row));
    const twin = { ...row, admission: { ...ADMISSION, id: 'admission-2' } };
    expect(() => inTransaction(database, () => put.run(...columnsOf(twin)))).toThrow(/UNIQUE/);
    expect(database.prepare('SELECT count(*) AS rows FROM fanfare_admissions').get()).toEqual({ rows: 1 });
    database.close();
  });
});

describe('a step that fails half-way', () => {
  it('is undone, and the next one works', () => {
    const database = openDatabase(file, 1_000);
    database.exec('CREATE TABLE notes (note TEXT)');
    const failing = () =>
      inTransaction(database, () => {
        database.exec("INSERT INTO notes VALUES ('half')");
        throw new Error('half-way');
      });
    expect(failing).toThrow('half-way');
    inTransaction(database, () => database.exec("INSERT INTO notes VALUES ('whole')"));
    expect(database.prepare('SELECT note FROM notes').all()).toEqual([{ note: 'whole' }]);
    database.close();
  });

  it('shows its own reason when SQLite has rolled back already, and both when the rollback fails', () => {
    const rollingBack = (message: string) => ({
      exec: (sql: string) => {
        if (sql === 'ROLLBACK') throw new Error(message);
      },
      prepare: () => ({}),
      close: () => undefined,
    });
    const full = () => {
      throw new Error('database or disk is full');
    };
    const gone = rollingBack('cannot rollback - no transaction is active');
    expect(() => inTransaction(gone as never, full)).toThrow(/^database or disk is full$/);
    expect(() => inTransaction(rollingBack('disk I/O error') as never, full)).toThrow(
      /disk is full.*rollback failed.*disk I\/O error/,
    );
  });
});

describe('speed', () => {
  function planOf(sql: string): string[] {
    const database = openDatabase(file, 1_000);
    prepareDatabase(database, file, 1);
    const values = Array.from(sql.matchAll(/\?/g), () => 1);
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[];
    database.close();
    return plan.map(({ detail }) => detail);
  }

  // What is written in one row, and a table that has only one, need no index.
  it.each(
    Object.entries(STATEMENTS).filter(([name]) => !['put', 'putNote', 'lead', 'putLead'].includes(name)),
  )('%s never scans the whole table', (_name, sql) => {
    const plan = planOf(sql);
    // That index has the orders alone that Fanfare has not heard of.
    const scans = plan.filter((step) => /^SCAN(?!.* INDEX fanfare_admissions_urgency$)/.test(step));
    expect(scans).toEqual([]);
    expect(plan.some((step) => /USING (COVERING )?INDEX/.test(step))).toBe(true);
  });

  it('the most urgent order is found without sorting all that are due', () => {
    const plan = planOf(STATEMENTS.due).join('; ');
    expect(plan).toMatch(/USING COVERING INDEX fanfare_admissions_urgency$/);
    expect(plan).not.toMatch(/ORDER BY/);
  });
});

it('takes its time from the clock handed in', async () => {
  const ledger = sqliteLedger({ file, clock: new ManualClock(5_000) });
  await ledger.complete(byAdmission);
  expect(await ledger.find(ADMISSION.id)).toMatchObject({ createdAt: 5_000, order: { completedAt: 5_000 } });
  await ledger.close();
});

describe('what a step outlives', () => {
  it('waits for the disk where an order hangs on it, and not for a delivery, which would be sent again', async () => {
    const ledger = sqliteLedger({ file, driver: 'better-sqlite3' });
    await ledger.open();
    const waited: boolean[] = [];
    // Not the import: tests above make the ledger load its driver anew.
    const { prototype } = jest.requireActual<typeof Database>('better-sqlite3');
    const original = Reflect.get<typeof prototype, 'exec'>(prototype, 'exec');
    const exec = jest.spyOn(prototype, 'exec').mockImplementation(function (this: Database.Database, sql) {
      if (sql === 'COMMIT') waited.push(this.pragma('synchronous', { simple: true }) === 2);
      return original.call(this, sql);
    });
    try {
      await ledger.claim(claimBy('one'));
      await ledger.complete(byAdmission);
      const [due] = await ledger.takeDue(1, 1_000);
      await ledger.settleDelivery(ADMISSION.id, due!.leaseId, { to: 'delivered' });
      await ledger.claim(claimBy('one', 'admission-2'));
    } finally {
      exec.mockRestore();
      await ledger.close();
    }
    expect(waited).toEqual([true, true, false, false, true]);
  });
});
