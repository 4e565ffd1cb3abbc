import fc from 'fast-check';
import type { Pool } from 'pg';
import { postgresLedger } from '../../lib/ledger/postgres.js';
import { ledgerContract } from '../../lib/testing/index.js';
import { describePostgres, emptyLedger } from '../support/postgres-server.js';
import { ADMISSIONS, type Command, playsAlike, sequences } from './play.js';

describePostgres('PostgreSQL', (server) => {
  let pool: Pool;
  beforeAll(() => {
    pool = server().pool();
  });

  ledgerContract('postgres', async ({ clock }) => {
    await emptyLedger(pool);
    const open = () => postgresLedger({ pool, clock });
    return { ledger: open(), reopen: open };
  });

  async function comesOutAsInMemory(commands: readonly Command[]): Promise<void> {
    await emptyLedger(pool);
    await playsAlike(commands, (clock) => postgresLedger({ pool, clock }));
  }

  it('any sequence of steps comes out the same as in memory', () =>
    fc.assert(fc.asyncProperty(sequences, comesOutAsInMemory), { numRuns: 100 }));

  it.each(['order-1', 'order-3'] as const)(
    'of two rows that answer equally well for %s by its triple, the same one as in memory',
    async (orderId) => {
      const [a, b, c] = ADMISSIONS.map((admission) => ({ admission })) as [Named, Named, Named];
      const order = { do: 'complete', by: 'admission', orderId: 'order-1' } as const;
      const ask = { do: 'complete', by: 'triple', orderId } as const;
      // Written anew, the first row is no longer at the front of the table.
      const rewrite = { do: 'take one', ...b } as const;
      await comesOutAsInMemory([
        ...[{ ...order, ...b }, { ...order, ...a }, rewrite],
        ...[a, b, c].map((named) => ({ ...ask, ...named })),
      ]);
    },
  );
});

type Named = Readonly<Record<'admission', (typeof ADMISSIONS)[number]>>;
