/** The database around the ledger: options, migration, the checks at the start, rights, speed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pool, type PoolClient } from 'pg';
import { connectPostgres } from '../../lib/ledger/postgres-connect.js';
import type { Ledger } from '../../lib/ledger/ledger.js';
import type { PostgresLedgerOptions } from '../../lib/ledger/postgres.js';
import { migratePostgres, postgresLedger, postgresMigrationSql } from '../../lib/ledger/postgres.js';
import { ManualClock } from '../support/manual-clock.js';
import { describePostgres, emptyLedger } from '../support/postgres-server.js';
import { admissionOf, claimOf, orderOf, tripleOrder } from './postgres-requests.js';

const NOWHERE = { query: () => Promise.reject(new Error('not to be asked')) };

describe('options', () => {
  it.each([
    [{}, /"pool" must be a Pool or a Client of the package "pg"/],
    [{ pool: 'postgres://u:secret@h/d' }, /"pool" must be a Pool or a Client/],
    [{ pool: null }, /"pool"/],
    [{ pool: NOWHERE, schema: 'public' }, /"schema" must be a name of the ledger’s own.*not "public"/],
    [{ pool: NOWHERE, schema: 'pg_fanfare' }, /"schema".*begins with "pg_"/],
    [{ pool: NOWHERE, schema: 'a"; DROP SCHEMA b' }, /"schema"/],
    [{ pool: NOWHERE, schema: '' }, /"schema"/],
    [{ pool: NOWHERE, schema: 'x'.repeat(64) }, /"schema"/],
    [{ pool: NOWHERE, schema: 7 }, /"schema"/],
    [{ pool: NOWHERE, shema: 'x' }, /postgresLedger has no option "shema". It knows: pool, schema, clock/],
    [undefined, /takes an object of options, got undefined/],
  ])('%p throws a TypeError at construction', (options, message) => {
    const make = () => postgresLedger(options as unknown as PostgresLedgerOptions);
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
    expect(make).not.toThrow(/secret/);
  });

  it('a schema that is no identifier is not migrated', async () => {
    expect(() => postgresMigrationSql({ schema: 'a b' })).toThrow(TypeError);
    await expect(migratePostgres(NOWHERE, { schema: 'a"b' })).rejects.toThrow(TypeError);
  });

  it('construction asks nothing, and a database that is not there rejects', async () => {
    const pool = new Pool({ connectionString: 'postgres://shop:secret@127.0.0.1:1/shop' });
    const ledger = postgresLedger({ pool });
    for (const asked of [ledger.open(), ledger.find('one'), ledger.complete(orderOf(admissionOf('one')))]) {
      await expect(asked).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await expect(asked).rejects.not.toThrow(/secret/);
    }
    await pool.end();
  });

  it('connectPostgres says what to install when pg is missing', () => {
    jest.doMock('pg', () => {
      throw new Error("Cannot find module 'pg'");
    });
    try {
      expect(() => connectPostgres('postgres://u:secret@h/d')).toThrow(/run "npm install pg@8"/);
    } finally {
      jest.dontMock('pg');
      jest.resetModules();
    }
  });
});

describePostgres('PostgreSQL around the ledger', (server) => {
  let pool: Pool;
  beforeAll(() => {
    pool = server().pool();
  });

  /** A schema of the test's own, with nothing in it. */
  let schemas = 0;
  const newSchema = () => `ledger_${String((schemas += 1))}`;
  const withOption = (option: string) => server().pool({ options: `-c ${option}` });

  async function open(settings: Partial<PostgresLedgerOptions> = {}): Promise<readonly string[]> {
    return postgresLedger({ pool, ...settings }).open();
  }

  describe('the migration', () => {
    it('says which version was there and which is, and changes nothing the second time', async () => {
      const schema = newSchema();
      await expect(migratePostgres(pool, { schema })).resolves.toEqual({ from: 0, to: 5 });
      const ledger = postgresLedger({ pool, schema });
      await ledger.complete(orderOf(admissionOf('one')));
      await expect(migratePostgres(pool, { schema })).resolves.toEqual({ from: 5, to: 5 });
      await expect(ledger.find('one')).resolves.toMatchObject({ state: 'ordered' });
    });

    it('brings a ledger of version 1 to this one, and keeps its rows', async () => {
      const schema = newSchema();
      const made = readFileSync(join(__dirname, 'postgres-version-1.sql'), 'utf8');
      await pool.query(made.replaceAll('"fanfare"', schema));
      const admission = JSON.stringify(admissionOf('one'));
      const claimed = `SELECT ${schema}.claim($1, 'token', 'sid', 'attempt', 'shop', 1000, true, false, NULL)`;
      await pool.query(claimed, [admission]);
      await expect(open({ schema })).rejects.toThrow(
        /no ledger of version 5 yet: run "npx express-fanfare migrate"/,
      );
      await expect(migratePostgres(pool, { schema })).resolves.toEqual({ from: 1, to: 5 });
      const ledger = postgresLedger({ pool, schema });
      await expect(ledger.find('one')).resolves.toMatchObject({ tokenHash: 'token' });
      await ledger.deny(admissionOf('two'), { deniedAt: 1, until: Date.now() + 60_000 });
      await expect(ledger.claim(claimOf(admissionOf('two')))).resolves.toEqual({ outcome: 'denied' });
      // A shop of the version before may still be running.
      await expect(pool.query(claimed, [admission])).resolves.toBeDefined();
    });

    it('makes the schema "fanfare" unless it is told another, by a program or as SQL', async () => {
      await pool.query('DROP SCHEMA IF EXISTS fanfare CASCADE');
      await expect(migratePostgres(pool)).resolves.toEqual({ from: 0, to: 5 });
      await expect(open()).resolves.toEqual([]);
      await pool.query('DROP SCHEMA fanfare CASCADE');
      await pool.query(postgresMigrationSql());
      await expect(open()).resolves.toEqual([]);
    });

    it('may be run by many at once', async () => {
      const schema = newSchema();
      await Promise.all(Array.from({ length: 8 }, () => migratePostgres(pool, { schema })));
      await expect(open({ schema })).resolves.toEqual([]);
    });

    it('is the same as SQL, which may be run again over rows', async () => {
      const schema = newSchema();
      await pool.query(postgresMigrationSql({ schema }));
      const ledger = postgresLedger({ pool, schema });
      await ledger.claim(claimOf(admissionOf('one')));
      await pool.query(postgresMigrationSql({ schema }));
      await expect(ledger.find('one')).resolves.toMatchObject({ state: 'active' });
    });

    it('is all or nothing', async () => {
      const schema = newSchema();
      // A table of another application stands where the last of ours would go.
      await pool.query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.lead (one text)`);
      await expect(migratePostgres(pool, { schema })).rejects.toThrow(/more expressions than target columns/);
      const { rows } = await pool.query('SELECT tablename FROM pg_tables WHERE schemaname = $1', [schema]);
      expect(rows).toEqual([{ tablename: 'lead' }]);
      await expect(pool.query('SELECT 1')).resolves.toBeDefined();
    });

    it('keeps out of a schema that a newer version made, and says so', async () => {
      const schema = newSchema();
      await migratePostgres(pool, { schema });
      await pool.query(`INSERT INTO ${schema}.ledger_versions VALUES (6)`);
      await expect(migratePostgres(pool, { schema })).rejects.toThrow(/newer version of express-fanfare/);
      await expect(open({ schema })).rejects.toThrow(/has version 6, and this version .* knows only 5/);
    });
  });

  describe('open', () => {
    beforeAll(() => migratePostgres(pool));

    it('says what to run when there is no ledger yet, and opens once there is', async () => {
      const schema = newSchema();
      const ledger = postgresLedger({ pool, schema });
      await expect(ledger.open()).rejects.toThrow(/run "npx express-fanfare migrate"/);
      await expect(ledger.find('one')).rejects.toThrow(/run "npx express-fanfare migrate"/);
      await migratePostgres(pool, { schema });
      await expect(ledger.find('one')).resolves.toBeUndefined();
    });

    it('refuses sessions that may only read', async () => {
      await expect(open({ pool: withOption('default_transaction_read_only=on') })).rejects.toThrow(
        /read-only/,
      );
    });

    it.each([
      ['synchronous_commit=off', /synchronous_commit off: a crash .* can lose orders/],
      ['default_transaction_isolation=serializable', /default isolation is serializable/],
    ])('warns of %s', async (option, warning) => {
      const warnings = await open({ pool: withOption(option) });
      expect(warnings).toEqual([expect.stringMatching(warning)]);
    });

    it('warns of a server that does not sync', async () => {
      await server().restart({ fsync: 'off', full_page_writes: 'off' });
      const warnings = await open();
      await server().restart({ fsync: 'on', full_page_writes: 'on' });
      expect(warnings).toEqual([
        expect.stringMatching(/fsync off/),
        expect.stringMatching(/full_page_writes off/),
      ]);
    });

    it('refuses a replica, and so does each step of one that became a replica later', async () => {
      const replica = await server().replica();
      try {
        const standby = replica.pool();
        await expect(open({ pool: standby })).rejects.toThrow(/read replica/);
        const step = standby.query('SELECT fanfare.find($1, NULL)', ['one']);
        await expect(step).rejects.toMatchObject({ code: '25006' });
      } finally {
        await replica.stop();
      }
    });
  });

  describe('rights', () => {
    const grants = /```sql\n([\s\S]*?)```/.exec(
      readFileSync(join(__dirname, '../../docs/ledgers.md'), 'utf8'),
    )?.[1];

    it('the role that runs the shop needs what docs/ledgers.md grants, and no more', async () => {
      const owner =
        'CREATE ROLE migrator LOGIN; CREATE ROLE shop LOGIN; CREATE SCHEMA owned AUTHORIZATION migrator';
      await pool.query(owner);
      await migratePostgres(server().pool({ user: 'migrator' }), { schema: 'owned' });
      const shop = server().pool({ user: 'shop' });
      const ledger = postgresLedger({ pool: shop, schema: 'owned' });
      await expect(ledger.open()).rejects.toThrow(/permission denied for schema owned/);
      await pool.query(
        'GRANT USAGE ON SCHEMA owned TO shop; GRANT SELECT ON ALL TABLES IN SCHEMA owned TO shop',
      );
      await expect(ledger.open()).rejects.toThrow(/lacks rights .* \(DELETE admissions to begin with\)/);
      await pool.query((grants ?? '').replaceAll('fanfare', 'owned'));
      await expect(ledger.open()).resolves.toEqual([]);
      await everyStep(ledger);
      await expect(shop.query('DROP TABLE owned.admissions')).rejects.toThrow(/must be owner/);
    });
  });

  describe('steps', () => {
    beforeEach(() => emptyLedger(pool));

    it('take their time from the server, or from the clock handed in', async () => {
      const { rows } = await pool.query<{ now: string }>(
        'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
      );
      const ledger = postgresLedger({ pool });
      await ledger.complete(orderOf(admissionOf('one')));
      const row = await ledger.find('one');
      expect(row?.createdAt).toBeGreaterThanOrEqual(Number(rows[0]?.now));
      const tested = postgresLedger({ pool, clock: new ManualClock(5_000) });
      await tested.complete(orderOf(admissionOf('two')));
      expect(await tested.find('two')).toMatchObject({ createdAt: 5_000, order: { completedAt: 5_000 } });
    });

    it('round times that are no whole milliseconds', async () => {
      const ledger = postgresLedger({ pool, clock: new ManualClock(5_000) });
      await ledger.claim(claimOf(admissionOf('one'), { leaseMs: 1_000.4 }));
      expect(await ledger.find('one')).toMatchObject({ state: 'active', leaseUntil: 6_000 });
      await ledger.complete(orderOf(admissionOf('one')));
      await ledger.reschedule('one', { attempts: 1, nextAttemptAt: 7_000.6 });
      expect(await ledger.find('one')).toMatchObject({ delivery: { nextAttemptAt: 7_001 } });
    });

    it('compare ids byte by byte, whatever the collation of the database', async () => {
      const ledger = postgresLedger({ pool, clock: new ManualClock() });
      for (const id of ['b', 'B', 'a', '_']) await ledger.complete(orderOf(admissionOf(id)));
      const rows = await ledger.list({ states: ['ordered'], limit: 10 });
      expect(rows.map(({ admission }) => admission.id)).toEqual(['B', '_', 'a', 'b']);
      const { rows: columns } = await pool.query(
        `SELECT collation_name FROM information_schema.columns
         WHERE table_schema = 'fanfare' AND table_name = 'admissions' AND column_name = 'id'`,
      );
      expect(columns).toEqual([{ collation_name: 'C' }]);
    });

    it('purge more than one batch: all of it goes', async () => {
      const clock = new ManualClock();
      const ledger = postgresLedger({ pool, clock });
      const ids = Array.from({ length: 510 }, (_, number) => `row-${String(number)}`);
      await Promise.all(
        ids.map(async (id) => {
          await ledger.claim(claimOf(admissionOf(id)));
          await ledger.settle({ admissionId: id, attemptId: `attempt of ${id}` }, { to: 'free' });
        }),
      );
      await clock.advance(2 * 86_400_000);
      expect(await ledger.purge()).toBe(510);
      expect(await ledger.list({ states: ['free'], limit: 1 })).toEqual([]);
    });

    it('reject once the server is gone, and find everything when it is back', async () => {
      const ledger = postgresLedger({ pool });
      await ledger.complete(orderOf(admissionOf('one')));
      await server().kill();
      await expect(ledger.find('one')).rejects.toThrow();
      await server().restart();
      await expect(ledger.find('one')).resolves.toMatchObject({ state: 'ordered' });
      expect(await ledger.takeDue(10, 1_000)).toHaveLength(1);
    });

    it('leave the pool open when the ledger is closed', async () => {
      const ledger = postgresLedger({ pool });
      await ledger.close();
      await expect(ledger.find('one')).rejects.toThrow('The postgres ledger is closed.');
      await expect(pool.query('SELECT 1')).resolves.toBeDefined();
    });

    it('never scan a table, and fetch few rows of many', async () => {
      await fill(pool, 5_000);
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        const before = await touched(client);
        await everyStep(postgresLedger({ pool: client }));
        const after = await touched(client);
        expect(after.scans - before.scans).toBe(0);
        expect(after.fetches - before.fetches).toBeGreaterThan(10);
        expect(after.fetches - before.fetches).toBeLessThan(300);
        await client.query('SELECT count(*) FROM fanfare.admissions');
        expect((await touched(client)).scans - after.scans).toBe(1);
      } finally {
        await client.query('ROLLBACK');
        client.release();
      }
    });
  });

  it('connectPostgres brings a pool and ends it', async () => {
    const own = connectPostgres(server().url);
    await migratePostgres(own.pool);
    await expect(postgresLedger({ pool: own.pool }).open()).resolves.toEqual([]);
    await own.end();
    await own.end();
    await expect(own.pool.query('SELECT 1')).rejects.toThrow();
  });
});

/** Each method once at least, with rows to find. */
async function everyStep(ledger: Ledger): Promise<void> {
  const admission = admissionOf('every-step');
  const holder = { admissionId: admission.id, attemptId: `attempt of ${admission.id}` };
  const delivery = { attempts: 1, nextAttemptAt: 1 };
  expect((await ledger.claim(claimOf(admission))).outcome).toBe('claimed');
  expect((await ledger.claim(claimOf(admission))).outcome).toBe('refused');
  expect(await ledger.renew(holder, 60_000)).toBe(true);
  expect(await ledger.defer(holder, 'payment')).toBe(true);
  expect(await ledger.settle(holder, { to: 'pending', pendingMs: 1_000 })).toBe(true);
  expect((await ledger.complete(orderOf(admission))).outcome).toBe('recorded');
  expect((await ledger.complete(tripleOrder('every-triple', 'nobody'))).outcome).toBe('recorded');
  const [due, other] = await ledger.takeDue(10, 60_000);
  const lost = { to: 'ordered', delivery } as const;
  expect(await ledger.settleDelivery(due!.row.admission.id, due!.leaseId, lost)).toBe(true);
  expect(await ledger.settleDelivery(other!.row.admission.id, other!.leaseId, { to: 'dead', delivery })).toBe(
    true,
  );
  expect(await ledger.take(due!.row.admission.id, 60_000)).toBeDefined();
  expect(await ledger.reschedule(other!.row.admission.id, delivery)).toBe(true);
  expect(await ledger.discard(other!.row.admission.id)).toBe(false);
  expect(await ledger.lead({ owner: 'one', leaseMs: 1_000 })).toEqual({ leads: true });
  expect(await ledger.find(admission.id)).toMatchObject({ state: 'ordered' });
  expect(await ledger.list({ states: ['unresolved', 'ordered', 'free'], limit: 5 })).not.toHaveLength(0);
  const note = { kind: 'winner', key: 'every-step', value: 'text', until: Date.now() + 60_000 } as const;
  expect(await ledger.addNote(note, 1_000_000)).toBe(true);
  expect(await ledger.findNote('winner', 'every-step')).toMatchObject({ value: 'text' });
  expect(await ledger.openNotes('winner', 5)).not.toHaveLength(0);
  expect(await ledger.useNote('winner', 'every-step', 1)).toMatchObject({ uses: 1 });
  expect(await ledger.finishNote('winner', 'every-step')).toBe(true);
  await ledger.deny(admission, { deniedAt: 1, until: note.until });
  await ledger.purge();
}

/** Rows of every kind that a shop has many of: held, lapsed long ago, waiting for another hour, delivered. */
async function fill(pool: Pool, count: number): Promise<void> {
  const now = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';
  await pool.query(
    `INSERT INTO fanfare.admissions (id, consumer_id, distribution_id, distribution_type, token_hash, attempts, state,
       attempt_id, lapses_at, order_id, completed_at, delivery_attempts, next_attempt_at, created_at, updated_at)
     SELECT 'row-' || n, 'consumer-' || n, 'queue_1', 'queue', 'token-' || n, 1, state,
       CASE WHEN state = 'active' THEN 'attempt' END,
       CASE WHEN state = 'active' THEN now + 3600000 * (CASE WHEN n % 2 = 0 THEN 1 ELSE -1 END) END,
       CASE WHEN state <> 'active' THEN 'order-' || n END, CASE WHEN state <> 'active' THEN now END,
       CASE WHEN state = 'ordered' THEN 1 END, CASE WHEN state = 'ordered' THEN now + 3600000 END, now, now
     FROM (SELECT n, ${now} AS now, (ARRAY['active', 'ordered', 'delivered'])[1 + n % 3] AS state
       FROM generate_series(1, $1) AS n) AS made`,
    [count],
  );
  await pool.query(
    `INSERT INTO fanfare.notes (kind, key, value, uses, until, done, created_at)
     SELECT CASE WHEN n % 100 = 0 THEN 'winner' ELSE 'webhook' END, 'note-' || n, '', 0, ${now} + 3600000, false, n
     FROM generate_series(1, $1) AS n`,
    [count],
  );
  // What the server does by itself within a minute.
  await pool.query('ANALYZE fanfare.admissions, fanfare.notes');
}

/** What this connection has scanned of our tables, and fetched from them by an index. */
async function touched(client: PoolClient): Promise<{ scans: number; fetches: number }> {
  const { rows } = await client.query<{ scans: string; fetches: string }>(
    `SELECT sum(seq_scan) AS scans, sum(idx_tup_fetch) AS fetches FROM pg_stat_xact_user_tables
     WHERE schemaname = 'fanfare' AND relname IN ('admissions', 'triples', 'lead', 'notes')`,
  );
  return { scans: Number(rows[0]?.scans), fetches: Number(rows[0]?.fetches) };
}
