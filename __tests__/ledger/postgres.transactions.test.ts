/** Orders inside the merchant's own transaction, and steps that meet: who waits, who is answered, who fails. */
import type { Pool, PoolClient } from 'pg';
import type { ClaimOutcome, CompletionRequest, Ledger } from '../../lib/ledger/ledger.js';
import { postgresLedger, postgresMigrationSql } from '../../lib/ledger/postgres.js';
import { describePostgres, emptyLedger } from '../support/postgres-server.js';
import { until } from '../support/shop.js';
import { raceTransactions } from './postgres-race.js';
import { admissionOf, claimOf, orderOf, tripleOrder } from './postgres-requests.js';

const ONE = admissionOf('one');
const SERIALIZATION_FAILURE = { code: '40001' };
const LOCK_TIMEOUT = { code: '55P03' };

describePostgres('PostgreSQL transactions', (server) => {
  let pool: Pool;
  let ledger: Ledger;
  let client: PoolClient;

  beforeAll(async () => {
    pool = server().pool({ max: 20 });
    ledger = postgresLedger({ pool });
    await emptyLedger(pool);
    await waitLonger(pool);
    await pool.query('CREATE TABLE orders (id text)');
  });
  beforeEach(async () => {
    await emptyLedger(pool);
    await pool.query('DELETE FROM orders');
    client = await pool.connect();
  });
  afterEach(async () => {
    await client.query('ROLLBACK');
    client.release();
  });

  /** Begins, takes the snapshot that stricter isolations keep, and has an order of the shop in it. */
  async function begin(isolation = 'READ COMMITTED'): Promise<void> {
    await client.query(`BEGIN ISOLATION LEVEL ${isolation}`);
    await client.query("INSERT INTO orders VALUES ('order-1')");
  }

  async function orders(): Promise<number> {
    const { rows } = await pool.query<{ count: string }>('SELECT count(*) FROM orders');
    return Number(rows[0]?.count);
  }

  async function someoneWaits(): Promise<boolean> {
    const { rowCount } = await pool.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
    return rowCount !== 0;
  }

  describe('commit and rollback', () => {
    it('nobody sees the order before the commit, everybody after it', async () => {
      await ledger.claim(claimOf(ONE));
      await begin();
      expect(await ledger.complete(orderOf(ONE), client)).toMatchObject({
        outcome: 'recorded',
        before: { state: 'active' },
      });
      expect(await ledger.find('one')).toMatchObject({ state: 'active' });
      expect(await ledger.takeDue(10, 1_000)).toEqual([]);
      await client.query('COMMIT');
      expect(await ledger.find('one')).toMatchObject({ state: 'ordered', order: { orderId: 'order-1' } });
      expect(await ledger.takeDue(10, 1_000)).toHaveLength(1);
      expect(await orders()).toBe(1);
    });

    it.each([
      ['an admission that was claimed', orderOf(ONE), 'active'],
      ['an admission nobody claimed', orderOf(admissionOf('two')), undefined],
      ['three ids', tripleOrder('three', 'three'), undefined],
    ])('a rollback leaves nothing behind: %s', async (_what, request, state) => {
      await ledger.claim(claimOf(ONE));
      await begin();
      expect((await ledger.complete(request, client)).outcome).toBe('recorded');
      await client.query('ROLLBACK');
      const id = (request as { target: { admission: { id: string } } }).target.admission.id;
      expect((await ledger.find(id))?.state).toBe(state);
      const { rows } = await pool.query('SELECT FROM fanfare.triples WHERE consumer_id <> $1', ['one']);
      expect(rows).toEqual([]);
      expect(await ledger.complete({ ...request, order: { orderId: 'order-2' } })).toMatchObject({
        outcome: 'recorded',
        row: { order: { orderId: 'order-2' } },
      });
    });

    it('a savepoint takes back only what came after it', async () => {
      await begin();
      await client.query('SAVEPOINT before');
      await ledger.complete(orderOf(ONE), client);
      await client.query('ROLLBACK TO before');
      await client.query('COMMIT');
      expect(await ledger.find('one')).toBeUndefined();
      expect(await orders()).toBe(1);
    });

    it('a connection that is lost is a rollback', async () => {
      const lost = await server().pool().connect();
      lost.on('error', () => undefined);
      await lost.query('BEGIN');
      await ledger.complete(orderOf(ONE), lost);
      const { rows } = await lost.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await pool.query('SELECT pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
      lost.release(true);
      expect(await ledger.find('one')).toBeUndefined();
    });

    it('what is refused is an answer: the transaction goes on', async () => {
      await ledger.complete(orderOf(ONE, 'order-0'));
      for (const id of ['a', 'b']) await ledger.claim(claimOf(admissionOf(id, 'twice')));
      const refused: [CompletionRequest, string][] = [
        [orderOf(ONE), 'used'],
        [orderOf(ONE, 'order-0'), 'same'],
        [tripleOrder('triple', 'twice'), 'ambiguous'],
        [{ target: { by: 'id', id: 'nowhere' }, order: { orderId: 'order-1' } }, 'missing'],
      ];
      await begin();
      for (const [request, outcome] of refused) {
        expect((await ledger.complete(request, client)).outcome).toBe(outcome);
      }
      await client.query('COMMIT');
      expect(await orders()).toBe(1);
    });

    it('a transaction that has failed already rejects with the database’s own error', async () => {
      await begin();
      await expect(client.query('SELECT 1/0')).rejects.toThrow();
      await expect(ledger.complete(orderOf(ONE), client)).rejects.toMatchObject({ code: '25P02' });
    });

    it.each([
      ['nothing to query', {}, /no method "query"/],
      ['null', null, /no method "query"/],
      ['a text', 'BEGIN', /no method "query"/],
    ])('%s is no transaction', async (_what, transaction, message) => {
      const completed = ledger.complete(orderOf(ONE), transaction);
      await expect(completed).rejects.toThrow(TypeError);
      await expect(completed).rejects.toThrow(message);
    });

    it('a pool is no transaction', async () => {
      await expect(ledger.complete(orderOf(ONE), pool)).rejects.toThrow(/a pg Pool.*hand in the client/);
      expect(await ledger.find('one')).toBeUndefined();
    });

    it('a client may be pool and transaction in one', async () => {
      await begin();
      await postgresLedger({ pool: client }).complete(orderOf(ONE), client);
      await client.query('COMMIT');
      expect(await ledger.find('one')).toMatchObject({ state: 'ordered' });
    });
  });

  describe('the first use of a ledger', () => {
    let lent: PoolClient;
    let last: Pool;
    beforeEach(async () => {
      last = server().pool({ max: 1, connectionTimeoutMillis: 2_000 });
      lent = await last.connect();
      await lent.query('BEGIN');
    });
    afterEach(() => {
      lent.release(true);
    });

    it('asks nothing of the pool, whose last client the transaction may have', async () => {
      const fresh = postgresLedger({ pool: last });
      // Whoever opens it at this moment waits for the client.
      const opening = expect(fresh.open()).rejects.toThrow('timeout exceeded');
      expect((await fresh.complete(orderOf(ONE), lent)).outcome).toBe('recorded');
      await lent.query('COMMIT');
      expect(await ledger.find('one')).toMatchObject({ state: 'ordered' });
      await opening;
    });

    it('writes nothing where the tables are none that it knows, nor when it is closed', async () => {
      await pool.query(`DROP SCHEMA IF EXISTS newer CASCADE; ${postgresMigrationSql({ schema: 'newer' })}`);
      await pool.query('INSERT INTO newer.ledger_versions VALUES (99)');
      const fresh = postgresLedger({ pool: last, schema: 'newer' });
      await expect(fresh.complete(orderOf(ONE), lent)).rejects.toThrow(/has version 99/);
      await fresh.close();
      await expect(fresh.complete(orderOf(ONE), lent)).rejects.toThrow('The postgres ledger is closed.');
      await lent.query('COMMIT');
      expect((await pool.query('SELECT FROM newer.admissions')).rows).toEqual([]);
    });
  });

  describe('an open transaction', () => {
    it('keeps nobody waiting whose answer is clear', async () => {
      await ledger.claim(claimOf(ONE));
      await begin();
      await ledger.complete(orderOf(ONE), client);
      // Each of these would fail if it waited: the transaction stays open.
      expect(await ledger.find('one')).toMatchObject({ state: 'active' });
      expect((await ledger.claim(claimOf(ONE))).outcome).toBe('refused');
      expect((await ledger.claim(claimOf(admissionOf('two', 'one')))).outcome).toBe('claimed');
      expect((await ledger.claim(claimOf(admissionOf('three')))).outcome).toBe('claimed');
      expect((await ledger.complete(orderOf(admissionOf('four')))).outcome).toBe('recorded');
      expect(await ledger.takeDue(10, 1_000)).toHaveLength(1);
      expect(await ledger.take('one', 1_000)).toBeUndefined();
      expect(await ledger.list({ states: ['active'], limit: 10 })).toHaveLength(3);
      expect(await ledger.purge()).toBe(0);
    });

    it('a claim that depends on it waits for its end', async () => {
      await begin();
      await ledger.complete(tripleOrder('triple', 'one'), client);
      const claims = [ledger.claim(claimOf(ONE)), ledger.claim(claimOf(admissionOf('triple', 'one')))];
      await until(someoneWaits);
      await client.query('COMMIT');
      for (const claim of claims) {
        expect(await claim).toMatchObject({ outcome: 'refused', row: { admission: { id: 'triple' } } });
      }
    });

    it('a claim that waited for a rollback wins', async () => {
      await ledger.claim(claimOf(ONE));
      await ledger.settle({ admissionId: 'one', attemptId: 'attempt of one' }, { to: 'free' });
      await begin();
      await ledger.complete(orderOf(ONE), client);
      const claim = ledger.claim(claimOf(ONE, { attemptId: 'second' }));
      await until(someoneWaits);
      await client.query('ROLLBACK');
      expect(await claim).toMatchObject({ outcome: 'claimed', attempt: { number: 2 } });
    });

    it('who waits for it too long gives up, before the caller does, and has not claimed', async () => {
      await emptyLedger(pool, 'hasty');
      const hasty = postgresLedger({ pool, schema: 'hasty' });
      await begin();
      await hasty.complete(orderOf(ONE), client);
      await expect(hasty.claim(claimOf(ONE))).rejects.toMatchObject(LOCK_TIMEOUT);
      await client.query('ROLLBACK');
      expect(await hasty.find('one')).toBeUndefined();
    });

    it('leaves the settings of the session as they were', async () => {
      await begin();
      await ledger.complete(orderOf(ONE), client);
      const { rows } = await client.query(
        `SELECT current_setting('search_path') AS path, current_setting('lock_timeout') AS timeout,
           current_setting('enable_seqscan') AS scans`,
      );
      expect(rows).toEqual([{ path: '"$user", public', timeout: '0', scans: 'on' }]);
    });
  });

  describe.each([
    ['REPEATABLE READ', 'new'],
    ['REPEATABLE READ', 'known from rows long purged'],
    ['SERIALIZABLE', 'new'],
    ['SERIALIZABLE', 'known from rows long purged'],
  ])('%s, the triple is %s', (isolation, known) => {
    beforeEach(async () => {
      if (known !== 'new')
        await pool.query("INSERT INTO fanfare.triples VALUES ('new', 'queue_1', 'queue', 1)");
    });

    it('records, and answers for what it can see', async () => {
      await ledger.claim(claimOf(ONE));
      await begin(isolation);
      expect((await ledger.complete(orderOf(ONE), client)).outcome).toBe('recorded');
      expect((await ledger.complete(orderOf(admissionOf('two')), client)).outcome).toBe('recorded');
      expect((await ledger.complete(orderOf(ONE, 'order-2'), client)).outcome).toBe('used');
      await client.query('COMMIT');
      expect(await ledger.list({ states: ['ordered'], limit: 10 })).toHaveLength(2);
    });

    it.each<[string, CompletionRequest, () => Promise<unknown>]>([
      ['an order for a claimed admission', orderOf(ONE), () => ledger.complete(orderOf(ONE, 'first'))],
      [
        'an order nobody claimed for',
        orderOf(admissionOf('new')),
        () => ledger.complete(orderOf(admissionOf('new'), 'first')),
      ],
      ['a claim', orderOf(admissionOf('new')), () => ledger.claim(claimOf(admissionOf('new')))],
      [
        'an order for three ids',
        orderOf(admissionOf('new')),
        () => ledger.complete(tripleOrder('triple', 'new')),
      ],
      [
        'a claim before three ids',
        tripleOrder('triple', 'new'),
        () => ledger.claim(claimOf(admissionOf('new'))),
      ],
      [
        'an order before three ids',
        tripleOrder('triple', 'new'),
        () => ledger.complete(orderOf(admissionOf('new'))),
      ],
    ])('fails rather than overlook %s that came after its snapshot', async (_what, request, meanwhile) => {
      await ledger.claim(claimOf(ONE));
      await begin(isolation);
      await meanwhile();
      await expect(ledger.complete(request, client)).rejects.toMatchObject(SERIALIZATION_FAILURE);
    });
  });

  describe('two processes', () => {
    let other: Ledger;
    beforeEach(() => {
      other = postgresLedger({ pool: server().pool({ max: 20 }) });
    });

    it('claim the same admissions: one winner each', async () => {
      const claims: Promise<ClaimOutcome>[] = [];
      for (let number = 0; number < 400; number += 1) {
        const from = number % 2 === 0 ? ledger : other;
        const attemptId = `attempt-${String(number)}`;
        claims.push(from.claim(claimOf(admissionOf(`a-${String(number % 40)}`), { attemptId })));
      }
      const won = (await Promise.all(claims)).filter(({ outcome }) => outcome === 'claimed');
      expect(won).toHaveLength(40);
      expect(await other.list({ states: ['active'], limit: 1_000 })).toHaveLength(40);
    });

    it('an order for three ids, claims and orders of the same triple: never two orders, never an order over a claim', async () => {
      for (let round = 0; round < 40; round += 1) {
        const consumer = `consumer-${String(round)}`;
        const admission = admissionOf(`admission-${String(round)}`, consumer);
        // Half of the triples are known from rows long purged.
        if (round % 2 === 0) {
          await pool.query("INSERT INTO fanfare.triples VALUES ($1, 'queue_1', 'queue', 1)", [consumer]);
        }
        const [triple, claim, order] = await Promise.all([
          ledger.complete(tripleOrder(`triple-${String(round)}`, consumer, 'by-triple')),
          other.claim(claimOf(admission)),
          other.complete(orderOf(admission, 'by-admission')),
        ]);
        const recorded = [triple, order].filter(({ outcome }) => outcome === 'recorded');
        expect(recorded).toHaveLength(1);
        const { rows } = await pool.query('SELECT state FROM fanfare.admissions WHERE consumer_id = $1', [
          consumer,
        ]);
        // One row, with the order: the claim came before it and was completed, or was refused.
        expect(rows).toEqual([{ state: 'ordered' }]);
        expect(['claimed', 'refused']).toContain(claim.outcome);
      }
    });

    it('one token under two admissions: one of them', async () => {
      for (let round = 0; round < 40; round += 1) {
        const claims = [ledger, other].map((each, index) =>
          each.claim(
            claimOf(admissionOf(`a-${String(round)}-${String(index)}`), { tokenHash: `t-${String(round)}` }),
          ),
        );
        expect((await Promise.all(claims)).map(({ outcome }) => outcome).sort()).toEqual([
          'claimed',
          'refused',
        ]);
      }
    });

    it('take the due completions: each goes to one of them', async () => {
      for (let number = 0; number < 60; number += 1) {
        await ledger.complete(orderOf(admissionOf(`a-${String(number)}`)));
      }
      const taken = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? ledger : other).takeDue(5, 60_000)),
      );
      // Whoever found rows locked by another went away with less.
      taken.push(await ledger.takeDue(60, 60_000));
      const ids = taken.flat().map(({ row }) => row.admission.id);
      expect(ids).toHaveLength(60);
      expect(new Set(ids).size).toBe(60);
    });

    it('a completion that somebody has locked holds up none of the others', async () => {
      for (const id of ['one', 'two']) await ledger.complete(orderOf(admissionOf(id)));
      await client.query('BEGIN');
      await client.query("SELECT FROM fanfare.admissions WHERE id = 'one' FOR UPDATE");
      const taken = await other.takeDue(10, 60_000);
      expect(taken.map(({ row }) => row.admission.id)).toEqual(['two']);
    });

    it('a purge and claims at once: nobody loses a claim', async () => {
      for (let number = 0; number < 40; number += 1) {
        const admission = { ...admissionOf(`a-${String(number)}`), expiresAt: 1 };
        await ledger.claim(claimOf(admission));
        const holder = { admissionId: admission.id, attemptId: `attempt of ${admission.id}` };
        await ledger.settle(holder, { to: 'free' });
      }
      const claims = Array.from({ length: 40 }, (_, number) =>
        ledger.claim(claimOf(admissionOf(`a-${String(number)}`), { attemptId: 'second' })),
      );
      const [purged] = await Promise.all([other.purge(), ...claims]);
      const rows = await ledger.list({ states: ['active'], limit: 100 });
      expect(purged).toBeLessThanOrEqual(40);
      expect(rows).toHaveLength(40);
    });
  });

  it('300 racing transactions, 30 % rolled back: orders, completions and admissions are the same', async () => {
    const result = await raceTransactions(pool, ledger, 300);
    expect(result.orders).toBeGreaterThan(80);
    expect(result).toMatchObject({
      completions: result.orders,
      admissions: result.orders,
      agreed: result.orders,
    });
    expect(result.takenBack).toBeGreaterThan(0);
    expect(result.beaten).toBeGreaterThan(0);
  });
});

/** On a busy machine a commit may come late; what is tested is that a step waits for it, not for how long. */
async function waitLonger(pool: Pool): Promise<void> {
  await pool.query(`DO $$ DECLARE step regprocedure; BEGIN
    FOR step IN SELECT oid FROM pg_proc WHERE pronamespace = 'fanfare'::regnamespace AND proconfig IS NOT NULL LOOP
      EXECUTE format('ALTER FUNCTION %s SET lock_timeout = ''30s''', step);
    END LOOP; END $$`);
}
