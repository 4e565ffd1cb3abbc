/**
 * How an order attempt moves a row, as pure steps: rows in, outcome and the row to write out. An engine adds only the
 * finding, the writing and the lock around both.
 */
import type { Admission } from '../admission/admission.js';
import { bareAdmission } from '../admission/admission.js';
import { earliest } from '../admission/expiry.js';
import type { AttemptOutcome, ClaimOutcome, ClaimRequest, Holder } from './ledger.js';
import type { Note } from './note.js';
import { denies } from './note.js';
import type { OpenAttempt, Row, RowState } from './row.js';
import { isUsed } from './row.js';
import type { RowFacts } from './standing.js';
import { inState, standing, usesUp } from './standing.js';

/** What a step decided. Without `write` nothing changes. */
export interface Step<Outcome, Written = Row> {
  readonly outcome: Outcome;
  readonly write?: Written;
}

/**
 * Takes the admission for one order attempt.
 *
 * @param neighbours every row with the admission's id, with the token's hash, or with the admission's triple
 * @param denial what the ledger remembers of the triple's denial
 */
export function claim(
  neighbours: readonly Row[],
  denial: Note | undefined,
  request: ClaimRequest,
  now: number,
): Step<ClaimOutcome> {
  const rows = neighbours.map((row) => standing(row, now));
  const own = rows.find((row) => row.admission.id === request.admission.id);
  const admission = refreshed(own?.admission, request.admission);
  const obstacle = inTheWay(rows, own, request, admission);
  if (obstacle !== undefined) return { outcome: { outcome: 'refused', row: obstacle } };
  if (denies(denial, admission.admittedAt)) return { outcome: { outcome: 'denied' } };
  const before = own ?? { admission, attempts: 0, createdAt: now, updatedAt: now };
  const attempt: OpenAttempt = {
    number: before.attempts + 1,
    id: request.attemptId,
    owner: request.owner,
    startedAt: now,
  };
  const { sidHash } = request;
  const facts: RowFacts = {
    tokenHash: request.tokenHash,
    ...before,
    admission,
    sidHash,
    attempts: attempt.number,
  };
  const active: RowState = { state: 'active', attempt, leaseUntil: now + request.leaseMs };
  return {
    outcome: { outcome: 'claimed', attempt, ...placeTaken(own) },
    write: inState(facts, active, now),
  };
}

/** What stands in the way of a claim: a row with an order before one that is only busy, since it is the last word. */
function inTheWay(
  rows: readonly Row[],
  own: Row | undefined,
  request: ClaimRequest,
  admission: Admission,
): Row | undefined {
  const others = rows.filter((row) => row !== own);
  const obstacles = [
    own !== undefined && holds(own, request) ? own : undefined,
    others.find((row) => row.tokenHash === request.tokenHash),
    others.find((row) => usesUp(row, admission)),
  ].filter((row) => row !== undefined);
  return obstacles.find(isUsed) ?? obstacles[0];
}

function holds(own: Row, request: ClaimRequest): boolean {
  switch (own.state) {
    case 'free':
      return false;
    case 'pending':
      return !(request.supersede && own.sidHash === request.sidHash);
    case 'unresolved':
      return !request.takeUnresolved;
    default:
      return true;
  }
}

function placeTaken(own: Row | undefined): Pick<Extract<ClaimOutcome, { outcome: 'claimed' }>, 'took'> {
  return own?.state === 'pending' || own?.state === 'unresolved'
    ? { took: { attempt: own.attempt, from: own.state } }
    : {};
}

/** What the ledger knew stays; a new claim fills gaps and may only shorten the time. */
function refreshed(known: Admission | undefined, told: Admission): Admission {
  if (known === undefined) return bareAdmission(told);
  const expiresAt = earliest(known.expiresAt, told.expiresAt);
  return {
    ...bareAdmission(told),
    ...bareAdmission(known),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** Extends a lease. One that comes late still counts while nobody has taken the attempt's place. */
export function renew(row: Row | undefined, holder: Holder, leaseMs: number, now: number): Step<boolean> {
  if (row?.state !== 'active' || row.attempt.id !== holder.attemptId) return { outcome: false };
  const active: RowState = { state: 'active', attempt: row.attempt, leaseUntil: now + leaseMs };
  return { outcome: true, write: inState(row, active, now) };
}

/** Keeps the merchant's reference with an open attempt, and leaves its time as it is. */
export function defer(row: Row | undefined, holder: Holder, reference: string, now: number): Step<boolean> {
  if (row === undefined || !isOpen(row, holder)) return { outcome: false };
  return {
    outcome: true,
    write: { ...row, attempt: { ...row.attempt, reference }, updatedAt: now },
  };
}

/** Ends or parks an open attempt, lapsed or not. */
export function settle(
  row: Row | undefined,
  holder: Holder,
  outcome: AttemptOutcome,
  now: number,
): Step<boolean> {
  const stands = row === undefined ? undefined : standing(row, now);
  if (stands === undefined || !isOpen(stands, holder) || !isAsFound(stands, outcome))
    return { outcome: false };
  return { outcome: true, write: inState(stands, settled(stands, outcome, now), now) };
}

type OpenRow = Extract<Row, { readonly attempt: OpenAttempt }>;

function isOpen(row: Row, holder: Holder): row is OpenRow {
  return 'attempt' in row && row.attempt.id === holder.attemptId;
}

/** Whoever freed it for a silence that has ended would free an attempt that runs again. */
function isAsFound(row: OpenRow, outcome: AttemptOutcome): boolean {
  if (outcome.to !== 'free' || outcome.unresolvedSince === undefined) return true;
  return row.state === 'unresolved' && row.since === outcome.unresolvedSince;
}

function settled(row: OpenRow, outcome: AttemptOutcome, now: number): RowState {
  const { attempt } = row;
  switch (outcome.to) {
    case 'free':
      return { state: 'free' };
    case 'pending':
      return {
        state: 'pending',
        attempt,
        pendingUntil: Math.min(now + outcome.pendingMs, outcome.notAfter ?? Infinity),
      };
    case 'unresolved':
      return { state: 'unresolved', attempt, since: row.state === 'unresolved' ? row.since : now };
  }
}
