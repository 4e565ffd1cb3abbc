/** Asking Fanfare once more before an order: a session proves an earlier yes, a submit wants a new one. */
import type { RequestAdmission } from '../admission/admission.js';
import { compact } from '../admission/compact.js';
import { earliest, isPast } from '../admission/expiry.js';
import type { No, Question, Unknown, Yes } from '../admission/verdict.js';
import type { EarlyRefusal } from '../tokens/admission-token.js';
import type { Context } from './context.js';
import { fingerprintOf } from './fingerprint.js';
import { askOnce, ruleOnSession } from './in-outage.js';
import type { Visit } from './page-guard.js';
import { refusalForToken, type ReasonedRefusal } from './refusals.js';
import type { RequestState } from './request-state.js';
import { clearCookie, type HeldSession, tokenOf } from './sessions.js';

/** A session that may place an order, the token in it, and how sure we are. */
export interface Validated {
  readonly held: HeldSession;
  readonly token: string;
  readonly verifiedBy: RequestAdmission['verifiedBy'];
}

/** Resolves to the session as it is good for one order now, or to why it is not. */
export async function validateAfresh(
  visit: Visit,
  state: RequestState,
  held: HeldSession,
): Promise<Validated | ReasonedRefusal> {
  const { context } = visit;
  const { admission, validatedAt } = held.session;
  const token = tokenOf(context, held);
  if (token === undefined) return refuseAndForget(visit, state, held, UNREADABLE);
  if (held.fresh === true) return { held, token, verifiedBy: held.admission.verifiedBy };
  if (held.session.once === true) return { held, token, verifiedBy: 'session' };
  const age = context.clock.now() - validatedAt;
  if (age < context.settings.submitMaxAgeMs) return { held, token, verifiedBy: 'session' };
  const { consumerId, distributionId, distributionType } = admission;
  const device = fingerprintOf(context.settings, visit.req);
  const question = { token, consumerId, distributionId, distributionType, ...device };
  const verdict = await askOnce(state, () => context.validator.submit(question));
  if (verdict.answer === 'unknown') return inOutage(visit, state, held, question, verdict);
  const confirmed = verdict.answer === 'no' ? verdict : reconfirmed(context, held, verdict);
  if (!('session' in confirmed)) return refuseAndForget(visit, state, held, confirmed);
  return { held: confirmed, token, verifiedBy: 'fanfare' };
}

/** Without an answer the merchant's policy for orders decides, and the session stays. */
async function inOutage(
  visit: Visit,
  state: RequestState,
  held: HeldSession,
  question: Question,
  unknown: Unknown,
): Promise<Validated | ReasonedRefusal> {
  const { context } = visit;
  const ruling = ruleOnSession(context, held, 'order', unknown);
  if (ruling === 'refuse') return refuseAndForget(visit, state, held, OVER);
  const { id, expiresAt } = held.session.admission;
  const isIn =
    ruling === 'admit' ||
    (ruling === 'counted' &&
      (await context.unverified.letIn(id, compact({ ...question, expiresAt }), 'order')));
  if (!isIn) return refusalForToken(unknown);
  return { held, token: question.token, verifiedBy: 'grace' };
}

const OVER: No = { answer: 'no', code: 'ADMISSION_EXPIRED' };

/** Sealed under a secret that is gone. */
const UNREADABLE: EarlyRefusal = {
  refused: 'ADMISSION_INVALID',
  detail: 'the session holds no token that opens',
};

/** The session after another yes, unless it has ended by now. */
function reconfirmed(context: Context, held: HeldSession, yes: Yes): HeldSession | No {
  const { session } = held;
  const expiresAt = earliest(yes.expiresAt, session.admission.expiresAt);
  const now = context.clock.now();
  if (isPast(expiresAt, now)) return OVER;
  const admission = Object.freeze(compact({ ...session.admission, expiresAt }));
  return { ...held, session: { ...session, admission, validatedAt: now, provenBy: 'fanfare' } };
}

function refuseAndForget(
  { context, res }: Visit,
  state: RequestState,
  held: HeldSession,
  no: No | EarlyRefusal,
): ReasonedRefusal {
  // An attempt of this session may still end, and its completion needs the session.
  if (!held.session.attempted) clearCookie(context, res, held.cookieName);
  state.sessions = state.sessions.filter((other) => other !== held);
  return refusalForToken(no);
}
