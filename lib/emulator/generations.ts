/** What the generations of the vendor's API reference call things, as data for the merchant's calls. */
import { iso } from './admission-record.js';
import type { AdmissionRecord, Triple } from './admission-record.js';
import type { DistributionType } from './experiences.js';
import { tokenShown } from './look.js';
import type { World } from './world.js';

type Body = Readonly<Record<string, unknown>>;

/** One generation of the Consumer API, as far as a merchant's server meets it. */
export interface Generation {
  /** The field that holds the proof. */
  readonly proof: 'token' | 'admissionGrant';
  /** The types whose validation asks for the consumer alone. */
  readonly withoutProof: readonly DistributionType[];
  /** Whether the login bridge says how it found the consumer. */
  readonly tellsResolution: boolean;
  admitted(world: World, record: AdmissionRecord): Body;
  completed(world: World, record: AdmissionRecord): Body;
  denied(triple: Triple, reason: string, at: number): Body;
}

const ID_FIELDS: Readonly<Record<DistributionType, string>> = {
  queue: 'queueId',
  draw: 'drawId',
  auction: 'auctionId',
  timed_release: 'timedReleaseId',
};

/** As the guides have it, and the oldest reference for queue and draw. */
export function completedByName(record: AdmissionRecord): Body {
  return {
    ...(record.distributionType === 'timed_release' ? { success: true } : {}),
    ...idsOf(record),
    status: 'COMPLETED',
    completedAt: completedAt(record),
  };
}

/** The hand-written reference, below `/api/v1`: every answer names its ids. */
export const oldest: Generation = {
  proof: 'token',
  withoutProof: ['draw'],
  tellsResolution: false,
  admitted: (world, record) => ({
    ...idsOf(record),
    status: 'ADMITTED',
    admittedAt: iso(record.admittedAt),
    admissionToken: shown(world, record),
  }),
  completed: (_world, record) => completedByName(record),
  // The reference shows no answer to a denial; this is its state of a denied consumer, as far as that applies.
  denied: (triple, reason) => ({ ...idsOf(triple), status: 'DENIED', denyReason: reason }),
};

/** The generated reference, below `/api`: states without ids, and the grant stays visible. */
export const generated: Generation = {
  proof: 'admissionGrant',
  withoutProof: [],
  tellsResolution: true,
  admitted: (world, record) => ({
    status: 'ADMITTED',
    admissionGrant: shown(world, record),
    expiresAt: iso(record.expiresAt),
  }),
  completed: (world, record) => ({
    status: 'COMPLETED',
    admissionGrant: shown(world, record),
    completedAt: completedAt(record),
  }),
  denied: ({ distributionType }, reason, at) => ({
    status: 'DENIED',
    reason,
    ...(distributionType === 'draw' ? { deniedAt: iso(at) } : {}),
  }),
};

function idsOf({ distributionType, distributionId, consumerId }: Triple): Body {
  return { [ID_FIELDS[distributionType]]: distributionId, consumerId };
}

function completedAt(record: AdmissionRecord): string {
  return iso(record.completedAt ?? record.expiresAt);
}

function shown(world: World, record: AdmissionRecord): string {
  return tokenShown(world.book, world.venue.find(record.distributionId), record);
}
