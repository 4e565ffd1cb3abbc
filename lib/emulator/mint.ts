/** Admissions made by hand: for tests, and for a developer who wants to skip the waiting. */
import { randomBytes } from 'node:crypto';
import { iso } from './admission-record.js';
import type { AdmissionRecord } from './admission-record.js';
import type { DistributionType } from './experiences.js';
import type { World } from './world.js';

export interface MintOptions {
  /** Made on the spot when the emulator has none of that id. */
  readonly distributionId: string;
  readonly distributionType: DistributionType;
  /** Default: a new consumer. */
  readonly consumerId?: string;
  /** Default: the experience the distribution belongs to, if it does. */
  readonly experienceId?: string;
  /** Seconds from now; 0 or less makes an expired token. Default: what the distribution gives. */
  readonly expiresInSeconds?: number;
  /**
   * ISO 8601 or milliseconds since the epoch. Default: now. The same consumer, distribution and `admittedAt` make another
   * token for the same admission.
   */
  readonly admittedAt?: string | number;
  /** An opaque token instead of a JWT. Default: what the distribution says, else false. */
  readonly opaque?: boolean;
  /** A handoff token (`hoff_…`, good once) in place of an admission token. Default false. */
  readonly handoff?: boolean;
}

export interface Minted {
  readonly token: string;
  readonly consumerId: string;
  readonly distributionId: string;
  readonly distributionType: DistributionType;
  /** ISO 8601. */
  readonly admittedAt: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

export function mint(world: World, options: MintOptions): Minted {
  const now = world.now();
  const {
    distributionId,
    distributionType,
    consumerId = `cons_${randomBytes(13).toString('hex')}`,
  } = options;
  const stage = world.venue.findOrOpen(distributionId, distributionType);
  const { distribution } = stage;
  const seconds =
    options.expiresInSeconds ?? distribution.admissionSeconds ?? world.settings.admissionSeconds;
  const expiresAt = now + seconds * 1_000;
  const admittedAt = new Date(options.admittedAt ?? now).getTime();
  const experienceId = options.experienceId ?? stage.experienceId;
  const record = world.book.admit(
    { distributionType, distributionId, consumerId, experienceId, admittedAt, expiresAt },
    now,
  );
  return {
    token: tokenFor(world, record, options, expiresAt),
    ...{ consumerId, distributionId, distributionType },
    admittedAt: iso(admittedAt),
    expiresAt: iso(expiresAt),
  };
}

function tokenFor(
  { book, venue }: World,
  record: AdmissionRecord,
  { handoff, opaque, distributionId, distributionType }: MintOptions,
  expiresAt: number,
): string {
  if (handoff === true) return book.mintHandoff(record, expiresAt);
  const { distribution } = venue.findOrOpen(distributionId, distributionType);
  return book.mint(record, opaque ?? distribution.opaqueTokens ?? false, expiresAt);
}
