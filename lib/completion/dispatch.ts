/** One completion on its way: it is sent, its answer judged, and what came of it written down and said. */
import { compact } from '../admission/compact.js';
import type { Clock } from '../clock.js';
import type { OnEvent } from '../events.js';
import type { DeliveryAnswer } from '../fanfare-api/answers.js';
import type { FanfareClient } from '../fanfare-api/client.js';
import type { DeliveryOutcome, DueDelivery } from '../ledger/ledger.js';
import type { ObservedDelivery, Observer } from '../observer.js';
import { outcomeEvent, turnEvent } from './delivery-events.js';
import { decide } from './delivery-rules.js';
import { takeKept } from './kept-with-order.js';
import type { LedgerWatch } from './ledger-watch.js';
import type { Kept, Queue } from './queue.js';
import { OPEN_QUEUE } from './queue.js';
import { reportOf } from './report.js';
import { isPoison, LEASE_MS } from './suspects.js';

export interface DispatchParts {
  readonly ledger: LedgerWatch;
  readonly client: Pick<FanfareClient, 'complete'>;
  readonly clock: Clock;
  readonly emit: OnEvent;
  readonly random: () => number;
  readonly observer: Observer;
  /** Hears each answer, before it is judged, with our own time of sending. */
  readonly heard: (answer: DeliveryAnswer, sentAt: number) => void;
}

const HANDED_BACK_MS = 1_000;

interface Settled {
  readonly delivery: DueDelivery;
  readonly outcome: DeliveryOutcome;
}

export class Dispatch {
  readonly #parts: DispatchParts;
  #queue: Queue = OPEN_QUEUE;
  #pausedAt = -Infinity;
  /** Answers are judged and written one after the other: a pause must find the earlier ones written. */
  #written: Promise<void> = Promise.resolve();
  /** The ledger's time minus our clock's, as of the latest take. */
  #ahead = 0;
  /** Ends that may be written down, for the ledger's answer was lost: nobody else would ever say them. */
  readonly #unsaid = new Set<Settled>();

  constructor(parts: DispatchParts) {
    this.#parts = parts;
  }

  get queue(): Queue {
    return this.#queue;
  }

  /** When the latest pause began, by our clock. */
  get pausedAt(): number {
    return this.#pausedAt;
  }

  /** What the ledger would say that time it is. */
  get ledgerNow(): number {
    return this.#parts.clock.now() + this.#ahead;
  }

  /** Goes on where another process has left off. */
  recall(queue: Queue): void {
    this.#queue = queue;
    this.#pausedAt = -Infinity;
  }

  /** Resolves when what came of it is written down; never rejects. */
  async deliver(delivery: DueDelivery, probe: boolean): Promise<void> {
    const sentAt = this.#parts.clock.now();
    this.#ahead = delivery.takenAt - sentAt;
    if (isPoison(delivery)) return this.#giveUp(delivery);
    const answer = await this.#ask(delivery);
    this.#parts.heard(answer, sentAt);
    this.#written = this.#written.then(() => this.#write(delivery, answer, probe));
    await this.#written;
  }

  /** Puts rows back on the schedule as they are given. */
  async putBack(rows: readonly Kept[]): Promise<void> {
    for (const { admissionId, delivery } of rows) {
      await this.#parts.ledger.ask((ledger) => ledger.reschedule(admissionId, delivery));
    }
  }

  /** Lets a completion go that was taken and not sent; it is due again in a moment. */
  async handBack({ row, leaseId, takenAt }: DueDelivery): Promise<void> {
    const delivery = { ...row.delivery, nextAttemptAt: takenAt + HANDED_BACK_MS };
    await this.#parts.ledger.ask((ledger) =>
      ledger.settleDelivery(row.admission.id, leaseId, { to: 'ordered', delivery }),
    );
  }

  /** Says what has an end of which we heard nothing, as soon as the ledger can be asked again. */
  async sayUnsaid(): Promise<void> {
    for (const settled of this.#unsaid) {
      const { row, takenAt } = settled.delivery;
      const found = await this.#parts.ledger.ask(async (ledger) => [await ledger.find(row.admission.id)]);
      if (found === undefined) return;
      // Whoever else looks meanwhile finds it said.
      if (!this.#unsaid.delete(settled)) continue;
      const [now] = found;
      // Up to the end of our lease nobody else can have written it; later it is theirs to say.
      const ours = now?.state === settled.outcome.to && now.updatedAt < takenAt + LEASE_MS;
      if (ours) this.#parts.emit(outcomeEvent(row, settled.outcome));
    }
  }

  async #giveUp(delivery: DueDelivery): Promise<void> {
    const { row } = delivery;
    const lastReason = `${String(row.delivery.crashes)} processes in a row ended while sending it`;
    await this.#settle({ delivery, outcome: { to: 'dead', delivery: { ...row.delivery, lastReason } } });
  }

  async #ask({ row }: DueDelivery): Promise<DeliveryAnswer> {
    try {
      const { client, observer } = this.#parts;
      return await observer.delivery(observed(row), () => client.complete(reportOf(row)));
    } catch (error) {
      // The client answers and never throws; should it do so, its message may hold what must not be logged.
      return { kind: 'failed', reason: error instanceof Error ? error.name : 'unknown error' };
    }
  }

  async #write(delivery: DueDelivery, answer: DeliveryAnswer, probe: boolean): Promise<void> {
    const { row } = delivery;
    const { outcome, queue, putBack } = decide(this.#queue, {
      admissionId: row.admission.id,
      before: row.delivery,
      answer,
      probe,
      now: this.ledgerNow,
      random: this.#parts.random(),
    });
    this.#turn(queue);
    await this.#settle({ delivery, outcome });
    await this.putBack(putBack);
  }

  async #settle(settled: Settled): Promise<void> {
    const { delivery, outcome } = settled;
    const { row, leaseId } = delivery;
    const ours = await this.#parts.ledger.ask((ledger) =>
      ledger.settleDelivery(row.admission.id, leaseId, outcome),
    );
    // Without our lease somebody else sends it, and says so.
    if (ours === true) this.#parts.emit(outcomeEvent(row, outcome));
    if (ours !== undefined || outcome.to === 'ordered') return;
    this.#unsaid.add(settled);
    await this.sayUnsaid();
  }

  #turn(queue: Queue): void {
    const event = turnEvent(this.#queue, queue);
    this.#queue = queue;
    if (event === undefined) return;
    if (event.type === 'deliveries.paused') this.#pausedAt = this.#parts.clock.now();
    this.#parts.emit(event);
  }
}

function observed({ admission, order }: DueDelivery['row']): ObservedDelivery {
  const { id: admissionId, distributionType } = admission;
  const { traceparent } = takeKept(order).kept;
  return compact({ admissionId, orderId: order.orderId, distributionType, traceparent });
}
