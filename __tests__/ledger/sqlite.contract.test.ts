import { join } from 'node:path';
import type { SqliteDriverName } from '../../lib/ledger/sqlite.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { ledgerContract } from '../../lib/testing/index.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';

const drivers: readonly SqliteDriverName[] = process.getBuiltinModule('node:sqlite')
  ? ['better-sqlite3', 'node']
  : ['better-sqlite3'];

for (const driver of drivers) {
  ledgerContract(`sqlite file, ${driver}`, ({ clock }) => {
    const folder = temporaryFolder();
    const open = () => sqliteLedger({ file: join(folder, 'ledger.sqlite'), driver, clock });
    return {
      ledger: open(),
      reopen: open,
      cleanup: () => {
        removeFolder(folder);
      },
    };
  });
}
