/** Which counters an event adds to. Pure. */
import type { FanfareEvent } from '../events.js';
import type { METRICS } from './metrics.js';

export interface Count {
  readonly metric: keyof typeof METRICS;
  readonly attributes: Readonly<Record<string, string | boolean>>;
}

/** Every event counts as such; some count as what they tell, too. */
export function countsOf(event: FanfareEvent): readonly Count[] {
  const { type, level } = event;
  const counted: Count = {
    metric: 'events',
    attributes: { 'fanfare.event.type': type, 'fanfare.event.level': level },
  };
  const told = toldBy(event);
  return told === undefined ? [counted] : [counted, told];
}

function toldBy(event: FanfareEvent): Count | undefined {
  switch (event.type) {
    case 'admission.attached':
      return { metric: 'admissions', attributes: {} };
    case 'admission.refused':
      return {
        metric: 'refusals',
        attributes: { 'fanfare.refusal.code': event.code, 'fanfare.refusal.enforced': event.enforced },
      };
    case 'admission.claimed':
      return { metric: 'claims', attributes: {} };
    case 'completion.recorded':
      return { metric: 'orders', attributes: { 'fanfare.claim.standing': event.claim } };
    default:
      return endedBy(event.type);
  }
}

const ENDS: Readonly<Partial<Record<FanfareEvent['type'], Count>>> = {
  'claim.superseded': ended('superseded'),
  'claim.pending': ended('pending'),
  'claim.released': ended('released'),
  'claim.lost': ended('lost'),
  'claim.unresolved': ended('unresolved'),
  'completion.delivered': delivered('delivered'),
  'completion.retry': delivered('retry'),
  'completion.dead': delivered('dead'),
};

function endedBy(type: FanfareEvent['type']): Count | undefined {
  return ENDS[type];
}

function ended(outcome: string): Count {
  return { metric: 'claimOutcomes', attributes: { 'fanfare.claim.outcome': outcome } };
}

function delivered(outcome: string): Count {
  return { metric: 'deliveries', attributes: { 'fanfare.delivery.outcome': outcome } };
}
