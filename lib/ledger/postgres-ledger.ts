/** The ledger in PostgreSQL: each step is one call of a function in the database, which is where the rules are. */
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
import { checkDatabase, checkVersion } from './postgres-check.js';
import type { PostgresConnection } from './postgres-connection.js';
import { answerOf, connectionIn, quoted } from './postgres-connection.js';
import { PostgresOverview } from './postgres-overview.js';
import type { DeliveryProgress, Row } from './row.js';

/** Deleting more than this at once would hold up the orders behind it. */
const PURGE_BATCH = 500;

export interface PostgresSettings {
  readonly pool: PostgresConnection;
  readonly schema: string;
  readonly clock: Clock | undefined;
}

export class PostgresLedger extends PostgresOverview implements Ledger {
  readonly engine = 'postgres';
  readonly #settings: PostgresSettings;
  #opened: Promise<readonly string[]> | undefined;
  #isOpen = false;
  #closed = false;

  constructor(settings: PostgresSettings) {
    super();
    this.#settings = settings;
  }

  async open(): Promise<readonly string[]> {
    if (this.#closed) throw new Error('The postgres ledger is closed.');
    const { pool, schema } = this.#settings;
    this.#opened ??= checkDatabase(pool, schema);
    try {
      const warnings = await this.#opened;
      this.#isOpen = true;
      return warnings;
    } catch (error) {
      // What was wrong may be put right, so the next one looks again.
      this.#opened = undefined;
      throw error;
    }
  }

  find(admissionId: string): Promise<Row | undefined> {
    return this.step('find', [admissionId]);
  }

  rowsOf({ distributionType, distributionId, consumerId }: Triple): Promise<readonly Row[]> {
    return this.step('rows_of', [JSON.stringify({ id: '', distributionType, distributionId, consumerId })]);
  }

  claim({ admission, ...request }: ClaimRequest): Promise<ClaimOutcome> {
    const { tokenHash, sidHash, attemptId, owner, leaseMs, supersede, takeUnresolved } = request;
    return this.step('claim', [
      ...[JSON.stringify(admission), tokenHash, sidHash, attemptId, owner],
      ...[leaseMs, supersede, takeUnresolved],
    ]);
  }

  renew({ admissionId, attemptId }: Holder, leaseMs: number): Promise<boolean> {
    return this.step('renew', [admissionId, attemptId, leaseMs]);
  }

  defer({ admissionId, attemptId }: Holder, reference: string): Promise<boolean> {
    return this.step('defer', [admissionId, attemptId, reference]);
  }

  settle({ admissionId, attemptId }: Holder, outcome: AttemptOutcome): Promise<boolean> {
    const none = { pendingMs: undefined, notAfter: undefined, unresolvedSince: undefined };
    const { to, pendingMs, notAfter, unresolvedSince } = { ...none, ...outcome };
    return this.step('settle', [admissionId, attemptId, to, pendingMs, notAfter, unresolvedSince]);
  }

  checkTransaction(transaction: unknown): void {
    connectionIn(transaction);
  }

  async complete({ target, order }: CompletionRequest, transaction?: unknown): Promise<CompletionOutcome> {
    const connection = transaction === undefined ? this.#settings.pool : connectionIn(transaction);
    const admission = target.by === 'id' ? { id: target.id } : target.admission;
    const { metadata, ...rest } = order;
    const values = [target.by, JSON.stringify(admission), JSON.stringify(rest), JSON.stringify(metadata)];
    return this.step('complete', values, connection);
  }

  takeDue(limit: number, leaseMs: number): Promise<readonly DueDelivery[]> {
    return this.step('take_due', [limit, leaseMs]);
  }

  take(admissionId: string, leaseMs: number): Promise<DueDelivery | undefined> {
    return this.step('take', [admissionId, leaseMs]);
  }

  settleDelivery(admissionId: string, leaseId: string, outcome: DeliveryOutcome): Promise<boolean> {
    const progress = outcome.to === 'delivered' ? undefined : JSON.stringify(outcome.delivery);
    return this.step('settle_delivery', [admissionId, leaseId, outcome.to, progress]);
  }

  reschedule(admissionId: string, delivery: Omit<DeliveryProgress, 'lease'>): Promise<boolean> {
    return this.step('reschedule', [admissionId, JSON.stringify(delivery)]);
  }

  discard(admissionId: string): Promise<boolean> {
    return this.step('discard', [admissionId]);
  }

  lead({ owner, leaseMs, memo }: LeadRequest): Promise<Lead> {
    return this.step('lead', [owner, leaseMs, memo]);
  }

  list({ states, olderThanMs = 0, limit }: RowQuery): Promise<readonly Row[]> {
    return this.step('list', [states, olderThanMs, limit]);
  }

  async purge(): Promise<number> {
    for (let total = 0; ;) {
      const { purged, more } = await this.step<{ purged: number; more: boolean }>('purge', [PURGE_BATCH]);
      total += purged;
      if (!more) return total;
    }
  }

  close(): Promise<void> {
    // The pool stays open: it is the merchant's.
    this.#closed = true;
    return Promise.resolve();
  }

  protected async step<Answer>(
    name: string,
    values: readonly unknown[],
    connection: PostgresConnection = this.#settings.pool,
  ): Promise<Answer> {
    await this.#openFor(connection);
    const { schema, clock } = this.#settings;
    const all = [...values, clock?.now()];
    const places = all.map((_value, index) => `$${index + 1}`).join(', ');
    const text = `SELECT ${quoted(schema)}.${name}(${places})::text AS answer`;
    return answerOf(await connection.query(text, all)) as Answer;
  }

  /**
   * Whoever has a transaction may hold the pool's last client, so nothing is asked of the pool for it. Of all that may be
   * wrong with a database, the step itself would overlook the version alone.
   */
  async #openFor(connection: PostgresConnection): Promise<void> {
    const { pool, schema } = this.#settings;
    if (connection === pool || this.#isOpen || this.#closed) await this.open();
    else await checkVersion(connection, schema);
  }
}
