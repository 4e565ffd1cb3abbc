/** Reservations over a stock table of a test's own, with time and ledger in its hands. */
import type { FanfareEvent, Ledger } from '../../lib/index.js';
import { memoryLedger } from '../../lib/index.js';
import type { Reservations, StockTable } from '../../lib/reservations/index.js';
import { ManualClock } from '../support/manual-clock.js';

/** As a merchant may have named them: two words of SQL among them. */
export const STOCK: StockTable = { table: 'Stock', item: 'order', quantity: 'left', total: 'all' };
/** The same, where nobody counts how many there were. */
export const UNCOUNTED: StockTable = { table: 'Stock', item: 'order', quantity: 'left' };
export const MAKE_STOCK =
  'CREATE TABLE "Stock" ("order" text PRIMARY KEY, "left" integer NOT NULL, "all" integer)';

export const MINUTE = 60_000;

export interface Admitted {
  readonly id: string;
  readonly consumerId: string;
  readonly distributionId: string;
  readonly distributionType: 'queue';
  readonly expiresAt: number;
}

/** What the merchant's other code does with the same database. */
export interface Shop {
  /** Runs one statement; values stand for `?`. */
  sql(text: string, ...values: (string | number)[]): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

export class Rig<Own extends Reservations = Reservations> {
  readonly clock = new ManualClock();
  readonly events: FanfareEvent[] = [];
  readonly ledger: Ledger = memoryLedger({ clock: this.clock });
  #attempts = 0;

  constructor(
    readonly shop: Shop,
    readonly reservations: Own,
  ) {}

  /** An admission with ten minutes to go. */
  admission(id: string): Admitted {
    const expiresAt = this.clock.now() + 10 * MINUTE;
    return { id, consumerId: `cons_${id}`, distributionId: 'queue_1', distributionType: 'queue', expiresAt };
  }

  async stock(items: Readonly<Record<string, number>>): Promise<void> {
    for (const [item, count] of Object.entries(items))
      await this.shop.sql('INSERT INTO "Stock" VALUES (?, ?, ?)', item, count, count);
  }

  async left(item: string): Promise<number> {
    const [row] = await this.shop.sql('SELECT "left" FROM "Stock" WHERE "order" = ?', item);
    return Number(row?.['left']);
  }

  async outcomes(admission: { readonly id: string }): Promise<readonly string[]> {
    return (await this.reservations.find(admission)).map(
      ({ line, quantity, state }) => `${String(quantity)} ${line} ${state}`,
    );
  }

  said(): readonly string[] {
    return this.events.map(({ type }) => type);
  }

  /** An order attempt that is active for two minutes; resolves to what ends it. */
  async attempt(
    admission: Admitted,
    attemptId = `attempt ${String((this.#attempts += 1))}`,
  ): Promise<{ admissionId: string; attemptId: string }> {
    const claim = { attemptId, tokenHash: `token of ${admission.id}`, sidHash: 'sid', owner: 'test' };
    const { outcome } = await this.ledger.claim({
      ...{ admission, ...claim, leaseMs: 2 * MINUTE, supersede: true, takeUnresolved: true },
    });
    if (outcome !== 'claimed') throw new Error('not claimed');
    return { admissionId: admission.id, attemptId };
  }

  async order(admission: Admitted, orderId: string): Promise<void> {
    await this.ledger.complete({ target: { by: 'admission', admission }, order: { orderId } });
  }
}

/** What a call rejects with, if it does. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
