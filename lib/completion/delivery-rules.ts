/**
 * What Fanfare's answer to a completion means: for its row, and for the whole queue. Pure; times are the ledger's.
 *
 * A wrong key or a wrong address looks like a refusal of every completion there is, and an outage fails them all. So some
 * answers stop the queue instead of spending the attempts of rows that can do nothing about it.
 */
import { compact } from '../admission/compact.js';
import type { DeliveryAnswer } from '../fanfare-api/answers.js';
import { afterFailure, afterSuccess } from '../fanfare-api/outage-window.js';
import { pausedBy, reopened, resumed, resumedBy, stillPaused, unparked } from './pause.js';
import type { Answered, Decision, Failed, Pause, Queue, Refused } from './queue.js';
import { isMissing, isUntroubled, joined, progressed } from './queue.js';
import { REFUSAL_PATIENCE_MS, refusedRetryAt, retryAt } from './schedule.js';

const FORBIDDEN_LIMIT = 2;
const MISSING_LIMIT = 5;

/** Judges one answer. Total: every answer in every state of the queue has a decision. */
export function decide(queue: Queue, answered: Answered): Decision {
  const { answer } = answered;
  if (answer.unasked === true) return apart(unparked(queue, answered.admissionId), answered, answer);
  if (answer.kind === 'done') return delivered(queue, answered);
  if (isFinal(answer)) return refusedForGood(queue, answered, answer);
  if (queue.pause !== undefined) return whilePaused(queue, queue.pause, answered, answer);
  return answer.kind === 'failed' ? failed(queue, answered, answer) : refused(queue, answered, answer);
}

/** Without Fanfare, by the merchant's own function or not at all: the row's own matter, nothing about the queue. */
function apart(queue: Queue, answered: Answered, answer: DeliveryAnswer): Decision {
  return answer.kind === 'failed'
    ? failedForNow(queue, answered, answer)
    : { outcome: { to: 'delivered' }, queue, putBack: [] };
}

/** Whoever refuses a probe is no longer away. */
function whilePaused(queue: Queue, pause: Pause, answered: Answered, answer: Refused | Failed): Decision {
  const isBack = pause.cause === 'outage' && answered.probe && answer.kind === 'refused';
  if (!isBack) return stillPaused(queue, pause, answered, answer);
  return resumedBy(refused(reopened(answered.now), answered, answer), pause, answered);
}

/** A code that is known speaks about this row; 401 never does, it is about our key. */
function isFinal(answer: Refused | Failed): answer is Refused & { readonly known: true } {
  return answer.kind === 'refused' && answer.known && answer.status !== 401;
}

function delivered(queue: Queue, answered: Answered): Decision {
  // An answer to what was sent before the pause says nothing about now: only a probe resumes.
  if (queue.pause !== undefined && answered.probe) return resumed(queue.pause, answered);
  if (isUntroubled(queue)) return { outcome: { to: 'delivered' }, queue, putBack: [] };
  const { window, ...rest } = { ...unparked(queue, answered.admissionId), forbidden: [], missing: [] };
  const open = { ...rest, ...compact({ window: afterSuccess(window) }) };
  return { outcome: { to: 'delivered' }, queue: open, putBack: [] };
}

function refusedForGood(queue: Queue, { admissionId, before, now }: Answered, answer: Refused): Decision {
  const delivery = progressed(answer, {
    attempts: before.attempts + 1,
    nextAttemptAt: now,
    refusedSince: before.refusedSince ?? now,
  });
  return {
    outcome: { to: 'dead', delivery },
    queue: { ...unparked(queue, admissionId), missing: [] },
    putBack: [],
  };
}

/** The schedule goes on, however long it lasts, and the row's hour of refusals is broken off. */
function failed(queue: Queue, answered: Answered, answer: Failed): Decision {
  // Too fast is not away: the flow slows down for it.
  if (answer.status === 429) return failedForNow(queue, answered, answer);
  const { window, failing } = afterFailure(queue.window);
  return failing
    ? pausedBy([], queue, answered, answer)
    : failedForNow({ ...queue, window }, answered, answer);
}

function failedForNow(queue: Queue, { before, now, random }: Answered, answer: Failed): Decision {
  const attempts = before.attempts + 1;
  const nextAttemptAt = retryAt(attempts, now, random, answer.retryAfterMs);
  const delivery = progressed(answer, { attempts, nextAttemptAt });
  return { outcome: { to: 'ordered', delivery }, queue, putBack: [] };
}

function refused(queue: Queue, answered: Answered, answer: Refused): Decision {
  if (answer.status === 401) return pausedBy([], queue, answered, answer);
  const kept = { admissionId: answered.admissionId, delivery: answered.before };
  const forbidden = answer.status === 403 ? joined(queue.forbidden, kept) : queue.forbidden;
  if (forbidden.length >= FORBIDDEN_LIMIT) return pausedBy(forbidden, queue, answered, answer);
  const missing = isMissing(answer.status) ? joined(queue.missing, kept) : [];
  if (missing.length >= MISSING_LIMIT) return pausedBy(missing, queue, answered, answer);
  return refusedForNow({ ...queue, forbidden, missing }, answered, answer);
}

/** A refusal that may yet be taken back: asked again for an hour. */
function refusedForNow(queue: Queue, { before, now, random }: Answered, answer: Refused): Decision {
  const known = before.refusedSince ?? now;
  const refusedSince = known < queue.resumedAt ? now : known;
  const delivery = progressed(answer, {
    attempts: before.attempts + 1,
    nextAttemptAt: refusedRetryAt(refusedSince, now, random),
    refusedSince,
  });
  const to = now - refusedSince >= REFUSAL_PATIENCE_MS ? 'dead' : 'ordered';
  return { outcome: { to, delivery }, queue, putBack: [] };
}
