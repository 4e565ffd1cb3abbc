// A shop that lives one of the lives below and ends itself by SIGKILL at the so many-th thing that it says to a database; run by
// kill.test.ts.
const { lib, at, ahead, life, stock, place } = JSON.parse(process.env.TASK);
const { systemClock } = require(`${lib}/clock.js`);
const reservationsOf = require(`${lib}/reservations/index.js`);

let said = 0;
/** On a server the word is out when its process dies, and may be heard or not; in a file it was never said. */
function say(word, { isOut = false } = {}) {
  said += 1;
  if (said < at) return word();
  if (isOut) word();
  process.kill(process.pid, 'SIGKILL');
  throw new Error('still alive');
}

const common = {
  stock,
  clock: { ...systemClock, now: () => Date.now() + ahead },
  onEvent: () => undefined,
};

const GROUNDS = {
  sqlite({ file }) {
    const Database = require('better-sqlite3');
    const { sqliteLedger } = require(`${lib}/ledger/sqlite.js`);
    const database = new Database(file, { timeout: 30_000 });
    const heard = {
      exec: (sql) => say(() => database.exec(sql)),
      prepare(sql) {
        const statement = database.prepare(sql);
        const asked =
          (name) =>
          (...values) =>
            say(() => statement[name](...values));
        return { get: asked('get'), all: asked('all'), run: asked('run') };
      },
      close: () => undefined,
    };
    const ledger = sqliteLedger({ file });
    const reservations = reservationsOf.sqliteReservations({ ...common, database: heard, ledger });
    return {
      ...{ reservations, ledger },
      async order(id, orderId, lines) {
        heard.exec('BEGIN IMMEDIATE');
        heard.prepare('INSERT INTO orders VALUES (?, ?)').run(orderId, id);
        reservations.convertSync({ id }, { orderId, lines });
        heard.exec('COMMIT');
      },
    };
  },
  postgres({ url }) {
    const { Pool } = require('pg');
    const { postgresLedger } = require(`${lib}/ledger/postgres.js`);
    const pool = new Pool({ connectionString: url, application_name: 'dying' });
    const connect = async () => {
      const client = await pool.connect();
      const query = (...words) => say(() => client.query(...words), { isOut: true });
      return { query, release: (broken) => client.release(broken) };
    };
    const heard = { query: pool.query.bind(pool), connect, totalCount: 0 };
    const ledger = postgresLedger({ pool });
    const reservations = reservationsOf.postgresReservations({ ...common, pool: heard, ledger });
    return {
      ...{ reservations, ledger },
      async order(id, orderId, lines) {
        const client = await connect();
        await client.query('BEGIN');
        await client.query('INSERT INTO orders VALUES ($1, $2)', [orderId, id]);
        await reservations.convert({ id }, { orderId, lines }, { transaction: client });
        await client.query('COMMIT');
        client.release();
      },
    };
  },
};

const lines = (lamps, shades) => [
  { item: 'lamp', quantity: lamps },
  ...(shades ? [{ item: 'shade', quantity: shades }] : []),
];

async function attempt({ ledger }, { admission, attemptId }) {
  const claim = { tokenHash: 'token', sidHash: 'sid', owner: 'child', leaseMs: 120_000 };
  const asked = { admission, attemptId, ...claim, supersede: true, takeUnresolved: true };
  await say(() => ledger.claim(asked));
  return { ...admission, attempt: { id: attemptId } };
}

const LIVES = {
  async buys(shop, own) {
    const asking = await attempt(shop, own);
    await shop.reservations.hold(asking, lines(3, 1));
    await shop.reservations.hold(asking, lines(2));
    await shop.order(asking.id, 'o1', lines(1));
    await say(() =>
      shop.ledger.complete({
        target: { by: 'admission', admission: own.admission },
        order: { orderId: 'o1' },
      }),
    );
  },
  async givesBack(shop, own) {
    const asking = await attempt(shop, own);
    await shop.reservations.hold(asking, lines(3, 1));
    const holder = { admissionId: asking.id, attemptId: own.attemptId };
    await say(() => shop.ledger.settle(holder, { to: 'free' }));
    await shop.reservations.release(own.admission);
  },
  async sweeps({ reservations }) {
    await reservations.sweep();
  },
};

async function main() {
  const shop = GROUNDS[place.engine](place);
  const admission = { id: 'a', consumerId: 'cons_a', distributionId: 'queue_1', distributionType: 'queue' };
  const own = { admission: { ...admission, expiresAt: Date.now() + 600_000 }, attemptId: 'attempt-a' };
  await LIVES[life](shop, own);
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
