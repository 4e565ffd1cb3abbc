/** What a leader of the deliveries leaves to the next one: pauses, streaks and how fast completions may go out. Pure. */
import { type Flow, fullFlow, LONGEST_HOLD_MS } from './flow.js';
import { OPEN_QUEUE, type Queue } from './queue.js';

export interface Memo {
  readonly queue: Queue;
  readonly flow: Flow;
}

/** Goes up when the shape changes; what another version wrote is not read. */
const VERSION = 2;
/** The ledger keeps no more. What is parked is the only part that grows, and comes due by itself. */
const MOST_PARKED = 150;

export function writeMemo({ queue, flow }: Memo): string {
  const { pause } = queue;
  const bounded =
    pause === undefined
      ? queue
      : { ...queue, pause: { ...pause, parked: pause.parked.slice(0, MOST_PARKED) } };
  return JSON.stringify({ version: VERSION, queue: bounded, flow });
}

/** A fresh start where the text is not one of ours. The pace is this process's own. */
export function readMemo(text: string, now: number, perMinute: number | undefined): Memo {
  const fresh = { queue: OPEN_QUEUE, flow: fullFlow(now, perMinute) };
  const kept = parsed(text);
  if (kept === undefined) return fresh;
  const { pace } = fresh.flow;
  const { allowed, halvedAt } = kept.flow;
  const holdUntil = Math.min(kept.flow.holdUntil, now + LONGEST_HOLD_MS);
  return {
    queue: kept.queue,
    flow: { allowed, holdUntil, halvedAt, ...(pace === undefined ? {} : { pace }) },
  };
}

function parsed(text: string): Memo | undefined {
  try {
    const memo = JSON.parse(text) as Memo & { readonly version?: unknown };
    return memo.version === VERSION ? memo : undefined;
  } catch {
    // Not JSON, so no leader of this version wrote it: a fresh start costs a few refused calls at most.
    return undefined;
  }
}
