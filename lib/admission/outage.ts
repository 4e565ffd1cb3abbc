/** What happens to a shopper while Fanfare cannot be asked: the whole policy as one table. Pure and total. */
import type { Unknown } from './verdict.js';

/** What a merchant sets for page loads and for orders, from the strictest to the most lenient. */
export const OUTAGE_POLICIES = ['deny', 'allow-validated', 'allow-unverified'] as const;
export type OutagePolicy = (typeof OUTAGE_POLICIES)[number];

/** What the shopper is about to do. */
export type Phase = 'page' | 'order';

/**
 * What is known of the admission all the same. `claimed`: what its token says about itself, checked by nobody. `signed`:
 * what a good signature vouches for. `validated`: Fanfare has said yes before. `expired`: its time is over.
 */
export type Known = 'nothing' | 'claimed' | 'signed' | 'validated' | 'expired';

/**
 * Why Fanfare could not be asked. `away`: it is not there. `busy`: too many questions, Fanfare says so or we do. `unclear`:
 * an answer that cannot be used, which may be about this one token. `locked`: it refuses our key. `fault`: an exception.
 */
export type Failure = 'away' | 'busy' | 'unclear' | 'locked' | 'fault';

/** `counted`: admitted if it can be counted towards `maxUnverified`. `later`: nobody can tell now. */
export type Ruling = 'admit' | 'counted' | 'later' | 'refuse';

export interface Situation {
  readonly policy: OutagePolicy;
  readonly phase: Phase;
  readonly known: Known;
  readonly failure: Failure;
}

type From = OutagePolicy | 'never';
type Row = Readonly<Record<Failure, From>>;

const NEVER: Row = every('never');
const VALIDATED: Row = every('allow-validated');
/** Whatever else a shopper could provoke with a token or a flood of them must open no door. */
const IN_AN_OUTAGE: Row = { ...NEVER, away: 'allow-unverified' };

/** From which policy on a shopper gets through. */
const ADMITTED_FROM: Readonly<Record<Phase, Readonly<Record<Exclude<Known, 'expired'>, Row>>>> = {
  page: { nothing: NEVER, claimed: IN_AN_OUTAGE, signed: VALIDATED, validated: VALIDATED },
  order: { nothing: NEVER, claimed: IN_AN_OUTAGE, signed: IN_AN_OUTAGE, validated: VALIDATED },
};

/** Rules on one shopper. */
export function ruleInOutage({ policy, phase, known, failure }: Situation): Ruling {
  if (known === 'expired') return 'refuse';
  const from = ADMITTED_FROM[phase][known][failure];
  if (from === 'never' || lenience(policy) < lenience(from)) return 'later';
  return from === 'allow-unverified' ? 'counted' : 'admit';
}

/** The statuses by which a gateway says that what is behind it is not there. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);

/** Why an answer could not be told. Where the asker did not say, the status does; without either it is no outage. */
export function failureOf({ failure, status }: Unknown): Failure {
  if (failure !== undefined) return failure;
  if (status === undefined) return 'fault';
  if (AWAY.has(status)) return 'away';
  if (status === 429) return 'busy';
  return status === 401 ? 'locked' : 'unclear';
}

function lenience(policy: OutagePolicy): number {
  return OUTAGE_POLICIES.indexOf(policy);
}

function every(from: From): Row {
  return { away: from, busy: from, unclear: from, locked: from, fault: from };
}
