/** Which of a browser's sessions passes a guard: the newest that is good, fits, and satisfies the merchant's own checks. */
import { type Conditions, fits } from '../admission/conditions.js';
import type { Context, Match } from './context.js';
import type { Request } from './http.js';
import type { RequestState } from './request-state.js';
import type { HeldSession } from './sessions.js';

/** What one guard asks. */
export interface Guard {
  readonly conditions: Conditions;
  readonly match?: Match;
}

type Perhaps<T> = T | Promise<T>;

/** The first candidate that passes; synchronous unless a merchant's check is not. A check that throws is a fault. */
export function pick(
  context: Context,
  req: Request,
  guard: Guard,
  candidates: readonly HeldSession[],
): Perhaps<HeldSession | undefined> {
  for (const [index, held] of candidates.entries()) {
    const allowed = satisfies(context, req, guard, held);
    if (allowed === true) return held;
    if (allowed !== false) {
      return allowed.then((yes) => (yes ? held : pick(context, req, guard, candidates.slice(index + 1))));
    }
  }
  return undefined;
}

/** The sessions a guard may pick from. */
export function candidates(state: RequestState, guard: Guard, named?: string): readonly HeldSession[] {
  const { sessions } = state;
  const [only] = sessions;
  // Nearly every shopper holds one: no list to make for them.
  if (sessions.length === 1 && only !== undefined && named === undefined) {
    return only.standing === 'good' && fits(only.admission, guard.conditions) ? sessions : [];
  }
  return sessions.filter(
    ({ standing, admission }) =>
      standing === 'good' &&
      fits(admission, guard.conditions) &&
      (named === undefined || admission.id === named),
  );
}

function satisfies(context: Context, req: Request, guard: Guard, held: HeldSession): Perhaps<boolean> {
  const { consumerOf } = context.settings;
  if (consumerOf === undefined && guard.match === undefined) return true;
  const consumer = consumerOf === undefined ? held.admission.consumerId : consumerOf(req);
  if (isThenable(consumer))
    return Promise.resolve(consumer).then((known) => isTheirs(known, held) && matches(req, guard, held));
  return isTheirs(consumer, held) && matches(req, guard, held);
}

/** An unknown customer never fits: not knowing who asks is no reason to let them in. */
function isTheirs(consumer: unknown, held: HeldSession): boolean {
  return consumer === held.admission.consumerId;
}

function matches(req: Request, { match }: Guard, held: HeldSession): Perhaps<boolean> {
  if (match === undefined) return true;
  const answer = match(held.admission, req);
  return isThenable(answer) ? Promise.resolve(answer).then((yes) => yes === true) : answer === true;
}

/** Query builders give things that are awaited and are no promises; those of another realm are no `Promise` of ours. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
