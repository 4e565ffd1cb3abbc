/** Fanfare away for 72 hours of a virtual clock: every completion arrives afterwards, and none is given up. */
import { createDelivery } from '../../lib/completion/delivery.js';
import type { Ledger } from '../../lib/ledger/ledger.js';
import { memoryLedger } from '../../lib/ledger/memory.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import type { Clock } from '../../lib/index.js';
import { admission, DONE, DOWN, FakeFanfare, HOUR, MINUTE, numbered } from '../completion/rig.js';
import { ManualClock } from '../support/manual-clock.js';
import { record } from './figures.js';
import { PATIENCE_MS, WAITING_FOR_DAYS } from './sizes.js';

/** With a clock handed in; SQLite in memory, since three days of probes are many thousand writes to a disk. */
const LEDGERS: Readonly<Record<string, (clock: Clock) => Ledger>> = {
  memory: (clock) => memoryLedger({ clock }),
  SQLite: (clock) => sqliteLedger({ file: ':memory:', clock }),
};

test.each(Object.keys(LEDGERS))(
  `%s: ${WAITING_FOR_DAYS} completions wait out 72 hours`,
  async (name) => {
    const clock = new ManualClock();
    const ledger = LEDGERS[name]!(clock);
    const fanfare = new FakeFanfare(clock);
    const orders = numbered(WAITING_FOR_DAYS);
    for (const order of orders) {
      await ledger.complete({
        target: { by: 'admission', admission: admission(order) },
        order: { orderId: order },
      });
    }
    const emit = (): void => undefined;
    const delivery = createDelivery({ ledger, client: fanfare, clock, emit, random: Math.random });
    fanfare.answer = () => DOWN;
    delivery.start();
    await clock.advance(72 * HOUR);
    const callsInVain = fanfare.calls.length;
    expect(await count(ledger, 'ordered')).toBe(WAITING_FOR_DAYS);
    fanfare.answer = () => DONE;
    await clock.advance(5 * MINUTE);
    await delivery.stop();
    expect(await count(ledger, 'delivered')).toBe(WAITING_FOR_DAYS);
    expect(await count(ledger, 'dead')).toBe(0);
    expect(fanfare.known).toEqual(new Set(orders));
    expect(fanfare.calls.length - callsInVain).toBe(WAITING_FOR_DAYS);
    await ledger.close();
    record('days', name, {
      completions: WAITING_FOR_DAYS,
      'calls in vain': callsInVain,
      delivered: fanfare.known.size,
      dead: 0,
    });
  },
  PATIENCE_MS,
);

async function count(ledger: Ledger, state: 'ordered' | 'delivered' | 'dead'): Promise<number> {
  return (await ledger.list({ states: [state], limit: WAITING_FOR_DAYS + 1 })).length;
}
