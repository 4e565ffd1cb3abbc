/** Reservations over any engine: what is handed in is checked, the step is run, and what came of it is said. */
import { askLedger } from '../completion/ledger-watch.js';
import { FanfareError } from '../errors.js';
import { type Converted, convert, type Converting } from './convert.js';
import type { Engine, TimedStep } from './engine.js';
import type { Hold } from './hold.js';
import { holdsIn } from './hold.js';
import { LeaveNeeded, refuseLeave } from './leave.js';
import type { CartLine } from './lines.js';
import { readAttemptId, readCart, readEnd, readId, readLineNames, readText } from './lines.js';
import { purge } from './purge.js';
import type { Reconciliation } from './reconcile.js';
import { reconcile } from './reconcile.js';
import type { AdmissionId, AskingAdmission, OrderOfHolds, Reservations } from './reservations.js';
import { sayConverted, sayDifferences, sayEach, sayFailed, sayUnpurged } from './saying.js';
import { readSeconds, type SharedOptions } from './shared-options.js';
import type { Statements } from './statements.js';
import type { Step } from './step.js';
import { hold, release } from './steps.js';
import type { Sweep } from './sweep.js';
import { sweep } from './sweep.js';

/** A checkout that runs into the end of its admission keeps its stock for this long. */
const MARGIN_MS = 60_000;
/** No admission's: two processes that purge wait for each other, and for nobody else. */
const PURGE = 'purge *';
const UNTOLD =
  'Whether an order attempt is paying for this stock is not known: the ledger cannot be asked. Try again.';

export interface StockReservationsParts extends SharedOptions {
  readonly engine: Engine;
  readonly statements: Statements;
}

export class StockReservations<Database extends Engine> implements Reservations {
  protected readonly engine: Database;
  readonly #parts: StockReservationsParts;

  constructor(parts: StockReservationsParts & { readonly engine: Database }) {
    this.engine = parts.engine;
    this.#parts = parts;
  }

  open(): Promise<void> {
    return this.engine.open();
  }

  async hold(
    admission: AskingAdmission & { readonly expiresAt?: number },
    lines: readonly CartLine[],
  ): Promise<readonly Hold[]> {
    const { statements, emit, windowMs } = this.#parts;
    const id = readId(admission);
    const cart = readCart(lines);
    const attemptId = readAttemptId(admission.attempt);
    const expiresAt = readEnd(admission.expiresAt);
    const { holds, changed } = await this.#withLeave(id, attemptId, (leave) => (now) => {
      const until = endOfHold(expiresAt, windowMs, now);
      return hold(statements, id, { cart, until, attemptId, leave }, now);
    });
    sayEach(emit, changed);
    return holds;
  }

  async convert(
    admission: AdmissionId,
    order: OrderOfHolds,
    { transaction }: { readonly transaction?: unknown } = {},
  ): Promise<Converted> {
    const { id, step } = this.conversion(admission, order);
    return this.said(
      await (transaction === undefined
        ? this.engine.transact(id, step)
        : this.engine.within(transaction, id, step)),
    );
  }

  async release(admission: AskingAdmission, lines?: readonly string[]): Promise<readonly Hold[]> {
    const id = readId(admission);
    const named = { lines: readLineNames(lines) };
    const { statements } = this.#parts;
    const released = await this.#withLeave(
      id,
      readAttemptId(admission.attempt),
      (leave) => (now) => release(statements, id, { ...named, leave }, now),
    );
    sayEach(this.#parts.emit, released);
    return released;
  }

  async find(admission: AdmissionId): Promise<readonly Hold[]> {
    const id = readId(admission);
    return this.engine.read(() => every(this.#parts.statements, id));
  }

  async sweep(): Promise<Sweep> {
    const swept = await sweep(this.#parts);
    sayEach(this.#parts.emit, [...swept.expired, ...swept.converted]);
    sayFailed(this.#parts.emit, swept.failed);
    return { ...swept, purged: await this.#purge() };
  }

  async reconcile({
    sinceSeconds = 86_400,
  }: { readonly sinceSeconds?: number } = {}): Promise<Reconciliation> {
    const found = await reconcile(this.#parts, readSeconds('reconcile: "sinceSeconds"', sinceSeconds));
    sayDifferences(this.#parts.emit, found.differences);
    return found;
  }

  close(): Promise<void> {
    return this.engine.close();
  }

  /** The step that a conversion is, checked; for whoever runs it. */
  protected conversion(admission: AdmissionId, order: OrderOfHolds) {
    const id = readId(admission);
    const { statements } = this.#parts;
    const converting: Converting = {
      orderId: readText('orderId', (order as OrderOfHolds | undefined)?.orderId),
      lines: readCart(order.lines),
    };
    return { id, step: (now: number) => convert(statements, id, converting, now) };
  }

  protected said(converted: Converted): Converted {
    sayConverted(this.#parts.emit, converted);
    return converted;
  }

  /**
   * The ledger is asked only where something would be taken from a hold, and outside the transaction: so it is asked again
   * whenever an attempt has spoken for those holds meanwhile.
   */
  async #withLeave<Result>(
    id: string,
    attemptId: string | undefined,
    step: (leave: LeaveNeeded | undefined) => TimedStep<Result | LeaveNeeded>,
  ): Promise<Result> {
    for (let leave: LeaveNeeded | undefined; ;) {
      const done = await this.engine.transact(id, step(leave));
      if (!(done instanceof LeaveNeeded)) return done;
      const row = await askLedger(this.#parts, UNTOLD, (ledger) => ledger.find(id));
      refuseLeave(row, attemptId);
      leave = done;
    }
  }

  /** Nobody is to suffer for what is only tidying up: the next sweep tries again. */
  async #purge(): Promise<number> {
    const { engine, statements, emit } = this.#parts;
    try {
      return await engine.transact(PURGE, (now) => purge(statements, now));
    } catch (cause) {
      sayUnpurged(emit, cause);
      return 0;
    }
  }
}

/**
 * Tells the end of a hold from the end that it had before. Where nobody told when the admission ends, a hold that still
 * lasts keeps its end: a reload of the page must not hold the stock for ever.
 */
function endOfHold(
  expiresAt: number | undefined,
  windowMs: number,
  now: number,
): (before: number | undefined) => number {
  if (expiresAt === undefined) {
    return (before) => (before !== undefined && before > now ? before : now + windowMs + MARGIN_MS);
  }
  const end = expiresAt + MARGIN_MS;
  if (end <= now) throw new FanfareError('ADMISSION_EXPIRED');
  return () => end;
}

function* every(statements: Statements, admissionId: string): Step<readonly Hold[]> {
  return holdsIn(yield statements.byAdmission(admissionId));
}
