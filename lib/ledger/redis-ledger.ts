/** The port on a Redis server: each step is one script, and what it decides comes back as it stands in the port. */
import { randomUUID } from 'node:crypto';
import { bareAdmission } from '../admission/admission.js';
import type { Triple } from '../admission/identity.js';
import type { Clock } from '../clock.js';
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
import { noTransactions } from './no-transactions.js';
import { denialKey } from './note.js';
import { CLAIM, DEFER, RENEW, SETTLE } from './redis-attempt-scripts.js';
import { checkServer } from './redis-checks.js';
import type { RedisCalls } from './redis-client.js';
import { COMPLETE } from './redis-completion-script.js';
import { DISCARD, RESCHEDULE, SETTLE_DELIVERY, TAKE, TAKE_DUE } from './redis-delivery-scripts.js';
import { fromFields, toFields } from './redis-fields.js';
import { RedisOverview } from './redis-overview.js';
import type { Script } from './redis-script.js';
import { atLeastNone, runScript } from './redis-script.js';
import { FIND, LEAD, LIST, PURGE, ROWS_OF } from './redis-upkeep-scripts.js';
import type { DeliveryProgress, Row } from './row.js';
import { byAge } from './standing.js';

/** A script holds up everybody else, so it deletes no more than this at once. */
const PURGE_BATCH = 200;

export class RedisLedger extends RedisOverview implements Ledger {
  readonly engine = 'redis';
  readonly #calls: RedisCalls;
  readonly #key: string;
  readonly #clock: Clock | undefined;
  #opened: Promise<unknown> | undefined;
  #closed = false;

  /** @param key what all keys begin with: a hash tag, so that a cluster keeps them together */
  constructor(calls: RedisCalls, key: string, clock: Clock | undefined) {
    super();
    this.#calls = calls;
    this.#key = key;
    this.#clock = clock;
  }

  async open(): Promise<readonly string[]> {
    this.#refuseClosed();
    return checkServer(this.#calls, this.#key);
  }

  async find(id: string): Promise<Row | undefined> {
    return (await this.told(FIND, { id })) as Row | undefined;
  }

  async rowsOf({ distributionType, distributionId, consumerId }: Triple): Promise<readonly Row[]> {
    const admission = { id: '', distributionType, distributionId, consumerId };
    return (await this.tellsAll(ROWS_OF, { admission })) as Row[];
  }

  async claim(request: ClaimRequest): Promise<ClaimOutcome> {
    const admission = bareAdmission(request.admission);
    const asked = { ...request, admission, denialKey: denialKey(admission) };
    return (await this.told(CLAIM, asked)) as ClaimOutcome;
  }

  renew(holder: Holder, leaseMs: number): Promise<boolean> {
    return this.done(RENEW, { ...holder, leaseMs });
  }

  defer(holder: Holder, reference: string): Promise<boolean> {
    return this.done(DEFER, { ...holder, reference });
  }

  settle(holder: Holder, outcome: AttemptOutcome): Promise<boolean> {
    return this.done(SETTLE, { ...holder, ...outcome });
  }

  checkTransaction(): never {
    throw noTransactions(this.engine);
  }

  async complete({ target, order }: CompletionRequest, transaction?: unknown): Promise<CompletionOutcome> {
    if (transaction !== undefined) this.checkTransaction();
    const of = target.by === 'id' ? target : { by: target.by, admission: bareAdmission(target.admission) };
    const request = { ...of, order: JSON.stringify(order), orderId: order.orderId };
    return (await this.told(COMPLETE, request)) as CompletionOutcome;
  }

  async takeDue(limit: number, leaseMs: number): Promise<readonly DueDelivery[]> {
    const request = { limit: atLeastNone(limit), leaseMs, leaseId: randomUUID() };
    return (await this.tellsAll(TAKE_DUE, request)) as DueDelivery[];
  }

  async take(id: string, leaseMs: number): Promise<DueDelivery | undefined> {
    return (await this.told(TAKE, { id, leaseMs, leaseId: randomUUID() })) as DueDelivery | undefined;
  }

  settleDelivery(id: string, leaseId: string, outcome: DeliveryOutcome): Promise<boolean> {
    return this.done(SETTLE_DELIVERY, { id, leaseId, ...outcome });
  }

  reschedule(id: string, delivery: Omit<DeliveryProgress, 'lease'>): Promise<boolean> {
    return this.done(RESCHEDULE, { id, delivery });
  }

  discard(id: string): Promise<boolean> {
    return this.done(DISCARD, { id });
  }

  async lead(request: LeadRequest): Promise<Lead> {
    const told = (await this.told(LEAD, request)) as { readonly memo?: string } | undefined;
    return told === undefined ? { leads: false } : { leads: true, ...told };
  }

  async list({ states, olderThanMs = 0, limit }: RowQuery): Promise<readonly Row[]> {
    const most = atLeastNone(limit);
    const request = { states: [...new Set(states)].join(), olderThanMs, limit: most };
    const rows = (await this.tellsAll(LIST, request)) as Row[];
    return rows.sort(byAge).slice(0, most);
  }

  async purge(): Promise<number> {
    for (let total = 0; ;) {
      const deleted = Number(await this.#run(PURGE, { limit: PURGE_BATCH }));
      total += deleted;
      if (deleted < PURGE_BATCH) return total;
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  protected async done(script: Script, request: object): Promise<boolean> {
    return (await this.#run(script, request)) !== null;
  }

  protected async told(script: Script, request: object): Promise<unknown> {
    const reply = await this.#run(script, request);
    return reply === null ? undefined : fromFields(reply);
  }

  /** Scripts that first bring the indexes up to now do so in pieces, and say `null` while there is more to do. */
  protected async tellsAll(script: Script, request: object): Promise<unknown[]> {
    for (;;) {
      const reply = await this.#run(script, request);
      if (reply !== null) return (reply as unknown[]).map(fromFields);
    }
  }

  async #run(script: Script, request: object): Promise<unknown> {
    this.#refuseClosed();
    await this.#openOnce();
    const now = this.#clock?.now();
    return runScript(this.#calls, script, this.#key, toFields({ ...request, now }));
  }

  #openOnce(): Promise<unknown> {
    this.#opened ??= this.open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  #refuseClosed(): void {
    if (this.#closed) throw new Error(`The ${this.engine} ledger is closed.`);
  }
}
