/** The delivery loop: takes due completions out of the ledger, as many as may go out, and has them told to Fanfare. */
import type { Clock } from '../clock.js';
import type { OnEvent } from '../events.js';
import type { FanfareClient } from '../fanfare-api/client.js';
import type { DueDelivery, Ledger } from '../ledger/ledger.js';
import type { DispatchParts } from './dispatch.js';
import { Dispatch } from './dispatch.js';
import type { Flow } from './flow.js';
import { afterAnswer, afterSending, fullFlow, roomLeft } from './flow.js';
import type { LedgerWatch } from './ledger-watch.js';
import { watchLedger } from './ledger-watch.js';
import { watchOverdue } from './overdue.js';
import { nextParked } from './pause.js';
import type { Repeating } from './repeat.js';
import { repeat } from './repeat.js';

const TICK_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Well above the client's own deadline, so that nobody sends what is still on its way. */
const LEASE_MS = 30_000;

export interface DeliveryOptions {
  /** Most completions sent per minute; absent: as fast as Fanfare takes them. */
  readonly deliveriesPerMinute?: number;
  /** After how many seconds without delivery `completion.overdue` is said; default 1,800. */
  readonly overdueSeconds?: number;
}

export interface DeliveryParts {
  readonly ledger: Ledger;
  readonly client: Pick<FanfareClient, 'complete'>;
  readonly clock: Clock;
  /** Must not throw. */
  readonly emit: OnEvent;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly options?: DeliveryOptions;
}

/** Tells Fanfare about completions for as long as it runs. */
export interface Delivery {
  /** Begins, also with what an earlier process left behind; idempotent. */
  start(): void;
  /** There may be something due: look now, not at the next tick. */
  nudge(): void;
  /** Takes nothing further, and resolves when the running deliveries have been written down. */
  stop(): Promise<void>;
  readonly state: 'running' | 'paused' | 'stopped';
}

/** Puts the loop together; it does nothing before `start()`. */
export function createDelivery(parts: DeliveryParts): Delivery {
  return new DeliveryLoop(parts);
}

class DeliveryLoop implements Delivery {
  readonly #clock: Clock;
  readonly #ledger: LedgerWatch;
  readonly #dispatch: Dispatch;
  readonly #ticks: Repeating;
  readonly #chores: readonly Repeating[];
  readonly #running = new Set<Promise<void>>();
  #flow: Flow;
  #probedAt = -Infinity;
  #started = false;

  constructor({ ledger, client, clock, emit, random, options = {} }: DeliveryParts) {
    this.#clock = clock;
    this.#ledger = watchLedger({ ledger, clock, emit });
    this.#flow = fullFlow(clock.now(), options.deliveriesPerMinute);
    const heard: DispatchParts['heard'] = (answer, sentAt) => {
      this.#flow = afterAnswer(this.#flow, answer, sentAt, clock.now());
    };
    this.#dispatch = new Dispatch({ ledger: this.#ledger, client, clock, emit, random, heard });
    const overdue = watchOverdue(this.#ledger, clock, emit, options.overdueSeconds ?? 1_800);
    this.#ticks = repeat(clock, TICK_MS, () => this.#tick());
    this.#chores = [
      repeat(clock, MINUTE_MS, () => overdue.check()),
      repeat(clock, HOUR_MS, async () => {
        await this.#ledger.ask((asked) => asked.purge());
      }),
    ];
  }

  get state(): Delivery['state'] {
    if (!this.#started) return 'stopped';
    return this.#dispatch.queue.pause === undefined ? 'running' : 'paused';
  }

  start(): void {
    this.#started = true;
    for (const repeating of [this.#ticks, ...this.#chores]) repeating.start();
  }

  nudge(): void {
    this.#ticks.now();
  }

  async stop(): Promise<void> {
    this.#started = false;
    await Promise.all([this.#ticks, ...this.#chores].map((repeating) => repeating.stop()));
    await Promise.all(this.#running);
  }

  async #tick(): Promise<void> {
    const now = this.#clock.now();
    const room = roomLeft(this.#flow, this.#running.size, now);
    if (room === 0) return;
    if (this.#dispatch.queue.pause === undefined) {
      const due = await this.#take(room);
      for (const delivery of due) this.#send(delivery, { probe: false, mayBeMore: due.length === room });
    } else if (now >= Math.max(this.#dispatch.pausedAt, this.#probedAt) + MINUTE_MS) {
      await this.#probe();
    }
  }

  /** Asks with one completion whether Fanfare takes them again. */
  async #probe(): Promise<void> {
    const [delivery] = await this.#takeForProbe();
    if (delivery === undefined) return;
    this.#probedAt = this.#clock.now();
    this.#send(delivery, { probe: true, mayBeMore: true });
  }

  async #takeForProbe(): Promise<readonly DueDelivery[]> {
    const due = await this.#take(1);
    const parked = nextParked(this.#dispatch.queue, this.#dispatch.ledgerNow);
    if (due.length > 0 || parked === undefined) return due;
    await this.#dispatch.putBack([parked]);
    return this.#take(1);
  }

  async #take(limit: number): Promise<readonly DueDelivery[]> {
    const due = (await this.#ledger.ask((ledger) => ledger.takeDue(limit, LEASE_MS))) ?? [];
    this.#flow = afterSending(this.#flow, due.length, this.#clock.now());
    return due;
  }

  /** `mayBeMore`: look for the next one as soon as this one is done. */
  #send(delivery: DueDelivery, { probe, mayBeMore }: { probe: boolean; mayBeMore: boolean }): void {
    const running = this.#dispatch.deliver(delivery, probe).then(() => {
      this.#running.delete(running);
      if (mayBeMore) this.nudge();
    });
    this.#running.add(running);
  }
}
