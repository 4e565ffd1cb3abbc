/** What takes place in this emulator: experiences and the distributions inside them. */

/** The distribution types that lead to a checkout, as Fanfare names them on the wire. */
export const DISTRIBUTION_TYPES = ['queue', 'draw', 'auction', 'timed_release'] as const;
export type DistributionType = (typeof DISTRIBUTION_TYPES)[number];

interface Common {
  readonly id: string;
  /** Seconds an admission of this distribution lasts. Default: the emulator's `admissionSeconds`. */
  readonly admissionSeconds?: number;
  /** Seconds after the emulator's start at which shoppers may enter; before, entering answers 423. Default 0. */
  readonly opensAfterSeconds?: number;
  /** Hand out opaque tokens instead of signed JWTs. Default false. */
  readonly opaqueTokens?: boolean;
}

/** Admits each shopper a fixed time after they entered. */
export interface QueueDistribution extends Common {
  readonly type: 'queue';
  /** Seconds between entering and being admitted. Default 3. */
  readonly waitSeconds?: number;
}

/** Runs from its first entry on; then some of those who entered win. The next entry starts another round. */
export interface DrawDistribution extends Common {
  readonly type: 'draw';
  /** Default 5. */
  readonly runSeconds?: number;
  /** How many win in each round. Default 1. */
  readonly winners?: number;
}

/** Runs from its first entry on; then the highest bid wins. The next entry starts another round. */
export interface AuctionDistribution extends Common {
  readonly type: 'auction';
  /** Default 20. */
  readonly runSeconds?: number;
  /** Decimal string; the lowest first bid. Default `'1.00'`. */
  readonly startingBid?: string;
  /** Decimal string; by how much a bid must exceed the highest. Default `'1.00'`. */
  readonly minimumIncrement?: string;
}

/** Admits everybody who enters while it is open, at once. */
export interface TimedReleaseDistribution extends Common {
  readonly type: 'timed_release';
}

export type Distribution =
  QueueDistribution | DrawDistribution | AuctionDistribution | TimedReleaseDistribution;

/** What a shopper takes part in on the merchant's site. */
export interface Experience {
  readonly id: string;
  readonly name: string;
  readonly distributions: readonly Distribution[];
}

/** Served when no `experiences` are given: one of each type. */
export const demoExperiences: readonly Experience[] = [
  {
    id: 'exp_demo_queue',
    name: 'Queue: admits you 3 seconds after you enter',
    distributions: [{ id: 'queue_demo', type: 'queue', waitSeconds: 3 }],
  },
  {
    id: 'exp_demo_draw',
    name: 'Draw: runs 5 seconds from the first entry, one winner',
    distributions: [{ id: 'draw_demo', type: 'draw', runSeconds: 5, winners: 1 }],
  },
  {
    id: 'exp_demo_auction',
    name: 'Auction: settles 20 seconds after the first entry',
    distributions: [{ id: 'auction_demo', type: 'auction', runSeconds: 20, startingBid: '10.00' }],
  },
  {
    id: 'exp_demo_release',
    name: 'Timed release: open now, everybody who enters may buy',
    distributions: [{ id: 'release_demo', type: 'timed_release' }],
  },
];

/** The path segment of each type in Fanfare's URLs. */
export const PATH_SEGMENTS: Readonly<Record<DistributionType, string>> = {
  queue: 'queues',
  draw: 'draws',
  auction: 'auctions',
  timed_release: 'timed-releases',
};

/** Each type as the vendor's error texts begin. */
export const TYPE_WORDS: Readonly<Record<DistributionType, string>> = {
  queue: 'Queue',
  draw: 'Draw',
  auction: 'Auction',
  timed_release: 'Timed release',
};
