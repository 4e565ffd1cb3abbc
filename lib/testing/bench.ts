/** What a case of the contract suite works with: a fresh ledger, its clock, and ready-made requests. */
import assert from 'node:assert/strict';
import type { Admission } from '../admission/admission.js';
import type { Clock } from '../clock.js';
import type {
  AttemptOutcome,
  ClaimOutcome,
  ClaimRequest,
  CompletionOutcome,
  DueDelivery,
  Holder,
  Ledger,
} from '../ledger/ledger.js';
import type { Row, RowStateName } from '../ledger/row.js';
import type { ManualClock } from './manual-clock.js';

/** The times of the suite, in milliseconds. */
export const LEASE_MS = 120_000;
export const PENDING_MS = 1_800_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** What an engine brings to the suite. */
export interface LedgerUnderTest {
  readonly ledger: Ledger;
  /** Closes the ledger and opens the same rows again, for engines whose rows outlive a process. */
  readonly reopen?: () => Ledger | Promise<Ledger>;
  /** Removes what was made for this ledger; it has been closed by then. */
  readonly cleanup?: () => void | Promise<void>;
}

/** Makes an empty ledger that takes its time from `clock`. */
export type MakeLedger = (setup: { readonly clock: Clock }) => LedgerUnderTest | Promise<LedgerUnderTest>;

/** Titles and what must hold. */
export type Cases = Readonly<Record<string, (bench: Bench) => Promise<void>>>;

const IDS = Object.freeze({
  id: 'admission-1',
  consumerId: 'cons_1',
  distributionId: 'queue_1',
  distributionType: 'queue',
} as const);

/** The admission most cases are about; granted at the clock's start, good for 30 minutes. */
export const ADMISSION = Object.freeze({
  ...IDS,
  admittedAt: 1_700_000_000_000,
  expiresAt: 1_700_001_800_000,
}) satisfies Admission;

/** The same of which only the ids are known. */
export const TIMELESS: Admission = IDS;

/** The triple without a time of admittance, as an order webhook knows it. */
export const OF_TRIPLE: Admission = Object.freeze({ ...IDS, id: 'admission-of-triple' });

export class Bench {
  readonly ledger: Ledger;
  readonly clock: ManualClock;
  readonly #attempts = new Map<string, number>();

  constructor(ledger: Ledger, clock: ManualClock) {
    this.ledger = ledger;
    this.clock = clock;
  }

  /** A claim by the first session, with a token and an attempt id of its own. */
  request(changes: Partial<ClaimRequest> = {}): ClaimRequest {
    const admission = changes.admission ?? ADMISSION;
    const number = (this.#attempts.get(admission.id) ?? 0) + 1;
    this.#attempts.set(admission.id, number);
    return {
      admission,
      tokenHash: `token of ${admission.id}`,
      sidHash: 'session-1',
      attemptId: `attempt ${number} of ${admission.id}`,
      owner: 'process-1',
      leaseMs: LEASE_MS,
      supersede: true,
      takeUnresolved: false,
      ...changes,
    };
  }

  claim(changes: Partial<ClaimRequest> = {}): Promise<ClaimOutcome> {
    return this.ledger.claim(this.request(changes));
  }

  /** Claims, and fails the case when the claim is refused. */
  async claimed(changes: Partial<ClaimRequest> = {}): Promise<Holder> {
    const request = this.request(changes);
    assert.equal((await this.ledger.claim(request)).outcome, 'claimed');
    return { admissionId: request.admission.id, attemptId: request.attemptId };
  }

  /** Claims and settles the attempt at once. */
  async settled(outcome: AttemptOutcome, changes: Partial<ClaimRequest> = {}): Promise<Holder> {
    const holder = await this.claimed(changes);
    assert.equal(await this.ledger.settle(holder, outcome), true);
    return holder;
  }

  pending(changes: Partial<ClaimRequest> = {}): Promise<Holder> {
    return this.settled({ to: 'pending', pendingMs: PENDING_MS }, changes);
  }

  complete(orderId = 'order-1', admission: Admission = ADMISSION): Promise<CompletionOutcome> {
    return this.ledger.complete({ target: { by: 'admission', admission }, order: { orderId } });
  }

  completeTriple(orderId = 'order-1', admission: Admission = OF_TRIPLE): Promise<CompletionOutcome> {
    return this.ledger.complete({ target: { by: 'triple', admission }, order: { orderId } });
  }

  /** Leases the one completion that is due. */
  async taken(leaseMs = LEASE_MS): Promise<DueDelivery> {
    const taken = await this.ledger.takeDue(10, leaseMs);
    assert.equal(taken.length, 1);
    return taken[0]!;
  }

  /** Records an order and gives its delivery up. */
  async dead(admission: Admission = ADMISSION): Promise<void> {
    await this.complete('order-1', admission);
    const { leaseId } = await this.taken();
    const delivery = { attempts: 1, nextAttemptAt: this.clock.now(), lastReason: 'refused' };
    assert.equal(await this.ledger.settleDelivery(admission.id, leaseId, { to: 'dead', delivery }), true);
  }

  /** The row, which must be there. */
  async row(id: string = ADMISSION.id): Promise<Row> {
    const row = await this.ledger.find(id);
    assert.ok(row, `there is a row ${id}`);
    return row;
  }

  /** The row, which must be in this state. */
  async rowIn<State extends RowStateName>(
    state: State,
    id: string = ADMISSION.id,
  ): Promise<Extract<Row, { readonly state: State }>> {
    const row = await this.row(id);
    assert.equal(row.state, state);
    return row as Extract<Row, { readonly state: State }>;
  }
}

/** Another admission of the same consumer to the same distribution. */
export function regrant(id: string, admittedAt: number): Admission {
  return { ...ADMISSION, id, admittedAt };
}

/** An admission of another consumer. */
export function another(number: number, changes: Partial<Admission> = {}): Admission {
  return { ...ADMISSION, id: `admission-${number}`, consumerId: `cons_${number}`, ...changes };
}

/** Fails unless the claim was refused, and says by which row. */
export function refusedBy(outcome: ClaimOutcome): Row {
  assert.equal(outcome.outcome, 'refused');
  return outcome.row;
}
