/** Which ids are acceptable, which types exist, and what an admission is called. */
import { createHash } from 'node:crypto';

/**
 * The mechanisms that can admit a shopper to a checkout. Fanfare documents no proof of an `appointment` (a booked slot):
 * it works with the merchant's own `api.validate` and `api.complete` only.
 */
export type DistributionType = 'queue' | 'draw' | 'auction' | 'timed_release' | 'appointment';

const TYPES: Readonly<Record<string, DistributionType>> = Object.freeze(
  Object.assign(Object.create(null) as Record<string, DistributionType>, {
    queue: 'queue',
    draw: 'draw',
    auction: 'auction',
    timed_release: 'timed_release',
    appointment: 'appointment',
  }),
);

/** The types in the order they are shown in messages. */
export const DISTRIBUTION_TYPES: readonly DistributionType[] = Object.freeze(Object.values(TYPES));

/** Looks a type up; anything that is not exactly one of the five is `undefined`. */
export function distributionType(value: unknown): DistributionType | undefined {
  return typeof value === 'string' ? TYPES[value] : undefined;
}

const ID = /^[A-Za-z0-9_-]{1,128}$/;

/** Whether a value from outside may be used as an id at all. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/**
 * Whether a token's claim surely names another organization than ours. Fanfare documents no such claim for admission
 * tokens, and has names of other kinds for organizations too: only two that are alike can be told apart.
 */
export function isAnothers(claimed: string | undefined, ours: string): boolean {
  const isOrganization = (id: string | undefined): boolean => id?.startsWith('org_') ?? false;
  return isOrganization(claimed) && isOrganization(ours) && claimed !== ours;
}

/** What makes two admissions the same one, apart from when they were granted. */
export interface Triple {
  readonly distributionType: DistributionType;
  readonly distributionId: string;
  readonly consumerId: string;
}

/**
 * The stable name of an admission: SHA-256 (base64url) over the length-prefixed organization, type, distribution,
 * consumer and, where known, the time of admittance in milliseconds.
 *
 * The token is left out on purpose: Fanfare may mint several tokens for one admission, and one token can be spelled in
 * several ways. So is everything that changes from token to token, such as `jti` and `iat`.
 */
export function admissionId(organizationId: string, triple: Triple, admittedAt: number | undefined): string {
  const hash = createHash('sha256');
  const parts = [
    organizationId,
    triple.distributionType,
    triple.distributionId,
    triple.consumerId,
    admittedAt === undefined ? '' : String(admittedAt),
  ];
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return hash.digest('base64url');
}
