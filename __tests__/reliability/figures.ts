/** What the proofs measured, one JSON line each, for `scripts/reliability.mjs` to make a page of. */
import { appendFileSync } from 'node:fs';

/** What was proven; the script has a sentence for each. */
export type Proof =
  | 'engines'
  | 'contest'
  | 'kills'
  | 'points'
  | 'crashes'
  | 'transactions'
  | 'days'
  | 'drain'
  | 'strangers'
  | 'paused'
  | 'unreachable'
  | 'soak'
  | 'fuzz'
  | 'heap';

/** Keeps one row of a proof's table, where the environment names a file for it. `on`: the engine, or what else it ran on. */
export function record(proof: Proof, on: string, figures: Readonly<Record<string, number | string>>): void {
  const file = process.env['RELIABILITY_FIGURES'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ proof, on, figures })}\n`);
}

/** The median and the longest, in seconds: `0.4 / 1.2`. */
export function spread(milliseconds: readonly number[]): string {
  const sorted = [...milliseconds].sort((one, other) => one - other);
  return `${seconds(sorted[Math.floor(sorted.length / 2)] ?? 0)} / ${seconds(sorted.at(-1) ?? 0)}`;
}

export function seconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(milliseconds < 10_000 ? 2 : 0);
}
