/** The right to buy: who, for which distribution, until when. Never holds the token that proved it. */
import { compact } from './compact.js';
import type { DistributionType } from './identity.js';

/** An admission as the ledger and Fanfare know it. All times are milliseconds since the epoch. */
export interface Admission {
  /** Stable and safe to log; derived from validated ids, never from the token (see `admissionId`). */
  readonly id: string;
  readonly consumerId: string;
  readonly distributionId: string;
  readonly distributionType: DistributionType;
  /** Only from a validated token's claim or Fanfare's answer; never from the browser. */
  readonly experienceId?: string;
  readonly admittedAt?: number;
  /** Absent when neither Fanfare nor the token told an end. */
  readonly expiresAt?: number;
}

/** One try to place an order with an admission. */
export interface Attempt {
  /** Counts from 1 for each admission. */
  readonly number: number;
  readonly id: string;
  /** Aborts when another attempt took over: stop before money moves. */
  readonly signal: AbortSignal;
}

/** An earlier attempt of the same shopper whose place this one took. */
export interface SupersededAttempt {
  readonly number: number;
  readonly id: string;
  /** What `deferAdmission` kept, such as the payment provider's reference: cancel it first. */
  readonly reference?: string;
}

/** The attempt that the shopper left for the bank with. */
export interface ReturnedAttempt {
  readonly number: number;
  readonly id: string;
  /** What `deferAdmission` kept, such as the payment provider's reference: ask about it. */
  readonly reference?: string;
}

/** What a guard leaves on `req.admission`, frozen. */
export interface RequestAdmission extends Admission {
  /** When Fanfare last said yes, or the policy let something else count in its place; in milliseconds since the epoch. */
  readonly validatedAt: number;
  /**
   * `fanfare`: asked for this request. `session`: our signed cookie. `grace`: Fanfare could not be asked, and the
   * merchant's policy let an earlier yes count, the token's signature, or its mere word.
   */
  readonly verifiedBy: 'fanfare' | 'session' | 'grace';
  /** True after `expiresAt` while an attempt may still end: good for completing and releasing, nothing else. */
  readonly expired?: true;
  /** Set by `claimAdmission`. */
  readonly attempt?: Attempt;
  readonly superseded?: SupersededAttempt;
  /** Set by `acceptReturn`; absent where the attempt does not hold the admission any more. */
  readonly returned?: ReturnedAttempt;
}

/** The plain admission inside a richer object, with nothing else on it: what may be written to a ledger. */
export function bareAdmission(from: Admission): Admission {
  const { id, consumerId, distributionId, distributionType, experienceId, admittedAt, expiresAt } = from;
  return compact({ id, consumerId, distributionId, distributionType, experienceId, admittedAt, expiresAt });
}
