/** A process that stands still beyond its lease (SIGSTOP) and goes on as if nothing had happened. */
import { until } from '../support/shop.js';
import { useChildren } from './child.js';
import { openHere } from './engine.js';
import { DURABLE_ENGINES } from './engines.js';
import { record, seconds } from './figures.js';
import type { Address } from './open-ledger.cjs';
import { PATIENCE_MS } from './sizes.js';
import { closeEmulators, openFanfare, SteeredShop, type Submit } from './steering.js';

useChildren();
afterEach(closeEmulators, PATIENCE_MS);

for (const engine of DURABLE_ENGINES) {
  engine.suite('a paused owner', (store) => {
    it(
      'learns that the claim is lost, and the first recorded order stands, whoever makes it',
      async () => {
        const address = await store().address();
        const { emulator, url, mint } = await openFanfare();
        const [paused, other] = await Promise.all([
          SteeredShop.start(address, url),
          SteeredShop.start(address, url),
        ]);
        const tokens = [mint(), mint()] as const;
        const own = [await paused.submit(tokens[0]), await paused.submit(tokens[1])] as const;
        const pausedAt = performance.now();
        paused.child.signal('SIGSTOP');
        await lapsed(address, own);
        const lapsedMs = performance.now() - pausedAt;
        const first = await other.submit(tokens[0]);
        const second = await other.submit(tokens[1]);
        expect(await first.complete('order_other')).toMatchObject({ code: 'done' });
        paused.child.signal('SIGCONT');
        const lost = await Promise.all(own.map((submit) => submit.assert()));
        expect(lost.map(({ code }) => code)).toEqual(['CLAIM_LOST', 'CLAIM_LOST']);
        // They complete all the same: one after the other's order, one before it.
        expect(await own[0].complete('order_paused')).toMatchObject(usedBy('order_other'));
        expect(await own[1].complete('order_paused')).toMatchObject({ code: 'done' });
        expect(await second.complete('order_other')).toMatchObject(usedBy('order_paused'));
        await until(() => emulator.admissions().every(({ state }) => state === 'completed'));
        expect(emulator.admissions().map(({ completion }) => completion.orderId)).toEqual([
          'order_other',
          'order_paused',
        ]);
        record('paused', engine.name, {
          'lease over after, s': seconds(lapsedMs),
          CLAIM_LOST: lost.length,
          'first order stands': 2,
        });
      },
      PATIENCE_MS,
    );
  });
}

function usedBy(orderId: string) {
  return { code: 'ADMISSION_USED', orderId };
}

/** Waits until the ledger, by its own time, holds the attempts for over. */
async function lapsed(address: Address, submits: readonly Submit[]): Promise<void> {
  const ledger = openHere(address);
  await until(async () => {
    const rows = await Promise.all(submits.map(({ admissionId }) => ledger.find(admissionId)));
    return rows.every((row) => row?.state === 'unresolved');
  });
  await ledger.close();
}
