/** Reservations over any engine: what is handed in is checked, the step is run, and what came of it is said. */
import { FanfareError } from '../errors.js';
import { safely, warnOnStderr, type OnEvent } from '../events.js';
import { kindOf } from '../option-checks.js';
import type { Engine } from './engine.js';
import type { Hold } from './hold.js';
import { holdsIn } from './hold.js';
import type { CartLine } from './lines.js';
import { readCart, readId, readLineNames, readText } from './lines.js';
import type { Reconciliation } from './reconcile.js';
import { reconcile } from './reconcile.js';
import type { AdmissionId, OrderOfHolds, ReservationOptions, Reservations } from './reservations.js';
import { sayConverted, sayDifferences, sayEach, sayFailed } from './saying.js';
import type { Statements } from './statements.js';
import type { Step } from './step.js';
import type { Converted, Converting } from './steps.js';
import { convert, hold, release } from './steps.js';
import type { Sweep } from './sweep.js';
import { sweep } from './sweep.js';

/** A checkout that runs into the end of its admission keeps its stock for this long. */
const MARGIN_MS = 60_000;
const LONGEST_SECONDS = 400 * 86_400;

export interface StockReservationsParts extends Pick<ReservationOptions, 'ledger'> {
  readonly engine: Engine;
  readonly statements: Statements;
  readonly emit: OnEvent;
  readonly windowMs: number;
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
    admission: AdmissionId & { readonly expiresAt?: number },
    lines: readonly CartLine[],
  ): Promise<readonly Hold[]> {
    const { statements, emit, windowMs } = this.#parts;
    const id = readId(admission);
    const cart = readCart(lines);
    const { holds, changed } = await this.engine.transact(id, (now) =>
      hold(statements, id, cart, endOfHold(admission.expiresAt, windowMs, now), now),
    );
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

  async release(admission: AdmissionId, lines?: readonly string[]): Promise<readonly Hold[]> {
    const id = readId(admission);
    const names = readLineNames(lines);
    const released = await this.engine.transact(id, (now) => release(this.#parts.statements, id, names, now));
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
    return swept;
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
      lines: readLineNames(order.lines),
    };
    return { id, step: (now: number) => convert(statements, id, converting, now) };
  }

  protected said(converted: Converted): Converted {
    sayConverted(this.#parts.emit, converted);
    return converted;
  }
}

/** The options that all databases share, read. */
export function readShared(
  factory: string,
  { ledger, windowSeconds = 1_800, onEvent = warnOnStderr }: ReservationOptions,
): Pick<StockReservationsParts, 'ledger' | 'windowMs' | 'emit'> {
  if (typeof (ledger as Partial<typeof ledger> | undefined)?.find !== 'function') {
    throw new TypeError(
      `${factory}: "ledger" must be the ledger that createFanfare was given, got ${kindOf(ledger)}`,
    );
  }
  if (typeof onEvent !== 'function') {
    throw new TypeError(`${factory}: "onEvent" must be a function, got ${kindOf(onEvent)}`);
  }
  const windowMs = readSeconds(`${factory}: "windowSeconds"`, windowSeconds);
  return { ledger, windowMs, emit: safely('onEvent', onEvent) };
}

function readSeconds(option: string, seconds: unknown): number {
  if (typeof seconds === 'number' && seconds >= 1 && seconds <= LONGEST_SECONDS) return seconds * 1_000;
  throw new TypeError(
    `${option} must be a number of seconds from 1 to ${LONGEST_SECONDS}, got ${kindOf(seconds)}`,
  );
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
  if (!(end > now)) throw new FanfareError('ADMISSION_EXPIRED');
  return () => end;
}

function* every(statements: Statements, admissionId: string): Step<readonly Hold[]> {
  return holdsIn(yield statements.byAdmission(admissionId));
}
