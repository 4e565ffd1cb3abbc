/** What a number of seconds looks like, and when it is worth a word. Pure. */

/** The thresholds at which a screen reader hears of the time, in seconds; the last one first. */
const THRESHOLDS = [60, 300] as const;

export type Threshold = (typeof THRESHOLDS)[number];

/** The threshold that the time has come below, if any. */
export function thresholdOf(seconds: number): Threshold | undefined {
  return THRESHOLDS.find((threshold) => seconds <= threshold);
}

/** `9:05`, or `47:09:05` where winners have days. */
export function clockFace(seconds: number): string {
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  const padded = (part: number): string => String(part).padStart(2, '0');
  const front = hours > 0 ? `${String(hours)}:${padded(minutes)}` : String(minutes);
  return `${front}:${padded(seconds % 60)}`;
}
