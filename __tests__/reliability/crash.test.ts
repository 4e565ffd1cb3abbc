/** SIGKILL for the engine under load, and a restart on the same data: no acknowledged order is lost. */
import { useChildren } from './child.js';
import type { Store } from './engine.js';
import { DURABLE_ENGINES } from './engines.js';
import { record, spread } from './figures.js';
import { closeSales, NOTHING_WRONG, Sale } from './sale.js';
import { CRASHES, PATIENCE_MS } from './sizes.js';

const WAVE = 30;
const SHOPS = 2;

useChildren();
afterEach(closeSales, PATIENCE_MS);

for (const engine of DURABLE_ENGINES) {
  engine.suite('an engine that crashes', (store) => {
    it(
      `${CRASHES} SIGKILLs under load: no acknowledged completion is lost`,
      async () => {
        const sale = await Sale.open(await store().address());
        await sale.startShops(SHOPS);
        const recoveries: number[] = [];
        for (let crash = 0; crash < CRASHES; crash += 1) {
          recoveries.push(await crashUnderLoad(sale, store()));
        }
        await sale.over();
        const outcome = await sale.outcome();
        expect(outcome).toMatchObject(NOTHING_WRONG);
        expect(outcome.orders).toBe(CRASHES * WAVE);
        record('crashes', engine.name, {
          crashes: CRASHES,
          ...outcome,
          'next order after, s (median / longest)': spread(recoveries),
        });
      },
      PATIENCE_MS,
    );
  });
}

/** Crashes it in the midst of a wave of shoppers; how long from its restart to the order of the next one. */
async function crashUnderLoad(sale: Sale, store: Store): Promise<number> {
  const before = sale.through;
  void sale.admit(WAVE - 1);
  await sale.reached(before + Math.floor(Math.random() * (WAVE - 1)));
  // Where the engine is a part of the shop's processes, they are what crashes.
  await (store.crash?.() ?? sale.changeShops(SHOPS));
  const startedAt = performance.now();
  await sale.admit(1);
  return performance.now() - startedAt;
}
