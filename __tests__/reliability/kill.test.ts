/** SIGKILL at random moments, under load: what was acknowledged arrives, once, and nothing gets stuck. */
import { useChildren } from './child.js';
import { DURABLE_ENGINES } from './engines.js';
import { record, spread } from './figures.js';
import { closeSales, NOTHING_WRONG, Sale } from './sale.js';
import { KILLS, PATIENCE_MS } from './sizes.js';

/** The emulator remembers so many admissions, so a long run is several sales. */
const KILLS_PER_SALE = 100;
const WAVE = 30;
const LONGEST_DELAY_MS = 20;

useChildren();
afterEach(closeSales, PATIENCE_MS);

for (const engine of DURABLE_ENGINES) {
  engine.suite('a shop of two processes', (store) => {
    const sales = Math.ceil(KILLS / KILLS_PER_SALE);
    it.each(Array.from({ length: sales }, (_, index) => index))(
      `${Math.min(KILLS, KILLS_PER_SALE)} SIGKILLs at random moments, sale %#`,
      async (index) => {
        const kills = Math.min(KILLS_PER_SALE, KILLS - index * KILLS_PER_SALE);
        const sale = await Sale.open(await store().address());
        const restarts = await killAtRandom(sale, kills);
        await sale.changeShops(1);
        await sale.over();
        const outcome = await sale.outcome();
        expect(outcome).toMatchObject(NOTHING_WRONG);
        expect(outcome.orders).toBe(kills * WAVE);
        record('kills', engine.name, {
          kills,
          ...outcome,
          'restart, s (median / longest)': spread(restarts),
        });
      },
      PATIENCE_MS,
    );
  });
}

/** A random moment is a random number of orders into a wave of shoppers, and a little later, whatever the machine's speed. */
async function killAtRandom(sale: Sale, kills: number): Promise<readonly number[]> {
  const shops = [...(await sale.startShops(2))];
  const restarts: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const before = sale.through;
    void sale.admit(WAVE);
    await sale.reached(before + Math.floor(Math.random() * WAVE));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_DELAY_MS));
    const victim = Math.floor(Math.random() * shops.length);
    await shops[victim]!.child.kill();
    shops[victim] = await sale.startShop();
    restarts.push(shops[victim].tookMs);
  }
  return restarts;
}
