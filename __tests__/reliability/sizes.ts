/** How big each proof is: CI's sizes, unless the environment says otherwise (`RELIABILITY_KILLS=2000`, …). */

function size(name: string, preset: number): number {
  const given = Number(process.env[`RELIABILITY_${name}`] ?? preset);
  if (!Number.isInteger(given) || given < 1)
    throw new Error(`RELIABILITY_${name} must be a whole number from 1`);
  return given;
}

/** Admissions that are fought over in the contest, four attempts each. */
export const CONTESTED = size('CONTESTED', 5_000);
/** SIGKILLs of a shop's processes. */
export const KILLS = size('KILLS', 20);
/** SIGKILLs of the engine. */
export const CRASHES = size('CRASHES', 15);
/** Racing transactions. */
export const TRANSACTIONS = size('TRANSACTIONS', 3_000);
/** Calls by somebody who holds nothing. */
export const STRANGERS = size('STRANGERS', 10_000);
/** Completions that wait while Fanfare is down for 72 hours. */
export const WAITING_FOR_DAYS = size('WAITING_FOR_DAYS', 1_000);
/** Completions that wait for the end of a real outage, and the pace they drain at. */
export const WAITING = size('WAITING', 10_000);
export const PER_MINUTE = size('PER_MINUTE', 24_000);
/** How many of the engines drain: what is waited for is the same with each. */
export const DRAINS = size('DRAINS', 1);
/** How long the shop is out in bad weather, and what comes in. */
export const SOAK_SECONDS = size('SOAK_SECONDS', 60);
export const SOAK_PER_SECOND = size('SOAK_PER_SECOND', 500);

/** For tests that would otherwise hang; never a measure of speed. */
export const PATIENCE_MS = 20 * 60_000;
