/** The other side of the delivery loop, as plain objects: a Fanfare that answers as told, and orders to tell it about. */
import type { Admission } from '../../lib/admission/admission.js';
import { createDelivery } from '../../lib/completion/delivery.js';
import type { Delivery, DeliveryOptions } from '../../lib/completion/delivery.js';
import type { FanfareEvent } from '../../lib/events.js';
import type { DeliveryAnswer } from '../../lib/fanfare-api/answers.js';
import type { CompletionReport } from '../../lib/fanfare-api/dialect.js';
import type { Ledger } from '../../lib/ledger/ledger.js';
import { memoryLedger } from '../../lib/ledger/memory.js';
import { ManualClock } from '../support/manual-clock.js';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const DONE: DeliveryAnswer = { kind: 'done', already: false };
export const DOWN: DeliveryAnswer = { kind: 'failed', reason: 'ECONNREFUSED' };

export function refusal(status: number, known = false): DeliveryAnswer {
  return { kind: 'refused', status, known, reason: `HTTP ${status}` };
}

export function tooMany(retryAfterMs?: number): DeliveryAnswer {
  const answer = { kind: 'failed', status: 429, reason: 'HTTP 429' } as const;
  return retryAfterMs === undefined ? answer : { ...answer, retryAfterMs };
}

export function admission(name: string, expiresAt?: number): Admission {
  const ids = { id: name, consumerId: `cons_${name}`, distributionId: 'queue_1' };
  return { ...ids, distributionType: 'queue', ...(expiresAt === undefined ? {} : { expiresAt }) };
}

type Answering = (report: CompletionReport) => DeliveryAnswer | Promise<DeliveryAnswer>;

/** A Fanfare in memory: remembers what it was told and when. */
export class FakeFanfare {
  readonly calls: { readonly at: number; readonly id: string }[] = [];
  readonly known = new Set<string>();
  answer: Answering = () => DONE;

  constructor(private readonly clock: ManualClock) {}

  async complete(report: CompletionReport): Promise<DeliveryAnswer> {
    this.calls.push({ at: this.clock.now(), id: report.idempotencyKey });
    const answer = await this.answer(report);
    if (answer.kind === 'done') this.known.add(report.idempotencyKey);
    return answer;
  }

  /** When an admission's completion arrived, as milliseconds after `start`. */
  timesOf(id: string, start: number): number[] {
    return this.calls.filter((call) => call.id === id).map(({ at }) => at - start);
  }
}

export class Rig {
  readonly clock = new ManualClock();
  readonly start = this.clock.now();
  readonly ledger: Ledger;
  readonly fanfare = new FakeFanfare(this.clock);
  readonly events: FanfareEvent[] = [];
  delivery: Delivery;

  constructor(
    private readonly options: DeliveryOptions = {},
    wrap: (ledger: Ledger) => Ledger = (ledger) => ledger,
  ) {
    this.ledger = wrap(memoryLedger({ clock: this.clock }));
    this.delivery = this.another();
  }

  readonly emit = (event: FanfareEvent): void => {
    this.events.push(event);
  };

  /** Another process on the same ledger; a clock of its own never moves, so it ticks once. */
  another(client: Pick<FakeFanfare, 'complete'> = this.fanfare, clock = this.clock): Delivery {
    const { ledger, emit, options } = this;
    return createDelivery({ ledger, client, clock, emit, random: () => 0, options });
  }

  async order(...names: string[]): Promise<void> {
    for (const name of names) {
      const target = { by: 'admission', admission: admission(name) } as const;
      await this.ledger.complete({ target, order: { orderId: `order-${name}` } });
    }
  }

  /** An attempt that nobody ends. */
  async claim(name: string, leaseMs: number): Promise<void> {
    await this.ledger.claim({
      admission: admission(name),
      tokenHash: `token-${name}`,
      sidHash: `sid-${name}`,
      attemptId: `attempt-${name}`,
      owner: 'process',
      leaseMs,
      supersede: false,
      takeUnresolved: false,
    });
  }

  /** The types of what was said, without the given ones. */
  said(...types: FanfareEvent['type'][]): FanfareEvent[] {
    return this.events.filter(({ type }) => types.includes(type));
  }

  async states(...names: string[]): Promise<(string | undefined)[]> {
    return Promise.all(names.map(async (name) => (await this.ledger.find(name))?.state));
  }

  async progress(name: string) {
    const row = await this.ledger.find(name);
    return row && 'delivery' in row ? row.delivery : undefined;
  }
}

export function numbered(count: number, prefix = 'a'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
}

/** An engine of which some methods are replaced. */
export function standIn(ledger: Ledger, replaced: Partial<Ledger>): Ledger {
  return Object.assign(Object.create(ledger) as Ledger, ownMethods(ledger), replaced);
}

/** An engine's methods need their own `this`. */
function ownMethods(ledger: Ledger): Partial<Ledger> {
  return {
    find: (id) => ledger.find(id),
    complete: (...asked) => ledger.complete(...asked),
    open: () => ledger.open(),
    takeDue: (...asked) => ledger.takeDue(...asked),
    take: (...asked) => ledger.take(...asked),
    discard: (id) => ledger.discard(id),
    lead: (request) => ledger.lead(request),
    settleDelivery: (...asked) => ledger.settleDelivery(...asked),
    reschedule: (...asked) => ledger.reschedule(...asked),
    list: (query) => ledger.list(query),
    purge: () => ledger.purge(),
    engine: ledger.engine,
  };
}
