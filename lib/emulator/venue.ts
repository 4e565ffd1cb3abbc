/** Where everything takes place: the distributions of this emulator, each with its mechanism. */
import { createAuction } from './auction.js';
import type { Auction } from './auction.js';
import { BoundedMap } from './bounded-map.js';
import { createDraw } from './draw.js';
import type { Distribution, DistributionType, Experience } from './experiences.js';
import { createQueue } from './queue.js';
import { PLACES_KEPT } from './standing.js';
import type { Mechanism } from './standing.js';
import { createTimedRelease } from './timed-release.js';

/** A distribution that takes place. */
export interface Stage {
  readonly distribution: Distribution;
  readonly experienceId?: string;
  readonly opensAt: number;
  readonly mechanism: Mechanism;
  /** The mechanism once more, where it takes bids. */
  readonly auction?: Auction;
  /** Consumers the merchant denied before they were admitted. */
  readonly denied: Map<string, { readonly at: number; readonly reason: string }>;
}

export interface Venue {
  readonly experiences: readonly Experience[];
  find(distributionId: string): Stage | undefined;
  /** The stage of that id, made on the spot when there is none; throws when it is of another type. */
  findOrOpen(distributionId: string, type: DistributionType): Stage;
}

/** Opens every distribution of `experiences`; throws when two share an id. */
export function createVenue(experiences: readonly Experience[], now: number, random: () => number): Venue {
  const stages = new Map<string, Stage>();
  for (const { id, distributions } of experiences) {
    for (const distribution of distributions) {
      if (stages.has(distribution.id))
        throw new TypeError(`Two distributions share the id "${distribution.id}"`);
      stages.set(distribution.id, openStage(distribution, id, now, random));
    }
  }
  return {
    experiences,
    find: (distributionId) => stages.get(distributionId),
    findOrOpen(distributionId, type) {
      const stage =
        stages.get(distributionId) ?? openStage({ id: distributionId, type }, undefined, now, random);
      if (stage.distribution.type !== type) {
        throw new TypeError(`"${distributionId}" is of the type ${stage.distribution.type}, not ${type}`);
      }
      stages.set(distributionId, stage);
      return stage;
    },
  };
}

function openStage(
  distribution: Distribution,
  experienceId: string | undefined,
  now: number,
  random: () => number,
): Stage {
  return {
    distribution,
    ...(experienceId === undefined ? {} : { experienceId }),
    opensAt: now + (distribution.opensAfterSeconds ?? 0) * 1_000,
    ...mechanismOf(distribution, random),
    denied: new BoundedMap(PLACES_KEPT),
  };
}

function mechanismOf(
  distribution: Distribution,
  random: () => number,
): { mechanism: Mechanism; auction?: Auction } {
  switch (distribution.type) {
    case 'queue':
      return { mechanism: createQueue(distribution) };
    case 'draw':
      return { mechanism: createDraw(distribution, random) };
    case 'auction': {
      const auction = createAuction(distribution);
      return { mechanism: auction, auction };
    }
    case 'timed_release':
      return { mechanism: createTimedRelease() };
  }
}
