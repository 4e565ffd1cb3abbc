/** A real outage with thousands of completions waiting: they follow when it is over, in order and at the configured pace. */
import type { AdmissionView, Emulator } from '../../lib/emulator/index.js';
import { until } from '../support/shop.js';
import { useChildren } from './child.js';
import { openHere } from './engine.js';
import { DURABLE_ENGINES } from './engines.js';
import { record, seconds } from './figures.js';
import type { Address } from './open-ledger.cjs';
import { closeSales, NOTHING_WRONG, Sale } from './sale.js';
import { DRAINS, PATIENCE_MS, PER_MINUTE, WAITING } from './sizes.js';

/** What the issue promises; the queue looks twice as often. */
const FIRST_WITHIN_MS = 60_000;
const AT_ONCE = 50;
const SECOND_MS = 1_000;

useChildren();
afterEach(closeSales, PATIENCE_MS);

for (const engine of DURABLE_ENGINES.slice(0, DRAINS)) {
  engine.suite('the end of an outage', (store) => {
    it(
      `${WAITING} waiting completions drain at ${PER_MINUTE} a minute`,
      async () => {
        const address = await store().address();
        const sale = await Sale.open(address);
        await orders(address, sale.emulator);
        sale.emulator.faults.set({ on: 'complete', kind: 'status', status: 503 });
        const { child } = await sale.startShop({ deliveriesPerMinute: PER_MINUTE });
        await child.heard('deliveries.paused');
        await until(() => nothingUnderWay(address));
        const over = Date.now();
        sale.emulator.faults.clear();
        await child.heard('deliveries.resumed');
        const outcome = await sale.outcome();
        const arrived = arrivals(sale.emulator);
        expect(outcome).toMatchObject(NOTHING_WRONG);
        expect(arrived).toHaveLength(WAITING);
        const [first, last] = [arrived[0]!.at - over, arrived.at(-1)!.at - over];
        expect(first).toBeLessThan(FIRST_WITHIN_MS);
        // No faster than the pace, but for the second's worth that may go out together.
        expect(last - first).toBeGreaterThanOrEqual(((WAITING - perSecond()) / perSecond() - 1) * SECOND_MS);
        expect(outOfOrder(arrived)).toBeLessThan(WAITING / 50);
        record('drain', engine.name, {
          completions: WAITING,
          calls: outcome.calls,
          lost: WAITING - arrived.length,
          doubled: outcome.doubled,
          'pace, per minute': PER_MINUTE,
          'first after, s': seconds(first),
          'all after, s': seconds(last),
        });
      },
      PATIENCE_MS,
    );
  });
}

function perSecond(): number {
  return PER_MINUTE / 60;
}

/** Orders that are recorded and not delivered; the later they were made, the more urgent they are. */
async function orders(address: Address, emulator: Emulator): Promise<void> {
  const ledger = openHere(address);
  let number = 0;
  const recorder = async (): Promise<void> => {
    while (number < WAITING) {
      const expiresInSeconds = 3_600 + WAITING - number++;
      const minted = emulator.mint({
        ...{ distributionId: 'queue_1', distributionType: 'queue' },
        expiresInSeconds,
      });
      const { consumerId, distributionId, distributionType } = minted;
      const expiresAt = Date.parse(minted.expiresAt);
      const admission = { id: consumerId, consumerId, distributionId, distributionType, expiresAt };
      await ledger.complete({ target: { by: 'admission', admission }, order: { orderId: consumerId } });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, recorder));
  await ledger.close();
}

/** Whether every call that the pause found under way has had its answer, so that the next one is a probe. */
async function nothingUnderWay(address: Address): Promise<boolean> {
  const ledger = openHere(address);
  const rows = await ledger.list({ states: ['ordered'], limit: WAITING });
  await ledger.close();
  return rows.every((row) => row.state === 'ordered' && row.delivery.lease === undefined);
}

interface Arrival {
  readonly at: number;
  readonly expiresAt: number;
}

/** What Fanfare took, in the order of its coming. */
function arrivals(emulator: Emulator): readonly Arrival[] {
  const completed = emulator.admissions().filter(({ state }) => state === 'completed');
  return completed
    .map(({ completion, expiresAt }: AdmissionView) => ({
      at: Date.parse(completion.completedAt ?? ''),
      expiresAt: Date.parse(expiresAt),
    }))
    .sort((one, other) => one.at - other.at);
}

/** How many of the less urgent half came in the first half: a few, that were on their way together with others. */
function outOfOrder(arrived: readonly Arrival[]): number {
  const byUrgency = arrived.map(({ expiresAt }) => expiresAt).sort((one, other) => one - other);
  const middle = byUrgency[Math.floor(WAITING / 2)]!;
  return arrived.slice(0, Math.floor(WAITING / 2)).filter(({ expiresAt }) => expiresAt >= middle).length;
}
