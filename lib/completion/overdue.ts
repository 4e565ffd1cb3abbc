/** Says which orders Fanfare has still not heard of, whatever holds them up: a pause or a dead process included. */
import type { Clock } from '../clock.js';
import type { DueDelivery } from '../ledger/ledger.js';
import type { LedgerWatch } from './ledger-watch.js';

const SAID_AGAIN_AFTER_MS = 24 * 60 * 60_000;
/** The oldest tell the story; the next ones are named as soon as these are through. */
const MOST_AT_ONCE = 500;

/** Is told of a row that is overdue; must not throw. */
export type SayOverdue = (row: DueDelivery['row']) => void;

export interface OverdueWatch {
  check(): Promise<void>;
}

/**
 * Says an order that was not delivered for `overdueSeconds`, and daily again.
 *
 * When it was said is kept in memory only. Written into the row from here it could overwrite what has just been written
 * about its delivery; so another leader says it again.
 */
export function watchOverdue(
  ledger: LedgerWatch,
  clock: Clock,
  say: SayOverdue,
  overdueSeconds: number,
): OverdueWatch {
  let said: ReadonlyMap<string, number> = new Map();
  return {
    async check(): Promise<void> {
      const query = {
        states: ['ordered'],
        olderThanMs: overdueSeconds * 1_000,
        limit: MOST_AT_ONCE,
      } as const;
      const rows = await ledger.ask((asked) => asked.list(query));
      if (rows === undefined) return;
      const now = clock.now();
      const saidNow = new Map<string, number>();
      for (const row of rows) {
        if (row.state !== 'ordered') continue;
        const before = said.get(row.admission.id) ?? -Infinity;
        const due = now - before >= SAID_AGAIN_AFTER_MS;
        if (due) say(row);
        saidNow.set(row.admission.id, due ? now : before);
      }
      // Only what is still overdue is remembered, so the map never outgrows the list.
      said = saidNow;
    },
  };
}
