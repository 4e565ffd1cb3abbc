// The shop's own tables: orders, and how many pieces there are. The unique admission id is the last guard: whatever
// happens, one admission has one order.
const { randomUUID } = require('node:crypto');
const Database = require('better-sqlite3');

/** `stock`: what there is of each item when the file is new. */
function openOrders(file, stock) {
  const database = new Database(file, { timeout: 5_000 });
  database.pragma('journal_mode = WAL');
  database.exec(`CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, admission_id TEXT NOT NULL UNIQUE, product TEXT NOT NULL, amount TEXT NOT NULL, at INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS stock (
    sku TEXT PRIMARY KEY, available INTEGER NOT NULL CHECK (available >= 0), made INTEGER NOT NULL
  )`);
  // "QUAY", so that the file says whose it is; and one that can only be read is found out now, not at the first order.
  database.pragma(`application_id = ${0x51554159}`);
  const make = database.prepare('INSERT INTO stock VALUES (@sku, @made, @made) ON CONFLICT (sku) DO NOTHING');
  for (const [sku, made] of Object.entries(stock)) make.run({ sku, made });
  const insert = database.prepare(
    'INSERT INTO orders VALUES (@id, @admissionId, @product, @amount, @at) ON CONFLICT (admission_id) DO NOTHING',
  );
  const byId = database.prepare('SELECT * FROM orders WHERE id = ?');
  const byAdmission = database.prepare('SELECT * FROM orders WHERE admission_id = ?');
  return {
    database,
    /** The id of this admission's one order: a new one, or the one that an earlier attempt wrote before it crashed. */
    place({ admissionId, product, amount }) {
      // Long, since who knows the address of an order may read it.
      const id = `order_${randomUUID()}`;
      insert.run({ id, admissionId, product, amount, at: Date.now() });
      return byAdmission.get(admissionId).id;
    },
    find: (id) => byId.get(id),
    ofAdmission: (admissionId) => byAdmission.get(admissionId),
    close: () => database.close(),
  };
}

module.exports = { openOrders };
