/** When to tell Fanfare again. Pure: times are milliseconds, `random` is a number in [0, 1). */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** `DELAYS[n]` is the wait before attempt n + 1; after the last one, its delay goes on without end. */
const DELAYS = [
  0,
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;
const LAST_DELAY = 24 * HOUR;

/** A tenth of the jitter would still part two processes; a fifth parts a few hundred completions. */
const JITTER = 0.2;

/** How long a refusal without a known code is asked again before it counts. */
export const REFUSAL_PATIENCE_MS = HOUR;

/** The wait after `attempts` attempts: by the schedule, plus 0 to 20 %. */
export function retryDelay(attempts: number, random: number): number {
  return jittered(DELAYS[attempts] ?? LAST_DELAY, random);
}

/** When to try again after a failure; never earlier than Fanfare asked for (`retryAfterMs`). */
export function retryAt(attempts: number, now: number, random: number, retryAfterMs = 0): number {
  return now + Math.max(retryDelay(attempts, random), retryAfterMs);
}

/**
 * When to ask again after a refusal that may yet be taken back. It follows the schedule from the first refusal on, however
 * many attempts an outage had cost before, and asks for the last time when the hour is over.
 */
export function refusedRetryAt(refusedSince: number, now: number, random: number): number {
  const gap = DELAYS[stepAt(now - refusedSince)] ?? LAST_DELAY;
  return Math.min(now + jittered(gap, random), refusedSince + REFUSAL_PATIENCE_MS);
}

/** The schedule's step that follows when this much time has gone by since its start. */
function stepAt(elapsed: number): number {
  let reached = 0;
  const step = DELAYS.findIndex((delay) => (reached += delay) > elapsed);
  return step === -1 ? DELAYS.length : step;
}

function jittered(delay: number, random: number): number {
  return Math.round(delay * (1 + JITTER * random));
}
