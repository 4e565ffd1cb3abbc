/** What a consumer sees of themselves: their place and their admission, taken together. */
import { stateOf } from './admission-record.js';
import type { AdmissionRecord } from './admission-record.js';
import type { AdmissionBook, Grant } from './admission-book.js';
import type { Standing } from './standing.js';
import type { Stage } from './venue.js';

type Bidder = Pick<Extract<Standing, { at: 'waiting' }>, 'bid'>;

export type Look =
  | Exclude<Standing, { at: 'admitted' }>
  | ({ readonly at: 'granted'; readonly record: AdmissionRecord; readonly token: string } & Bidder)
  | ({ readonly at: 'completed' | 'expired'; readonly record: AdmissionRecord } & Bidder)
  | { readonly at: 'denied'; readonly since: number; readonly reason: string };

interface LookedAt {
  readonly stage: Stage;
  readonly consumerId: string;
}

/** Looks; a standing that has become an admission is written into the book by the first look. */
export function lookAt(
  book: AdmissionBook,
  { stage, consumerId }: LookedAt,
  admissionSeconds: number,
  now: number,
): Look {
  const denied = stage.denied.get(consumerId);
  if (denied) return { at: 'denied', since: denied.at, reason: denied.reason };
  const standing = stage.mechanism.standing(consumerId, now);
  if (standing.at === 'admitted') {
    const lasts = (stage.distribution.admissionSeconds ?? admissionSeconds) * 1_000;
    const grant = grantOf(stage, consumerId, standing, lasts);
    return admitted(book, stage, book.admit(grant, now), standing, now);
  }
  // An admission may exist without a place: minted for a test, or handed out by hand.
  const minted = standing.at === 'outside' ? book.of(grantIds(stage, consumerId)).at(-1) : undefined;
  return minted ? admitted(book, stage, minted, {}, now) : standing;
}

function admitted(
  book: AdmissionBook,
  stage: Stage,
  record: AdmissionRecord,
  from: Bidder,
  now: number,
): Look {
  const bidder = from.bid ? { bid: from.bid } : {};
  const state = stateOf(record, now);
  if (state === 'completed' || state === 'expired') return { at: state, record, ...bidder };
  if (record.denied) return { at: 'denied', since: record.denied.at, reason: record.denied.reason };
  return { at: 'granted', record, token: tokenShown(book, stage, record), ...bidder };
}

/** The token that every look at this admission shows. */
export function tokenShown(book: AdmissionBook, stage: Stage | undefined, record: AdmissionRecord): string {
  record.shownToken ??= book.mint(record, stage?.distribution.opaqueTokens ?? false);
  return record.shownToken;
}

function grantIds(stage: Stage, consumerId: string) {
  return { distributionType: stage.distribution.type, distributionId: stage.distribution.id, consumerId };
}

function grantOf(
  stage: Stage,
  consumerId: string,
  standing: Extract<Standing, { at: 'admitted' }>,
  lastsMs: number,
): Grant {
  return {
    ...grantIds(stage, consumerId),
    experienceId: stage.experienceId,
    admittedAt: standing.since,
    expiresAt: standing.since + lastsMs,
    position: standing.position,
  };
}
