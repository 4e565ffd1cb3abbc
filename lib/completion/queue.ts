/** The delivery queue as the rules see it: who was refused, whether it is paused. Pure; times are the ledger's. */
import { compact } from '../admission/compact.js';
import type { DeliveryAnswer } from '../fanfare-api/answers.js';
import type { OutageWindow } from '../fanfare-api/outage-window.js';
import type { DeliveryOutcome } from '../ledger/ledger.js';
import type { DeliveryProgress } from '../ledger/row.js';

/** What a row's delivery has come to, without the lease of whoever sends it. */
export type Progress = Omit<DeliveryProgress, 'lease'>;

/** One row's progress, to be put back into the ledger. */
export interface Kept {
  readonly admissionId: string;
  readonly delivery: Progress;
}

export interface Pause {
  /** `outage`: Fanfare fails as a whole. `refusal`: it answers, and refuses everything. */
  readonly cause: 'outage' | 'refusal';
  readonly status?: number;
  readonly reason: string;
  /** Rows that were asked while the queue is paused, with their attempts unspent, the longest waiting first. */
  readonly parked: readonly Kept[];
}

export interface Queue {
  /** Admissions that got a 403 since the last success, as they were before. */
  readonly forbidden: readonly Kept[];
  /** Admissions that got a 404 or 405 in a row, as they were before. */
  readonly missing: readonly Kept[];
  /** How the latest answers went; absent when none of them was a failure. */
  readonly window?: OutageWindow;
  /** A refusal from before the latest resume does not count towards a row's hour. */
  readonly resumedAt: number;
  readonly pause?: Pause;
}

/** An answer, and all that is needed to judge it. */
export interface Answered {
  readonly admissionId: string;
  /** The row's progress when it was taken. */
  readonly before: Progress;
  readonly answer: DeliveryAnswer;
  /** Whether it was sent to find out if a paused queue may go on. */
  readonly probe: boolean;
  readonly now: number;
  /** In [0, 1). */
  readonly random: number;
}

export interface Decision {
  readonly outcome: DeliveryOutcome;
  readonly queue: Queue;
  /** Other rows whose progress changes with it. */
  readonly putBack: readonly Kept[];
}

export type Refused = Extract<DeliveryAnswer, { kind: 'refused' }>;
export type Failed = Extract<DeliveryAnswer, { kind: 'failed' }>;

/** A queue that nothing has happened to yet. */
export const OPEN_QUEUE: Queue = { forbidden: [], missing: [], resumedAt: 0 };

/** Nothing that one more success would change: nearly always so, and then nothing is made for it. */
export function isUntroubled({ forbidden, missing, window, pause }: Queue): boolean {
  return forbidden.length === 0 && missing.length === 0 && window === undefined && pause === undefined;
}

/** A row's progress after an answer that was no success; its sender lives, so crashes are forgotten. */
export function progressed(
  answer: Refused | Failed,
  changed: { attempts: number; nextAttemptAt: number; refusedSince?: number | undefined },
): Progress {
  return compact({
    attempts: changed.attempts,
    nextAttemptAt: changed.nextAttemptAt,
    refusedSince: changed.refusedSince,
    lastStatus: answer.status,
    lastReason: answer.reason,
  });
}

/** A streak counts admissions, not answers: who is in it already keeps the older state. */
export function joined(streak: readonly Kept[], kept: Kept): readonly Kept[] {
  return streak.some(({ admissionId }) => admissionId === kept.admissionId) ? streak : [...streak, kept];
}

export function without(rows: readonly Kept[], admissionId: string): readonly Kept[] {
  return rows.filter((kept) => kept.admissionId !== admissionId);
}

/** Whether Fanfare's answer was that there is nothing at this address. */
export function isMissing(status: number | undefined): boolean {
  return status === 404 || status === 405;
}
