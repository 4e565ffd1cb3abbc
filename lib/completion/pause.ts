/**
 * What happens to the queue and its rows while Fanfare refuses everything or fails as a whole: nobody's attempts are
 * spent, and one row after the other is sent as a probe. Pure; times are the ledger's.
 */
import { compact } from '../admission/compact.js';
import type { Answered, Decision, Failed, Kept, Pause, Queue, Refused } from './queue.js';
import { isMissing, OPEN_QUEUE, progressed, without } from './queue.js';

/** Rows asked during a pause step back this long, so that the next probe asks another one. */
const PARKED_MS = 15 * 60_000;

/** Stops the queue. The rows of the streak that led to it get back what they had. */
export function pausedBy(
  streak: readonly Kept[],
  queue: Queue,
  answered: Answered,
  answer: Refused | Failed,
): Decision {
  const own = parked({ ...answered, before: keptBefore(streak, answered) }, answer);
  const others = without(streak, answered.admissionId).map(({ admissionId, delivery }) =>
    parked({ admissionId, before: delivery, now: answered.now }, answer),
  );
  const cause = answer.kind === 'failed' ? ('outage' as const) : ('refusal' as const);
  const { status, reason } = answer;
  const pause = compact({ cause, status, reason, parked: [...others, own] });
  return {
    outcome: { to: 'ordered', delivery: own.delivery },
    queue: { ...OPEN_QUEUE, resumedAt: queue.resumedAt, pause },
    putBack: others,
  };
}

/** A probe without success, or the late answer to what was sent before the pause: no attempt is spent. */
export function stillPaused(
  queue: Queue,
  pause: Pause,
  answered: Answered,
  answer: Refused | Failed,
): Decision {
  const own = parked({ ...answered, before: keptBefore(pause.parked, answered) }, answer);
  const others = without(pause.parked, answered.admissionId).filter(
    // Once its time is up the ledger hands a row out by itself.
    ({ delivery }) => delivery.nextAttemptAt > answered.now,
  );
  return {
    outcome: { to: 'ordered', delivery: own.delivery },
    queue: { ...queue, pause: { ...pause, parked: [...others, own] } },
    putBack: [],
  };
}

/**
 * Lets the queue go on. What was parked is due again, except rows whose address was not found: they wait their time, or
 * they would stop the queue once more before anything else got through.
 */
export function resumed(pause: Pause, { admissionId, now }: Answered): Decision {
  return {
    outcome: { to: 'delivered' },
    queue: reopened(now),
    putBack: without(pause.parked, admissionId)
      .filter(({ delivery }) => !isMissing(delivery.lastStatus))
      .map((kept) => dueAt(kept, now)),
  };
}

/** Fanfare refuses the probe, so the outage is over: `decision` about it stands, and the others are due again. */
export function resumedBy(decision: Decision, pause: Pause, { admissionId, now }: Answered): Decision {
  const due = without(pause.parked, admissionId).map((kept) => dueAt(kept, now));
  return { ...decision, putBack: [...decision.putBack, ...due] };
}

/** A queue without a pause or a streak, as of now. */
export function reopened(now: number): Queue {
  return { ...OPEN_QUEUE, resumedAt: now };
}

/** The row has its outcome: it is not one to ask again. */
export function unparked(queue: Queue, admissionId: string): Queue {
  const { pause } = queue;
  if (pause === undefined) return queue;
  return { ...queue, pause: { ...pause, parked: without(pause.parked, admissionId) } };
}

/** The row that a probe may ask when no other is due: the one that has waited longest. */
export function nextParked(queue: Queue, now: number): Kept | undefined {
  const longest = queue.pause?.parked[0];
  return longest && dueAt(longest, now);
}

function parked(row: Pick<Answered, 'admissionId' | 'before' | 'now'>, answer: Refused | Failed): Kept {
  const askedFor = answer.kind === 'failed' ? (answer.retryAfterMs ?? 0) : 0;
  const { attempts, refusedSince } = row.before;
  const nextAttemptAt = row.now + Math.max(PARKED_MS, askedFor);
  return {
    admissionId: row.admissionId,
    delivery: progressed(answer, { attempts, nextAttemptAt, refusedSince }),
  };
}

/** What the row had before the trouble began, if that is known; else what it had when it was taken. */
function keptBefore(rows: readonly Kept[], { admissionId, before }: Answered): Kept['delivery'] {
  return rows.find((kept) => kept.admissionId === admissionId)?.delivery ?? before;
}

function dueAt(kept: Kept, now: number): Kept {
  return { ...kept, delivery: { ...kept.delivery, nextAttemptAt: now } };
}
