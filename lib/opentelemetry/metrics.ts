/** Every metric of the wing, as data. No attribute holds an id: their values are few. */

export interface MetricDefinition {
  readonly name: string;
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** UCUM; what is counted stands in braces. */
  readonly unit: string;
  readonly description: string;
  readonly attributes: readonly string[];
}

export const METRICS = {
  events: {
    name: 'fanfare.events',
    kind: 'counter',
    unit: '{event}',
    description: 'Events of any type, as docs/events.md lists them',
    attributes: ['fanfare.event.type', 'fanfare.event.level'],
  },
  admissions: {
    name: 'fanfare.admissions',
    kind: 'counter',
    unit: '{admission}',
    description: 'Tokens that were put into a session',
    attributes: [],
  },
  refusals: {
    name: 'fanfare.refusals',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests that were refused, or would have been in report-only mode',
    attributes: ['fanfare.refusal.code', 'fanfare.refusal.enforced'],
  },
  claims: {
    name: 'fanfare.claims',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Order attempts that began',
    attributes: [],
  },
  claimOutcomes: {
    name: 'fanfare.claim.outcomes',
    kind: 'counter',
    unit: '{attempt}',
    description: 'What came of order attempts that made no order yet',
    attributes: ['fanfare.claim.outcome'],
  },
  orders: {
    name: 'fanfare.orders',
    kind: 'counter',
    unit: '{order}',
    description: 'Orders that were recorded',
    attributes: ['fanfare.claim.standing'],
  },
  deliveries: {
    name: 'fanfare.deliveries',
    kind: 'counter',
    unit: '{delivery}',
    description: 'Attempts to tell Fanfare about an order, by what came of them',
    attributes: ['fanfare.delivery.outcome'],
  },
  validationDuration: {
    name: 'fanfare.validation.duration',
    kind: 'histogram',
    unit: 's',
    description: 'How long Fanfare takes to say whether a token is good',
    attributes: ['fanfare.distribution.type', 'fanfare.validation.answer', 'error.type'],
  },
  deliveryDuration: {
    name: 'fanfare.delivery.duration',
    kind: 'histogram',
    unit: 's',
    description: 'How long Fanfare takes to be told about an order',
    attributes: ['fanfare.distribution.type', 'fanfare.delivery.answer', 'error.type'],
  },
  waiting: {
    name: 'fanfare.completions.waiting',
    kind: 'gauge',
    unit: '{order}',
    description: 'Orders that Fanfare has not heard of',
    attributes: ['fanfare.completion.state'],
  },
  oldest: {
    name: 'fanfare.completions.age',
    kind: 'gauge',
    unit: 's',
    description: 'How long the oldest order that Fanfare has not heard of has waited',
    attributes: ['fanfare.completion.state'],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** In seconds; the metrics of HTTP clients use the same. */
export const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
