/** A process that kills itself at a chosen point between claim and acknowledgement: the next one goes on from there. */
import { useChildren } from './child.js';
import { DURABLE_ENGINES } from './engines.js';
import { record, seconds } from './figures.js';
import { closeSales, NOTHING_WRONG, Sale } from './sale.js';
import { PATIENCE_MS } from './sizes.js';

/** Each point as `shop.cjs` knows it, and how many completion calls Fanfare sees in the end. */
const POINTS = [
  { point: 'claimed', calls: 1 },
  { point: 'order committed', calls: 1 },
  { point: 'completion recorded', calls: 1 },
  { point: 'request sent', calls: 2 },
  { point: 'answer received', calls: 2 },
  { point: 'before it is written down', calls: 2 },
] as const;

useChildren();
afterEach(closeSales, PATIENCE_MS);

for (const engine of DURABLE_ENGINES) {
  engine.suite('a shop that dies', (store) => {
    it(
      `at ${POINTS.map(({ point }) => point).join(', ')}: one order, one effect, nothing stuck`,
      async () => {
        // Each on a ledger of its own, and all at once: most of their time is waiting for leases to end.
        const ends = await Promise.all(
          POINTS.map(async ({ point }) => dieAt(await Sale.open(await store().address()), point)),
        );
        expect(ends.map(({ outcome }) => outcome)).toMatchObject(
          POINTS.map(({ calls }) => ({ ...NOTHING_WRONG, orders: 1, calls })),
        );
        for (const { point, outcome, tookMs } of ends) {
          record('points', engine.name, { point, ...outcome, 'recovered after, s': seconds(tookMs) });
        }
      },
      PATIENCE_MS,
    );
  });
}

/** One shopper, one process that dies for it, and another one after that. */
async function dieAt(sale: Sale, point: string) {
  const { child } = await sale.startShop({ killAt: point });
  void sale.admit(1);
  expect(await child.ended()).toBe('SIGKILL');
  const diedAt = performance.now();
  await sale.startShop();
  await sale.over();
  const outcome = await sale.outcome();
  return { point, outcome, tookMs: performance.now() - diedAt };
}
