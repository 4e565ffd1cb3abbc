/** One admission as the emulator keeps it, and how it is shown. Times inside are milliseconds since the epoch. */
import type { DistributionType } from './experiences.js';

export interface Triple {
  readonly distributionType: DistributionType;
  readonly distributionId: string;
  readonly consumerId: string;
}

export type MomentName =
  | 'minted'
  | 'validated'
  | 'refused'
  | 'completed'
  | 'completed again'
  | 'completion refused'
  | 'denied'
  | 'expired';

interface Moment {
  at: number;
  readonly what: MomentName;
  readonly detail?: string;
  /** How often in a row. */
  times: number;
}

export interface AdmissionRecord extends Triple {
  readonly experienceId?: string;
  readonly admittedAt: number;
  readonly position?: number;
  expiresAt: number;
  completedAt?: number;
  denied?: { readonly at: number; readonly reason: string };
  /** The token the shopper's status shows; minted on first sight. */
  shownToken?: string;
  readonly validations: { yes: number; no: number };
  readonly completions: {
    received: number;
    effects: number;
    orderId?: string;
    metadata?: Readonly<Record<string, unknown>>;
    readonly idempotencyKeys: Set<string>;
  };
  readonly timeline: Moment[];
}

export type AdmissionState = 'open' | 'completed' | 'denied' | 'expired';

/** An admission as `admissions()`, the page and `GET /emulator/admissions` show it. Times are ISO 8601. No token. */
export interface AdmissionView extends Triple {
  readonly experienceId?: string;
  readonly admittedAt: string;
  readonly expiresAt: string;
  readonly state: AdmissionState;
  readonly validations: { readonly yes: number; readonly no: number };
  readonly completion: {
    /** Calls to complete that named this admission. */
    readonly received: number;
    /** How many of them changed something: never more than 1. */
    readonly effects: number;
    readonly completedAt?: string;
    readonly orderId?: string;
    readonly metadata?: Readonly<Record<string, unknown>>;
    /** The different `X-Idempotency-Key` values seen, in order. */
    readonly idempotencyKeys: readonly string[];
  };
  readonly timeline: readonly {
    readonly at: string;
    readonly what: MomentName;
    readonly detail?: string;
    readonly times: number;
  }[];
}

const MOMENTS_KEPT = 60;

/** Completed and denied are final; an open admission expires by itself. */
export function stateOf(record: AdmissionRecord, now: number): AdmissionState {
  if (record.completedAt !== undefined) return 'completed';
  if (record.denied) return 'denied';
  return now >= record.expiresAt ? 'expired' : 'open';
}

/** Notes that something happened; the same thing in a row is counted, so that a polling client cannot fill memory. */
export function note(record: AdmissionRecord, at: number, what: MomentName, detail?: string): void {
  const last = record.timeline.at(-1);
  if (last && last.what === what && last.detail === detail) {
    last.at = at;
    last.times += 1;
    return;
  }
  record.timeline.push({ at, what, times: 1, ...(detail === undefined ? {} : { detail }) });
  if (record.timeline.length > MOMENTS_KEPT) record.timeline.splice(1, 1);
}

export function viewOf(record: AdmissionRecord, now: number): AdmissionView {
  const { distributionType, distributionId, consumerId, experienceId } = record;
  const state = stateOf(record, now);
  return {
    ...{ distributionType, distributionId, consumerId },
    ...(experienceId === undefined ? {} : { experienceId }),
    admittedAt: iso(record.admittedAt),
    expiresAt: iso(record.expiresAt),
    state,
    validations: { ...record.validations },
    completion: completionView(record),
    timeline: [
      ...record.timeline.map((moment) => ({ ...moment, at: iso(moment.at) })),
      ...(state === 'expired' ? [{ at: iso(record.expiresAt), what: 'expired' as const, times: 1 }] : []),
    ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at)),
  };
}

function completionView({ completions, completedAt }: AdmissionRecord): AdmissionView['completion'] {
  const { idempotencyKeys, ...rest } = completions;
  return {
    ...rest,
    ...(completedAt === undefined ? {} : { completedAt: iso(completedAt) }),
    idempotencyKeys: [...idempotencyKeys],
  };
}

export function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
