/** What a ledger needs done now and then: somebody hears of orders that hang, and rows whose time is over go. */
import type { Clock } from '../clock.js';
import type { LedWork } from './leadership.js';
import type { LedgerWatch } from './ledger-watch.js';
import { type SayOverdue, watchOverdue } from './overdue.js';
import { repeat } from './repeat.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export interface UpkeepParts {
  readonly ledger: LedgerWatch;
  readonly clock: Clock;
  /** Must not throw. */
  readonly sayOverdue: SayOverdue;
  /** Hears how many rows were deleted, when there were any; must not throw. */
  readonly sayPurged: (rows: number) => void;
  /** After how many seconds without delivery an order is overdue. */
  readonly overdueSeconds: number;
}

/** Puts it together; it does nothing before `start()`. */
export function createUpkeep({ ledger, clock, sayOverdue, sayPurged, overdueSeconds }: UpkeepParts): LedWork {
  const overdue = watchOverdue(ledger, clock, sayOverdue, overdueSeconds);
  const chores = [
    repeat(clock, MINUTE_MS, () => overdue.check()),
    repeat(clock, HOUR_MS, async () => {
      const rows = await ledger.ask((asked) => asked.purge());
      if (rows !== undefined && rows > 0) sayPurged(rows);
    }),
  ];
  return {
    start() {
      for (const chore of chores) chore.start();
    },
    async stop() {
      await Promise.all(chores.map((chore) => chore.stop()));
    },
  };
}
