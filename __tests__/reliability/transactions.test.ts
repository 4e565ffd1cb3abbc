/** Merchants' own transactions on PostgreSQL, racing for admissions, some of them rolled back. */
import { postgresLedger } from '../../lib/ledger/postgres.js';
import { raceTransactions } from '../ledger/postgres-race.js';
import { describePostgres, emptyLedger } from '../support/postgres-server.js';
import { record, seconds } from './figures.js';
import { PATIENCE_MS, TRANSACTIONS } from './sizes.js';

describePostgres('PostgreSQL: orders inside transactions', (server) => {
  it(
    `${TRANSACTIONS} race, 30 % are rolled back: orders, completions and admissions are as many`,
    async () => {
      const pool = server().pool({ max: 20 });
      await emptyLedger(pool);
      const startedAt = performance.now();
      const result = await raceTransactions(pool, postgresLedger({ pool }), TRANSACTIONS);
      const tookMs = performance.now() - startedAt;
      const { orders, takenBack, beaten } = result;
      expect(result).toMatchObject({ completions: orders, admissions: orders, agreed: orders });
      expect(orders + takenBack + beaten).toBe(TRANSACTIONS);
      expect(Math.min(orders, takenBack, beaten)).toBeGreaterThan(0);
      record('transactions', 'PostgreSQL', {
        transactions: TRANSACTIONS,
        'rolled back': takenBack,
        'another order was first': beaten,
        ...{ orders, completions: result.completions, admissions: result.admissions },
        'transactions per second': Math.round(TRANSACTIONS / (tookMs / 1_000)),
        'seconds in all': seconds(tookMs),
      });
    },
    PATIENCE_MS,
  );
});
