// Opens the ledger at an address: in a process of its own from the compiled library, in a test from its sources.
const OPENERS = {
  memory: (lib) => require(`${lib}/ledger/memory`).memoryLedger(),
  sqlite: (lib, { file }) => require(`${lib}/ledger/sqlite`).sqliteLedger({ file }),
  postgres(lib, { url, schema }) {
    const { Pool } = require('pg');
    // More than a shop should allow: on a busy machine a process that has just begun would not come up.
    const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 60_000 });
    pool.on('error', ignore);
    const { postgresLedger } = require(`${lib}/ledger/postgres`);
    return closing(postgresLedger({ pool, schema }), () => pool.end());
  },
  redis(lib, { url, prefix }) {
    const { Redis } = require('ioredis');
    const client = new Redis(url, { maxRetriesPerRequest: 0 });
    client.on('error', ignore);
    const { redisLedger } = require(`${lib}/ledger/redis`);
    return closing(redisLedger({ client, prefix }), () => client.disconnect());
  },
};

/** Whoever asks the ledger hears of it. */
function ignore() {}

/** A ledger that ends the client it was given: here nobody else does. */
function closing(ledger, end) {
  const close = ledger.close.bind(ledger);
  ledger.close = async () => {
    await close();
    await end();
  };
  return ledger;
}

exports.openLedger = (lib, address) => OPENERS[address.engine](lib, address);
