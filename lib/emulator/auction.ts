/** The auction: the highest bid at its end wins; of two equal ones there can be only the first. */
import { malformed, problem, Refusal } from './answers.js';
import { unitsOf } from './decimal.js';
import type { AuctionDistribution } from './experiences.js';
import { Rounds } from './rounds.js';
import type { Round } from './rounds.js';
import { OUTSIDE } from './standing.js';
import type { Mechanism, OwnBid, Standing } from './standing.js';

interface Bid {
  readonly amount: string;
  readonly units: bigint;
  readonly count: number;
}

/** The bids of one round: each bidder's last one, and who leads. */
interface Bids {
  readonly last: ReadonlyMap<string, Bid>;
  readonly leader?: string | undefined;
}

interface AuctionRound extends Round {
  bids: { last: Map<string, Bid>; leader?: string };
}

interface BidRules {
  readonly startingUnits: bigint;
  readonly incrementUnits: bigint;
}

/** Why a bid cannot stand, in the words of the vendor's API reference; undefined when it can. */
export function bidProblem(bids: Bids, units: bigint, rules: BidRules): string | undefined {
  const highest = bids.leader === undefined ? undefined : bids.last.get(bids.leader);
  if (!highest) return units < rules.startingUnits ? 'Bid must be higher than current bid' : undefined;
  if (units <= highest.units) return 'Bid must be higher than current bid';
  return units < highest.units + rules.incrementUnits ? 'Bid must meet minimum increment' : undefined;
}

/** Where a consumer stands in a round of an auction. */
export function auctionStanding(
  round: { readonly endsAt: number; readonly bids: Bids } | undefined,
  consumerId: string,
  now: number,
): Standing {
  if (!round) return OUTSIDE;
  const bid = ownBid(round.bids, consumerId);
  const more = bid ? { bid } : {};
  if (now < round.endsAt) {
    return { at: 'waiting', secondsLeft: Math.ceil((round.endsAt - now) / 1_000), ...more };
  }
  return { at: bid?.leading ? 'admitted' : 'lost', since: round.endsAt, ...more };
}

export interface Auction extends Mechanism {
  /** Places a bid, entering first where needed; throws the 400 that says why it cannot stand. */
  bid(consumerId: string, amount: string, now: number): void;
  highest(now: number): { highestBid: string | null; bidCount: number; auctionEnded: boolean };
}

export function createAuction(distribution: AuctionDistribution): Auction {
  const runMs = (distribution.runSeconds ?? 20) * 1_000;
  const rules = {
    startingUnits: unitsOf(distribution.startingBid ?? '1.00') ?? 0n,
    incrementUnits: unitsOf(distribution.minimumIncrement ?? '1.00') ?? 0n,
  };
  const rounds = new Rounds<AuctionRound>((now) => ({
    endsAt: now + runMs,
    entrants: new Set(),
    bids: { last: new Map() },
  }));
  return {
    enter: (consumerId, now) => {
      rounds.join(consumerId, now);
    },
    // A bid binds: nobody leaves an auction.
    leave: () => false,
    standing: (consumerId, now) => auctionStanding(rounds.of(consumerId), consumerId, now),
    endsAt: () => rounds.current()?.endsAt,
    bid(consumerId, amount, now) {
      const round = rounds.of(consumerId) ?? rounds.join(consumerId, now);
      if (now >= round.endsAt) throw new Refusal(problem(400, 'Auction is closed'));
      placeBid(round, consumerId, amount, rules);
    },
    highest(now) {
      const round = rounds.current();
      return {
        highestBid: round?.bids.last.get(round.bids.leader ?? '')?.amount ?? null,
        bidCount: [...(round?.bids.last.values() ?? [])].reduce((sum, { count }) => sum + count, 0),
        auctionEnded: round !== undefined && now >= round.endsAt,
      };
    },
  };
}

function placeBid(round: AuctionRound, consumerId: string, amount: string, rules: BidRules): void {
  const units = unitsOf(amount);
  if (units === undefined) {
    throw new Refusal(malformed([{ field: 'amount', expected: 'decimal string', received: 'string' }]));
  }
  const why = bidProblem(round.bids, units, rules);
  if (why !== undefined) throw new Refusal(problem(400, why));
  const count = (round.bids.last.get(consumerId)?.count ?? 0) + 1;
  round.bids.last.set(consumerId, { amount, units, count });
  round.bids.leader = consumerId;
}

function ownBid({ last, leader }: Bids, consumerId: string): OwnBid | undefined {
  const bid = last.get(consumerId);
  return bid && { amount: bid.amount, count: bid.count, leading: leader === consumerId };
}
