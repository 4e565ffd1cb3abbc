/** How fast completions may go out: in flight, on hold, per minute. Pure; times are our own clock's milliseconds. */
import type { DeliveryAnswer } from '../fanfare-api/answers.js';

const MOST_IN_FLIGHT = 10;
const SECOND_MS = 1_000;
/** One completion, in the units of {@link Pace.credit}. */
const ONE = 60_000;
/** A wrong clock or a broken header at the other side, or a wrong clock of whoever led before, must not silence the queue for days. */
export const LONGEST_HOLD_MS = 3_600_000;

interface Pace {
  readonly perMinute: number;
  /** In units of 1/60,000 completion, so that a millisecond brings a whole number of them. */
  readonly credit: number;
  readonly at: number;
}

export interface Flow {
  /** At most this many in flight: 1 to 10. */
  readonly allowed: number;
  /** Nothing goes out before. */
  readonly holdUntil: number;
  /** What was sent up to here has been answered for by the latest halving. */
  readonly halvedAt: number;
  readonly pace?: Pace;
}

/** Full speed; `perMinute` paces it. */
export function fullFlow(now: number, perMinute?: number): Flow {
  const flow = { allowed: MOST_IN_FLIGHT, holdUntil: 0, halvedAt: -1 };
  return perMinute === undefined ? flow : { ...flow, pace: { perMinute, credit: burst(perMinute), at: now } };
}

/** How many more may be sent now. */
export function roomLeft(flow: Flow, inFlight: number, now: number): number {
  if (now < flow.holdUntil) return 0;
  const slots = Math.max(0, flow.allowed - inFlight);
  return flow.pace === undefined ? slots : Math.min(slots, Math.floor(refilled(flow.pace, now) / ONE));
}

/** The flow after `count` have been sent. */
export function afterSending(flow: Flow, count: number, now: number): Flow {
  if (flow.pace === undefined) return flow;
  return { ...flow, pace: { ...flow.pace, credit: refilled(flow.pace, now) - count * ONE, at: now } };
}

/** The flow after an answer to what was sent at `sentAt`. */
export function afterAnswer(flow: Flow, answer: DeliveryAnswer, sentAt: number, now: number): Flow {
  return hold(adapt(flow, answer, sentAt, now), answer, now);
}

/** One burst of 429 answers is one sign that it was too much: only what was sent after a halving halves again. */
function adapt(flow: Flow, answer: DeliveryAnswer, sentAt: number, now: number): Flow {
  if (answer.kind === 'done') {
    return flow.allowed === MOST_IN_FLIGHT ? flow : { ...flow, allowed: flow.allowed + 1 };
  }
  const limited = answer.kind === 'failed' && answer.status === 429;
  if (!limited || sentAt <= flow.halvedAt) return flow;
  return { ...flow, allowed: Math.max(1, Math.floor(flow.allowed / 2)), halvedAt: now };
}

function hold(flow: Flow, answer: DeliveryAnswer, now: number): Flow {
  const retryAfter = answer.kind === 'failed' ? (answer.retryAfterMs ?? 0) : 0;
  const reset = answer.rateLimit?.remaining === 0 ? answer.rateLimit.resetAt : now;
  const until = Math.min(Math.max(now + retryAfter, reset), now + LONGEST_HOLD_MS);
  return until > now ? { ...flow, holdUntil: Math.max(flow.holdUntil, until) } : flow;
}

/** The loop ticks once a second, so a second's worth may go out together. */
function burst(perMinute: number): number {
  return Math.max(ONE, perMinute * SECOND_MS);
}

function refilled(pace: Pace, now: number): number {
  return Math.min(burst(pace.perMinute), pace.credit + Math.max(0, now - pace.at) * pace.perMinute);
}
