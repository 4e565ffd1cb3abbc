/** Settles attempts that ended without a word: have the merchant's own records an order from them? */
import type { Order } from '../admission/order.js';
import { FanfareError } from '../errors.js';
import type { Row } from '../ledger/row.js';
import { isUsed } from '../ledger/row.js';
import type { Completer } from './complete.js';
import type { LedgerParts, LedgerWatch } from './ledger-watch.js';
import { askLedger, watchLedger } from './ledger-watch.js';
import type { FindOrder } from './lookup.js';
import { lookUp } from './lookup.js';
import { repeat } from './repeat.js';

const SWEEP_EVERY_MS = 60_000;
const MOST_PER_SWEEP = 500;

export interface ReconcilerParts extends LedgerParts {
  readonly completer: Completer;
  /** Absent: nothing is settled here, and a new claim may take an unresolved attempt's place. */
  readonly findOrder?: FindOrder;
}

/** `ordered`: it has an order. `free`: it has none and may be claimed. `unknown`: nobody can tell yet. */
export type Settled = 'ordered' | 'free' | 'unknown';

export interface Reconciler {
  /** Settles an unresolved row; any other is answered as it is. Rejects with `LEDGER_UNAVAILABLE` only. */
  settle(row: Row): Promise<Settled>;
  /** Settles all unresolved rows, one after the other; never rejects. */
  sweep(): Promise<void>;
  /** Sweeps now and every minute; idempotent. */
  start(): void;
  /** No further lookup; resolves when the running one has ended. */
  stop(): Promise<void>;
}

type UnresolvedRow = Extract<Row, { readonly state: 'unresolved' }>;

/** Puts the reconciler together; it does nothing before it is asked to. */
export function createReconciler(parts: ReconcilerParts): Reconciler {
  return new Reconciliation(parts);
}

class Reconciliation implements Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #ledger: LedgerWatch;
  readonly #sweeps;
  /** By attempt: a merchant is asked once, however many submits wait for it. */
  readonly #running = new Map<string, Promise<Settled>>();
  #stopped = false;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#ledger = watchLedger(parts);
    this.#sweeps = repeat(parts.clock, SWEEP_EVERY_MS, () => this.sweep());
  }

  settle(row: Row): Promise<Settled> {
    const { findOrder } = this.#parts;
    if (row.state !== 'unresolved' || findOrder === undefined) return Promise.resolve(answered(row));
    const running = this.#running.get(row.attempt.id);
    if (running !== undefined) return running;
    const settling = this.#settle(row, findOrder).finally(() => this.#running.delete(row.attempt.id));
    this.#running.set(row.attempt.id, settling);
    return settling;
  }

  async #settle(row: UnresolvedRow, findOrder: FindOrder): Promise<Settled> {
    let order: Order | null | undefined;
    try {
      order = await lookUp(findOrder, this.#parts.clock, row.admission, row.attempt);
    } catch (error) {
      return this.#unknown(row, error);
    }
    return order === undefined || order === null ? this.#free(row) : this.#record(row, order);
  }

  async sweep(): Promise<void> {
    if (this.#parts.findOrder === undefined) return;
    const query = { states: ['unresolved'], limit: MOST_PER_SWEEP } as const;
    for (const row of (await this.#ledger.ask((ledger) => ledger.list(query))) ?? []) {
      if (this.#stopped || !(await this.#swept(row))) return;
    }
  }

  start(): void {
    this.#stopped = false;
    this.#sweeps.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#sweeps.stop();
  }

  /** `false`: the ledger is away, which has been said; the next sweep goes on. */
  async #swept(row: Row): Promise<boolean> {
    return this.settle(row).then(
      () => true,
      () => false,
    );
  }

  async #record(row: UnresolvedRow, order: Order): Promise<Settled> {
    // Found late is not paid late: the attempt was last heard of when it lapsed.
    const options = { attemptId: row.attempt.id, now: this.#parts.clock.now(), paidAt: row.since };
    try {
      await this.#parts.completer.complete({ by: 'id', id: row.admission.id }, order, options);
    } catch (error) {
      const code = error instanceof FanfareError ? error.code : undefined;
      if (code === 'LEDGER_UNAVAILABLE') throw error;
      // Used: another order was first, so there is one all the same. The rest says that this is not an order.
      if (code !== 'ADMISSION_USED') return this.#unknown(row, error);
    }
    return 'ordered';
  }

  async #free({ admission, attempt, since }: UnresolvedRow): Promise<Settled> {
    const message = 'An attempt without an order could not be given back: the ledger cannot be asked.';
    const holder = { admissionId: admission.id, attemptId: attempt.id };
    // It may have been heard of again while the merchant was asked, and be about to charge.
    const outcome = { to: 'free', unresolvedSince: since } as const;
    const ours = await askLedger(this.#parts, message, (ledger) => ledger.settle(holder, outcome));
    if (!ours) return 'unknown';
    this.#parts.emit({
      type: 'claim.released',
      level: 'info',
      message: `Attempt ${attempt.number} made no order; the admission is free again.`,
      admissionId: admission.id,
      attempt: attempt.number,
    });
    return 'free';
  }

  #unknown({ admission }: UnresolvedRow, cause: unknown): Settled {
    this.#parts.emit({
      type: 'order.lookup_failed',
      level: 'error',
      message: '"findOrder" gave no usable answer, so an attempt stays unresolved. It is asked again.',
      admissionId: admission.id,
      cause,
    });
    return 'unknown';
  }
}

/** A row that needs no lookup, or cannot have one. */
function answered(row: Row): Settled {
  if (isUsed(row)) return 'ordered';
  return row.state === 'free' ? 'free' : 'unknown';
}
