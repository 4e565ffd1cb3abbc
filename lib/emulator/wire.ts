/**
 * A look in Fanfare's words, one union for each distribution type, with the newest names (`GRANTED`, `admissionGrant`)
 * per the vendor's API reference. Where that names no state, the older reference's is used: a lost draw is `LOST`.
 */
import { iso } from './admission-record.js';
import type { DistributionType } from './experiences.js';
import type { Look } from './look.js';
import type { OwnBid } from './standing.js';

type Body = Readonly<Record<string, unknown>>;

export function wireState(type: DistributionType, look: Look): Body {
  switch (type) {
    case 'queue':
      return queueBody(look);
    case 'draw':
      return drawBody(look);
    case 'auction':
      return auctionBody(look);
    case 'timed_release':
      return timedReleaseBody(look);
  }
}

function queueBody(look: Look): Body {
  switch (look.at) {
    case 'waiting':
      return {
        status: 'QUEUED',
        position: look.position,
        estimatedWaitTimeInSeconds: look.secondsLeft,
        positionDisplayMode: 'precise',
      };
    case 'left':
      return { status: 'LEFT', dequeuedAt: iso(look.since) };
    case 'outside':
    case 'lost':
      return { status: 'NOT_QUEUED' };
    default:
      return admittedBody(look, 'GRANTED');
  }
}

function drawBody(look: Look): Body {
  switch (look.at) {
    case 'waiting':
      return { status: 'ENTERED' };
    case 'lost':
      return { status: 'LOST' };
    case 'outside':
    case 'left':
      return { status: 'NOT_ENTERED' };
    case 'granted':
      return { ...admittedBody(look, 'WON'), wonAt: iso(look.record.admittedAt) };
    default:
      return admittedBody(look, 'WON');
  }
}

/** Tells no expiry: the vendor's auction status has none. */
function auctionBody(look: Look): Body {
  switch (look.at) {
    case 'waiting':
      return { status: biddingStatus(look.bid), ...ownBidding(look.bid) };
    case 'lost':
      return { status: 'LOST', ...ownBidding(look.bid) };
    case 'granted':
      return { status: 'WON', ...ownBidding(look.bid), ...winning(look.bid), admissionGrant: look.token };
    case 'completed':
    case 'expired':
      return { status: 'WON', ...ownBidding(look.bid), ...winning(look.bid) };
    default:
      return { status: 'NOT_BID' };
  }
}

function ownBidding(bid: OwnBid | undefined): Body {
  return { bidCount: bid?.count ?? 0, lastBidAmount: bid?.amount ?? null };
}

function winning(bid: OwnBid | undefined): Body {
  return bid ? { winningBidAmount: bid.amount } : {};
}

function biddingStatus(bid: OwnBid | undefined): string {
  if (!bid) return 'NOT_BID';
  return bid.leading ? 'WINNING' : 'OUTBID';
}

function timedReleaseBody(look: Look): Body {
  switch (look.at) {
    case 'granted':
      return { ...admittedBody(look, 'ENTERED'), enteredAt: iso(look.record.admittedAt) };
    case 'left':
      return { status: 'LEFT', leftAt: iso(look.since) };
    case 'expired':
      return { status: 'LEFT', leftAt: iso(look.record.expiresAt) };
    case 'completed':
    case 'denied':
      return admittedBody(look, 'ENTERED');
    default:
      return { status: 'NOT_ENTERED' };
  }
}

/** What the types share: the grant, and the ways an admission ends. A completed one no longer shows its grant. */
function admittedBody(
  look: Extract<Look, { at: 'granted' | 'completed' | 'expired' | 'denied' }>,
  grantedStatus: string,
): Body {
  switch (look.at) {
    case 'granted':
      return {
        status: grantedStatus,
        admissionGrant: look.token,
        expiresAt: iso(look.record.expiresAt),
      };
    case 'completed':
      return { status: 'COMPLETED', completedAt: iso(look.record.completedAt ?? look.record.expiresAt) };
    case 'expired':
      return deniedBody('ADMISSION_EXPIRED', look.record.expiresAt);
    case 'denied':
      return deniedBody(look.reason, look.since);
  }
}

function deniedBody(reason: string, at: number): Body {
  return { status: 'DENIED', reason, deniedAt: iso(at) };
}
