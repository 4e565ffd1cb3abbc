/** Merchants' transactions that race each other for admissions, each with its order and its completion inside. */
import type { Pool, PoolClient } from 'pg';
import type { CompletionOutcome, CompletionRequest, Ledger } from '../../lib/ledger/ledger.js';
import { admissionOf, claimOf, orderOf, tripleOrder } from './postgres-requests.js';

export interface RaceResult {
  /** Transactions that had recorded their order and were rolled back all the same. */
  readonly takenBack: number;
  /** Transactions that were told that another order was first. */
  readonly beaten: number;
  /** Rows of the shop's own table, rows of the ledger with an order, and admissions among the former. */
  readonly orders: number;
  readonly completions: number;
  readonly admissions: number;
  /** Orders that the shop and the ledger both know, under the same admission. */
  readonly agreed: number;
}

/** How many transactions want each admission, and how many run at once. */
const RIVALS = 3;
const AT_ONCE = 12;

/**
 * Runs `count` transactions, three for each admission; three of ten are rolled back even when their order was recorded.
 * Half of the admissions were claimed before, a quarter are known by their three ids alone.
 */
export async function raceTransactions(pool: Pool, ledger: Ledger, count: number): Promise<RaceResult> {
  await pool.query('DROP TABLE IF EXISTS shop_orders; CREATE TABLE shop_orders (id text, admission_id text)');
  const admissions = Math.ceil(count / RIVALS);
  for (let number = 0; number < admissions; number += 2) {
    await ledger.claim(claimOf(admissionOf(`race-${String(number)}`)));
  }
  const outcomes: (CompletionOutcome['outcome'] | 'taken back')[] = [];
  let next = 0;
  const runner = async (): Promise<void> => {
    for (let number = next++; number < count; number = next++) {
      outcomes.push(await runTransaction(pool, ledger, number, admissions));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runner));
  return {
    takenBack: outcomes.filter((outcome) => outcome === 'taken back').length,
    beaten: outcomes.filter((outcome) => outcome === 'used').length,
    ...(await counted(pool)),
  };
}

async function runTransaction(
  pool: Pool,
  ledger: Ledger,
  number: number,
  admissions: number,
): Promise<CompletionOutcome['outcome'] | 'taken back'> {
  // Rivals for one admission start at nearly the same time.
  const wanted = Math.floor(number / RIVALS) % admissions;
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const orderId = `order-${String(number)}`;
    const id = `race-${String(wanted)}`;
    await client.query('INSERT INTO shop_orders VALUES ($1, $2)', [orderId, id]);
    const { outcome } = await ledger.complete(requestFor(wanted, id, orderId), client);
    const ended = await end(client, outcome, number % 10 >= 7);
    client.release();
    return ended;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

function requestFor(wanted: number, id: string, orderId: string): CompletionRequest {
  return wanted % 4 === 3 ? tripleOrder(id, id, orderId) : orderOf(admissionOf(id), orderId);
}

async function end(client: PoolClient, outcome: CompletionOutcome['outcome'], fails: boolean) {
  const commits = outcome === 'recorded' && !fails;
  await client.query(commits ? 'COMMIT' : 'ROLLBACK');
  return outcome === 'recorded' && fails ? 'taken back' : outcome;
}

async function counted(pool: Pool): Promise<Omit<RaceResult, 'takenBack' | 'beaten'>> {
  const { rows } = await pool.query<Record<string, string>>(
    `SELECT (SELECT count(*) FROM shop_orders) AS orders,
       (SELECT count(*) FROM fanfare.admissions WHERE order_id IS NOT NULL) AS completions,
       (SELECT count(DISTINCT admission_id) FROM shop_orders) AS admissions,
       (SELECT count(*) FROM shop_orders s JOIN fanfare.admissions a ON a.id = s.admission_id AND a.order_id = s.id)
         AS agreed`,
  );
  const [row = {}] = rows;
  const [orders, completions, admissions, agreed] = ['orders', 'completions', 'admissions', 'agreed'].map(
    (name) => Number(row[name]),
  );
  return { orders: orders!, completions: completions!, admissions: admissions!, agreed: agreed! };
}
