/** What `error.type` says: a status or a kind, of which there are few, and nothing where all is well. Pure. */
import type { Verdict } from '../admission/verdict.js';
import type { DeliveryAnswer } from '../fanfare-api/answers.js';
import type { CallOutcome } from '../observer.js';

export function callErrorOf(outcome: CallOutcome): string | undefined {
  if ('failed' in outcome) return kindOf(outcome.failed);
  return outcome.status >= 400 ? String(outcome.status) : undefined;
}

/** A no is an answer, and no error. */
export function verdictErrorOf(verdict: Verdict): string | undefined {
  if (verdict.answer !== 'unknown') return undefined;
  return statusOr(verdict.status, verdict.failure ?? '_OTHER');
}

export function deliveryErrorOf(answer: DeliveryAnswer): string | undefined {
  return answer.kind === 'done' ? undefined : statusOr(answer.status, '_OTHER');
}

function statusOr(status: number | undefined, otherwise: string): string {
  return status === undefined ? otherwise : String(status);
}

/** A code such as `ECONNREFUSED` is a kind; a sentence is not. */
function kindOf(failed: string): string {
  if (failed === 'no answer in time') return 'timeout';
  return /^[A-Z][A-Z0-9_]*$/.test(failed) ? failed : '_OTHER';
}
