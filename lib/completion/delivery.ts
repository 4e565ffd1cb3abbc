/** The delivery loop: takes due completions out of the ledger, as many as may go out, and has them told to Fanfare. */
import type { Clock } from '../clock.js';
import type { OnEvent } from '../events.js';
import type { FanfareClient } from '../fanfare-api/client.js';
import type { DueDelivery, Ledger } from '../ledger/ledger.js';
import { type Observer, UNOBSERVED } from '../observer.js';
import type { DispatchParts } from './dispatch.js';
import { Dispatch } from './dispatch.js';
import type { Flow } from './flow.js';
import { afterAnswer, afterSending, fullFlow, roomLeft } from './flow.js';
import type { LedWork } from './leadership.js';
import type { LedgerWatch } from './ledger-watch.js';
import { watchLedger } from './ledger-watch.js';
import { readMemo, writeMemo } from './memo.js';
import { nextParked } from './pause.js';
import type { Pause } from './queue.js';
import type { Repeating } from './repeat.js';
import { repeat } from './repeat.js';
import { LEASE_MS, sendable } from './suspects.js';

const TICK_MS = 1_000;
const PROBE_EVERY_MS: Readonly<Record<Pause['cause'], number>> = { refusal: 60_000, outage: 30_000 };

export interface DeliveryOptions {
  /** Most completions sent per minute; absent: as fast as Fanfare takes them. */
  readonly deliveriesPerMinute?: number;
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
  readonly observer?: Observer;
}

/** Tells Fanfare about completions for as long as it runs. */
export interface Delivery extends LedWork {
  /** There may be something due: look at once, not at the next tick. */
  nudge(): void;
  /** Sends this very completion, and resolves when what came of it is written down; `false`: nobody may send it now. */
  deliver(admissionId: string): Promise<boolean>;
  /** What whoever goes on with it should know. */
  memo(): string;
  recall(memo: string): void;
  readonly state: 'running' | 'paused' | 'stopped';
}

/** Puts the loop together; it does nothing before `start()`. */
export function createDelivery(parts: DeliveryParts): Delivery {
  return new DeliveryLoop(parts);
}

class DeliveryLoop implements Delivery {
  readonly #clock: Clock;
  readonly #ledger: LedgerWatch;
  readonly #perMinute: number | undefined;
  readonly #dispatch: Dispatch;
  readonly #ticks: Repeating;
  readonly #running = new Map<Promise<void>, DueDelivery>();
  #nudged: NodeJS.Immediate | undefined;
  #flow: Flow;
  #probedAt = -Infinity;
  #started = false;

  constructor(parts: DeliveryParts) {
    const { ledger, clock, emit, options = {}, observer = UNOBSERVED } = parts;
    this.#clock = clock;
    this.#ledger = watchLedger({ ledger, clock, emit });
    this.#perMinute = options.deliveriesPerMinute;
    this.#flow = fullFlow(clock.now(), this.#perMinute);
    const heard: DispatchParts['heard'] = (answer, sentAt) => {
      this.#flow = afterAnswer(this.#flow, answer, sentAt, clock.now());
      // No probe of Fanfare then: the next one may follow at once.
      if (answer.unasked === true) this.#probedAt = -Infinity;
    };
    this.#dispatch = new Dispatch({ ...parts, ledger: this.#ledger, observer, heard });
    this.#ticks = repeat(clock, TICK_MS, () => this.#tick());
  }

  get state(): Delivery['state'] {
    if (!this.#started) return 'stopped';
    return this.#dispatch.queue.pause === undefined ? 'running' : 'paused';
  }

  start(): void {
    this.#started = true;
    this.#ticks.start();
  }

  nudge(): void {
    // Orders and answers come in bursts: one look serves all of a turn of the event loop.
    this.#nudged ??= setImmediate(() => {
      this.#look();
    });
  }

  async stop(): Promise<void> {
    // Whoever records an order and closes at once has it told all the same.
    if (this.#nudged !== undefined) this.#look();
    this.#started = false;
    await this.#ticks.stop();
    await Promise.all(this.#running.keys());
  }

  async deliver(admissionId: string): Promise<boolean> {
    await this.#dispatch.sayUnsaid();
    const taken = await this.#ledger.ask((ledger) => ledger.take(admissionId, LEASE_MS));
    // Whoever asks for it by name finds out as well whether a paused queue may go on.
    if (taken !== undefined) await this.#dispatch.deliver(taken, true);
    return taken !== undefined;
  }

  memo(): string {
    return writeMemo({ queue: this.#dispatch.queue, flow: this.#flow });
  }

  recall(memo: string): void {
    const { queue, flow } = readMemo(memo, this.#clock.now(), this.#perMinute);
    this.#dispatch.recall(queue);
    this.#flow = flow;
  }

  #look(): void {
    clearImmediate(this.#nudged);
    this.#nudged = undefined;
    this.#ticks.now();
  }

  async #tick(): Promise<void> {
    await this.#dispatch.sayUnsaid();
    const now = this.#clock.now();
    const room = roomLeft(this.#flow, this.#running.size, now);
    if (room === 0) return;
    const { pause } = this.#dispatch.queue;
    if (pause === undefined) await this.#sendDue(room);
    else if (now >= Math.max(this.#dispatch.pausedAt, this.#probedAt) + PROBE_EVERY_MS[pause.cause]) {
      await this.#probe();
    }
  }

  async #sendDue(room: number): Promise<void> {
    const due = await this.#take(room);
    const { now, later } = sendable(due, [...this.#running.values()]);
    for (const delivery of now) this.#send(delivery, { probe: false, mayBeMore: due.length === room });
    for (const delivery of later) await this.#dispatch.handBack(delivery);
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
      // A probe is on its way alone: no others come back with it.
      if (probe) this.#ticks.now();
      else if (mayBeMore) this.nudge();
    });
    this.#running.set(running, delivery);
  }
}
