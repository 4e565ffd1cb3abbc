/** Fanfare's rules about one admission, pure: is this token good, and may this admission be completed. */
import { stateOf } from './admission-record.js';
import type { AdmissionRecord, Triple } from './admission-record.js';

/** What a token proves, once its signature (or its entry, when opaque) was found. */
export interface Proof extends Triple {
  readonly expiresAt: number;
  readonly record: AdmissionRecord;
}

export type Ruling = 'good' | 'unknown' | 'mismatch' | 'completed' | 'denied' | 'expired';

/**
 * Whether a token is good for the ids that were asked about. Used and denied win over expired, so that a shopper who has
 * bought is not told to be late.
 */
export function ruleOnToken(asked: Triple, proof: Proof | undefined, now: number): Ruling {
  if (!proof) return 'unknown';
  if (!sameTriple(asked, proof)) return 'mismatch';
  const state = stateOf(proof.record, now);
  if (state === 'completed' || state === 'denied') return state;
  return state === 'expired' || now >= proof.expiresAt ? 'expired' : 'good';
}

/** Which of a consumer's admissions in one distribution a completion is about: the call itself names none. */
export function admissionToComplete(
  records: readonly AdmissionRecord[],
  idempotencyKey: string | undefined,
  now: number,
): AdmissionRecord | undefined {
  const known = records.find(
    ({ completions }) => idempotencyKey !== undefined && completions.idempotencyKeys.has(idempotencyKey),
  );
  return known ?? records.find((record) => stateOf(record, now) === 'open') ?? records.at(-1);
}

function sameTriple(a: Triple, b: Triple): boolean {
  return (
    a.distributionType === b.distributionType &&
    a.distributionId === b.distributionId &&
    a.consumerId === b.consumerId
  );
}
