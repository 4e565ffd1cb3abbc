/** The engine is away when an order is to be recorded: an error in time, a shop that lives, and no false yes. */
import { isUsed } from '../../lib/ledger/row.js';
import { until } from '../support/shop.js';
import { useChildren } from './child.js';
import { openHere } from './engine.js';
import { DURABLE_ENGINES } from './engines.js';
import { record, seconds } from './figures.js';
import type { Address } from './open-ledger.cjs';
import { PATIENCE_MS } from './sizes.js';
import { closeEmulators, openFanfare, SteeredShop } from './steering.js';

useChildren();
afterEach(closeEmulators, PATIENCE_MS);

for (const engine of DURABLE_ENGINES) {
  engine.suite('an engine that is away at completeAdmission', (store) => {
    it.each(engine.breakdowns)(
      '%s: LEDGER_UNAVAILABLE, and the same call succeeds afterwards',
      async (name) => {
        const breakdown = await store().breakdown(name);
        const { emulator, url, mint } = await openFanfare();
        const shop = await SteeredShop.start(breakdown.address, url);
        const submit = await shop.submit(mint());
        await breakdown.begin();
        const failed = await submit.complete('order_1');
        expect(failed).toMatchObject({ code: 'LEDGER_UNAVAILABLE', inTime: true });
        expect(shop.child.all('completion.recorded')).toEqual([]);
        await breakdown.end();
        // The process lives, and its handler can do what it is told: call again with the same order.
        await until(async () => (await submit.complete('order_1')).code === 'done');
        expect(await submit.answer(201)).toBe(201);
        expect(await orderOf(breakdown.address, submit.admissionId)).toBe('order_1');
        await until(() => emulator.admissions()[0]?.state === 'completed');
        record('unreachable', engine.name, {
          'how it was away': name,
          answer: failed.code,
          'after, s': seconds(failed.tookMs),
        });
      },
      PATIENCE_MS,
    );
  });
}

/** What somebody else reads in the ledger. */
async function orderOf(address: Address, admissionId: string): Promise<string | undefined> {
  const ledger = openHere(address);
  const row = await ledger.find(admissionId);
  await ledger.close();
  return row !== undefined && isUsed(row) ? row.order.orderId : undefined;
}
