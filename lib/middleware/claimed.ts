/** What a claim took the place of, and how it is told. */
import type { SupersededAttempt } from '../admission/admission.js';
import { compact } from '../admission/compact.js';
import type { ClaimOutcome } from '../ledger/ledger.js';
import { isLink } from '../ledger/link.js';
import { takenPlaceEvent } from './attempt-events.js';
import type { Context } from './context.js';

export type Claimed = Extract<ClaimOutcome, { readonly outcome: 'claimed' }>;

/** The attempt whose place was taken, unless it was only the link that brought the session here. */
export function tookFrom({ took }: Claimed): Claimed['took'] {
  return took !== undefined && isLink(took.attempt) ? undefined : took;
}

/** As the handler finds it on `req.admission`. */
export function superseded(took: Claimed['took']): SupersededAttempt | undefined {
  if (took === undefined) return undefined;
  const { number, id, reference } = took.attempt;
  return compact({ number, id, reference });
}

export function announce(
  { emit }: Context,
  admissionId: string,
  attempt: Claimed['attempt'],
  took: Claimed['took'],
): void {
  if (took !== undefined) emit(takenPlaceEvent(admissionId, took, attempt.number));
  emit({
    type: 'admission.claimed',
    level: 'info',
    message: `Attempt ${attempt.number} holds the admission.`,
    admissionId,
    attempt: attempt.number,
    ...(took === undefined ? {} : { superseded: took.attempt.number }),
  });
}
