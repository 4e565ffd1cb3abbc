/** A ledger over any store that answers at once: the pure steps, the engine's time and the lock, put together. */
import { randomUUID } from 'node:crypto';
import type { Triple } from '../admission/identity.js';
import type { Clock } from '../clock.js';
import { complete } from './completing.js';
import { discard, lease, reschedule, settleDelivery, take } from './delivering.js';
import { lead } from './lead.js';
import type {
  AttemptOutcome,
  ClaimOutcome,
  ClaimRequest,
  CompletionOutcome,
  CompletionRequest,
  DeliveryOutcome,
  DueDelivery,
  Holder,
  Lead,
  LeadRequest,
  Ledger,
  RowQuery,
} from './ledger.js';
import { LocalOverview } from './local-overview.js';
import type { LocalStore, Outlives } from './local-store.js';
import { noTransactions } from './no-transactions.js';
import { denialKey } from './note.js';
import { lasting } from './noting.js';
import type { DeliveryProgress, Row } from './row.js';
import { standing } from './standing.js';
import type { Step } from './transitions.js';
import { claim, defer, renew, settle } from './transitions.js';

/** Deleting more than this at once would hold up the orders behind it. */
const PURGE_BATCH = 500;

export class LocalLedger extends LocalOverview implements Ledger {
  readonly engine: string;
  protected readonly store: LocalStore;
  readonly #clock: Clock;
  #closed = false;

  constructor(store: LocalStore, clock: Clock) {
    super();
    this.engine = store.engine;
    this.store = store;
    this.#clock = clock;
  }

  open(): Promise<readonly string[]> {
    return this.read(() => this.store.warnings());
  }

  find(admissionId: string): Promise<Row | undefined> {
    return this.read((now) => {
      const row = this.store.byId(admissionId);
      return row === undefined ? undefined : standing(row, now);
    });
  }

  rowsOf(triple: Triple): Promise<readonly Row[]> {
    return this.read((now) => this.store.neighbours({ id: '', ...triple }).map((row) => standing(row, now)));
  }

  claim(request: ClaimRequest): Promise<ClaimOutcome> {
    const { admission, tokenHash } = request;
    return this.#step((now) => {
      const denial = lasting(this.store.note('denied', denialKey(admission)), now);
      return claim(this.store.neighbours(admission, tokenHash), denial, request, now);
    });
  }

  renew(holder: Holder, leaseMs: number): Promise<boolean> {
    return this.#step((now) => renew(this.store.byId(holder.admissionId), holder, leaseMs, now));
  }

  defer(holder: Holder, reference: string): Promise<boolean> {
    return this.#step((now) => defer(this.store.byId(holder.admissionId), holder, reference, now));
  }

  settle(holder: Holder, outcome: AttemptOutcome): Promise<boolean> {
    return this.#step((now) => settle(this.store.byId(holder.admissionId), holder, outcome, now));
  }

  checkTransaction(): never {
    throw noTransactions(this.engine);
  }

  async complete(request: CompletionRequest, transaction?: unknown): Promise<CompletionOutcome> {
    if (transaction !== undefined) this.checkTransaction();
    return this.#step((now) => complete(this.#concerned(request), request, now));
  }

  // A delivery whose lease or end a power cut undoes is sent again, under the same idempotency key.
  takeDue(limit: number, leaseMs: number): Promise<readonly DueDelivery[]> {
    return this.write((now) => {
      const taken = this.store
        .due(now, atLeastNone(limit))
        .map((row) => lease(row, randomUUID(), leaseMs, now));
      for (const { row } of taken) this.store.put(row);
      return taken;
    }, 'crash');
  }

  take(admissionId: string, leaseMs: number): Promise<DueDelivery | undefined> {
    return this.#step((now) => take(this.store.byId(admissionId), randomUUID(), leaseMs, now), 'crash');
  }

  settleDelivery(admissionId: string, leaseId: string, outcome: DeliveryOutcome): Promise<boolean> {
    return this.#step((now) => settleDelivery(this.store.byId(admissionId), leaseId, outcome, now), 'crash');
  }

  reschedule(admissionId: string, delivery: Omit<DeliveryProgress, 'lease'>): Promise<boolean> {
    return this.#step((now) => reschedule(this.store.byId(admissionId), delivery, now));
  }

  discard(admissionId: string): Promise<boolean> {
    return this.#step((now) => discard(this.store.byId(admissionId), now));
  }

  lead(request: LeadRequest): Promise<Lead> {
    return this.write((now) => {
      const { outcome, write } = lead(this.store.lead(), request, now);
      if (write !== undefined) this.store.putLead(write);
      return outcome;
    });
  }

  list(query: RowQuery): Promise<readonly Row[]> {
    return this.read((now) => this.store.list({ ...query, limit: atLeastNone(query.limit) }, now));
  }

  async purge(): Promise<number> {
    for (let total = 0; ;) {
      const deleted = await this.write((now) => this.store.purge(now, PURGE_BATCH));
      total += deleted;
      if (deleted < PURGE_BATCH) return total;
      await new Promise(setImmediate);
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    return new Promise((resolve) => {
      this.store.close();
      resolve();
    });
  }

  #concerned({ target }: CompletionRequest): readonly Row[] {
    if (target.by !== 'id') return this.store.neighbours(target.admission);
    const row = this.store.byId(target.id);
    return row === undefined ? [] : [row];
  }

  #step<Outcome>(step: (now: number) => Step<Outcome>, outlives?: Outlives): Promise<Outcome> {
    return this.write((now) => {
      const { outcome, write } = step(now);
      if (write !== undefined) this.store.put(write);
      return outcome;
    }, outlives);
  }

  /** The time is read inside the lock: a step that had to wait for it judges by when it got it. */
  protected write<Result>(work: (now: number) => Result, outlives: Outlives = 'power-cut'): Promise<Result> {
    return this.read(() => this.store.exclusively(() => work(this.#clock.now()), outlives));
  }

  protected read<Result>(work: (now: number) => Result): Promise<Result> {
    return new Promise((resolve) => {
      if (this.#closed) throw new Error(`The ${this.engine} ledger is closed.`);
      this.store.open();
      resolve(work(this.#clock.now()));
    });
  }
}

/** A negative limit means "all" to one store and "all but" to another. */
function atLeastNone(limit: number): number {
  return Math.max(0, limit);
}
