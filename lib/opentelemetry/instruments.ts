/** The metrics of an instance, made of their definitions. */
import type { Attributes, BatchObservableResult, Counter, Histogram, Meter } from '@opentelemetry/api';
import { compact } from '../admission/compact.js';
import type { Verdict } from '../admission/verdict.js';
import type { Completions } from '../completion/operate.js';
import type { FanfareEvent } from '../events.js';
import type { DeliveryAnswer } from '../fanfare-api/answers.js';
import { countsOf } from './count-event.js';
import { deliveryErrorOf, verdictErrorOf } from './error-type.js';
import { DURATION_BUCKETS, type MetricDefinition, METRICS } from './metrics.js';

const WAITING = ['ordered', 'dead'] as const;

export class Instruments {
  readonly #meter: Meter;
  readonly #counters: ReadonlyMap<string, Counter>;
  readonly #validation: Histogram;
  readonly #delivery: Histogram;

  constructor(meter: Meter) {
    this.#meter = meter;
    const counters = Object.entries<MetricDefinition>(METRICS).filter(([, { kind }]) => kind === 'counter');
    this.#counters = new Map(
      counters.map(([key, definition]) => [key, meter.createCounter(definition.name, textsOf(definition))]),
    );
    this.#validation = durations(meter, METRICS.validationDuration);
    this.#delivery = durations(meter, METRICS.deliveryDuration);
  }

  count(event: FanfareEvent): void {
    for (const { metric, attributes } of countsOf(event)) this.#counters.get(metric)?.add(1, attributes);
  }

  validated(distributionType: string, verdict: Verdict, seconds: number): void {
    const error = verdictErrorOf(verdict);
    this.#validation.record(
      seconds,
      about(distributionType, 'fanfare.validation.answer', verdict.answer, error),
    );
  }

  delivered(distributionType: string, answer: DeliveryAnswer, seconds: number): void {
    const error = deliveryErrorOf(answer);
    this.#delivery.record(seconds, about(distributionType, 'fanfare.delivery.answer', answer.kind, error));
  }

  /** Looks at the ledger whenever metrics are collected. A ledger that is away has said so itself: no value then. */
  watch(completions: Watched, now: () => number): () => void {
    const waiting = this.#meter.createObservableGauge(METRICS.waiting.name, textsOf(METRICS.waiting));
    const oldest = this.#meter.createObservableGauge(METRICS.oldest.name, textsOf(METRICS.oldest));
    const look = async (result: BatchObservableResult): Promise<void> => {
      for (const { state, number, since } of await lookedAt(completions).catch(() => [])) {
        const attributes = { 'fanfare.completion.state': state };
        result.observe(waiting, number, attributes);
        result.observe(oldest, Math.max(0, now() - (since ?? now())) / 1_000, attributes);
      }
    };
    this.#meter.addBatchObservableCallback(look, [waiting, oldest]);
    return () => {
      this.#meter.removeBatchObservableCallback(look, [waiting, oldest]);
    };
  }
}

type Watched = Pick<Completions, 'list' | 'count'>;

/** How many wait in each state, and since when the oldest does. */
async function lookedAt(completions: Watched) {
  const numbers = await completions.count({ states: WAITING });
  const oldest = await Promise.all(WAITING.map((state) => completions.list({ states: [state], limit: 1 })));
  return WAITING.map((state, place) => ({
    state,
    number: numbers[state] ?? 0,
    since: oldest[place]?.[0]?.since,
  }));
}

function durations(meter: Meter, definition: MetricDefinition): Histogram {
  const advice = { explicitBucketBoundaries: DURATION_BUCKETS };
  return meter.createHistogram(definition.name, { ...textsOf(definition), advice });
}

function textsOf({ unit, description }: MetricDefinition): Pick<MetricDefinition, 'unit' | 'description'> {
  return { unit, description };
}

function about(type: string, name: string, answer: string, error: string | undefined): Attributes {
  return compact({ 'fanfare.distribution.type': type, [name]: answer, 'error.type': error });
}
