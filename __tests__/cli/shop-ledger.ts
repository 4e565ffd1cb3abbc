/** The ledger file of a shop, which has it open, and the command line on the same file. */
import { join } from 'node:path';
import { run } from '../../lib/cli/run.js';
import type { Ledger } from '../../lib/ledger/ledger.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { ManualClock } from '../support/manual-clock.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import { type Setup, terminal } from './terminal.js';

export interface ShopLedger {
  readonly folder: string;
  readonly file: string;
  readonly clock: ManualClock;
  readonly ledger: Ledger;
  /** Runs a command; resolves with its exit code and what it has written. */
  run(
    args: readonly string[],
    setup?: Setup,
  ): Promise<{ code: number; out: string; err: string; asked: string }>;
  close(): Promise<void>;
}

export async function openShopLedger(): Promise<ShopLedger> {
  const folder = temporaryFolder();
  const file = join(folder, 'fanfare.sqlite');
  const clock = new ManualClock(Date.UTC(2026, 10, 24, 22));
  const ledger = sqliteLedger({ file, clock });
  await ledger.open();
  return {
    folder,
    file,
    clock,
    ledger,
    async run(args, setup = {}) {
      const user = terminal({ environment: { FANFARE_LEDGER: `sqlite:${file}` }, clock, ...setup });
      const code = await run(args, user);
      return { code, ...user.written };
    },
    async close() {
      await ledger.close();
      removeFolder(folder);
    },
  };
}
