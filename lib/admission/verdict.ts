/** What Fanfare answered to "is this token good?". Three answers, never two: "could not tell" is not a no. */
import type { DistributionType } from './identity.js';
import type { Failure } from './outage.js';

/** Fanfare says the token is good. Only what its answer itself told; a missing field was not in it. */
export interface Yes {
  readonly answer: 'yes';
  readonly expiresAt?: number;
  readonly admittedAt?: number;
  readonly experienceId?: string;
}

/** Fanfare says no, or its answer contradicts the ids that were asked about. */
export interface No {
  readonly answer: 'no';
  readonly code: 'ADMISSION_INVALID' | 'ADMISSION_EXPIRED' | 'ADMISSION_MISMATCH' | 'DEVICE_MISMATCH';
  /** Fanfare's support code (FP002). */
  readonly supportCode?: string;
  readonly status?: number;
}

/** Nobody knows: Fanfare was down, slow, unreadable, limiting us, or refused our key. */
export interface Unknown {
  readonly answer: 'unknown';
  /** Short and safe to log: an error code or an HTTP status in words; never a body, a token or a key. */
  readonly reason: string;
  readonly status?: number;
  /** Fanfare was not asked at all, so this says nothing about whether it is up. */
  readonly unasked?: true;
  /** The answer never came whole, which no token brings about. */
  readonly lost?: true;
  /** Why, where the status does not tell: see `failureOf`. */
  readonly failure?: Failure;
  /** From `Retry-After` or a 429 body, as seconds from now. */
  readonly retryAfterSeconds?: number;
  /** Our own settings are to blame: how, and what to do about it. */
  readonly misconfigured?: string;
}

export type Verdict = Yes | No | Unknown;

/** One question to Fanfare: this token, said to be for these ids. */
export interface Question {
  readonly token: string;
  readonly consumerId: string;
  readonly distributionId: string;
  readonly distributionType: DistributionType;
  /** The shopper's device, where the merchant hands it on. */
  readonly fingerprint?: string;
}
