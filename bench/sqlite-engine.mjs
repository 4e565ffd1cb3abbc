// The SQLite ledger, beside the statements it sends on the plain driver.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sqliteLedger } from '../dist/ledger/sqlite.js';
import { compiled } from './compiled.mjs';
import { requestsFor } from './requests.mjs';

const [{ columnsOf, STATEMENTS }] = compiled('lib/ledger/sqlite-rows.ts');
const openLedger = (file) => sqliteLedger({ file, driver: 'better-sqlite3' });

/** The columns of a row that was claimed and of one that has an order, for any id: both taken from a ledger at `file`. */
async function sampleColumns(file) {
  const ledger = openLedger(file);
  const { claim, complete } = requestsFor(0);
  const { id } = claim.admission;
  await ledger.claim(claim);
  const claimed = columnsOf(await ledger.find(id));
  await ledger.complete(complete);
  const ordered = columnsOf(await ledger.find(id));
  await ledger.close();
  const named = (columns) => (other) =>
    columns.map((value) => (typeof value === 'string' ? value.replaceAll(id, other) : value));
  return { claimed: named(claimed), ordered: named(ordered) };
}

/** Durable as the ledger is. */
function openPlain(file) {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  return database;
}

function rawSubmit(database, { claimed, ordered }) {
  const [neighbours, byId, put] = ['neighbours', 'byId', 'put'].map((name) =>
    database.prepare(STATEMENTS[name]),
  );
  const step = (read, columns) => {
    database.exec('BEGIN IMMEDIATE');
    read();
    put.run(...columns);
    database.exec('COMMIT');
  };
  return async () => {
    const id = randomUUID();
    step(() => neighbours.all(id, `token-${id}`, `cons_${id}`, 'queue_1', 'queue'), claimed(id));
    step(() => byId.get(id), ordered(id));
  };
}

export async function sqlite() {
  const folder = mkdtempSync(join(tmpdir(), 'express-fanfare-bench-'));
  const [ours, raw] = ['ours.sqlite', 'raw.sqlite'].map((name) => join(folder, name));
  const columns = await sampleColumns(raw);
  const ledger = openLedger(ours);
  await ledger.open();
  const databases = [openPlain(raw), openPlain(ours)];
  const put = databases[1].prepare(STATEMENTS.put);
  const fill = databases[1].transaction((count) => {
    for (let row = 0; row < count; row += 1) put.run(...columns.claimed(randomUUID()));
  });
  const stop = async () => {
    await ledger.close();
    for (const database of databases) database.close();
    rmSync(folder, { recursive: true });
  };
  return { name: 'SQLite', ledger, raw: { send: rawSubmit(databases[0], columns) }, fill, stop };
}
