/** The log of writes that lies beside a SQLite file: in it is what the file itself does not have yet. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '../../lib/ledger/sqlite-driver.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { eachInFolder } from '../support/temporary-folder.js';

const ORDER = {
  target: {
    by: 'admission',
    admission: { id: 'a', consumerId: 'cons_1', distributionId: 'queue_1', distributionType: 'queue' },
  },
  order: { orderId: 'order-1' },
} as const;

let file: string;

eachInFolder((folder) => {
  file = join(folder, 'ledger.sqlite');
});

it.each(['removed', 'replaced'])('that was %s while it was open: no order is taken any more', async (how) => {
  const ledger = sqliteLedger({ file });
  await ledger.open();
  rmSync(`${file}-wal`);
  if (how === 'replaced') writeFileSync(`${file}-wal`, '');
  await expect(ledger.complete(ORDER)).rejects.toThrow(
    /"[^"]*ledger\.sqlite-wal" was moved, removed or replaced/,
  );
  await ledger.close();
});

it('stays the same over checkpoints, and when another connection comes and goes', async () => {
  const ledger = sqliteLedger({ file });
  await ledger.open();
  const other = openDatabase(file, 1_000);
  other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  other.exec('VACUUM');
  other.close();
  expect(await ledger.complete(ORDER)).toMatchObject({ outcome: 'recorded' });
  await ledger.close();
});
