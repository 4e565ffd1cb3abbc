/** When an admission ends, read from whatever form the time arrives in, and judged against a handed-in `now`. */

/** How long past its end our own clock still lets an admission through: clocks differ, and Fanfare decides. */
export const CLOCK_TOLERANCE_MS = 5_000;

const SECONDS_BELOW = 1e11;
const LATEST = 8.64e15;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;
const DIGITS = /^\d{1,16}$/;

/**
 * Reads a time: ISO 8601 with a zone, milliseconds or seconds since the epoch (numbers below 1e11 are seconds).
 * Anything else is `undefined`: an unreadable time is an unknown one.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string') return undefined;
  if (DIGITS.test(value)) return fromEpoch(Number(value));
  const time = ISO.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

function fromEpoch(value: number): number | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined;
  const milliseconds = Math.floor(value < SECONDS_BELOW ? value * 1000 : value);
  return milliseconds <= LATEST ? milliseconds : undefined;
}

/** The earliest of the known times; `undefined` when none is known. */
export function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Whether an admission that ends at `expiresAt` is over by our own clock, tolerance included. */
export function isPast(expiresAt: number | undefined, now: number): boolean {
  return expiresAt !== undefined && now > expiresAt + CLOCK_TOLERANCE_MS;
}
