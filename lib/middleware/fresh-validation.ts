/** Asking Fanfare once more before an order: a session proves an earlier yes, a submit wants a new one. */
import type { RequestAdmission } from '../admission/admission.js';
import { compact } from '../admission/compact.js';
import { earliest, isPast } from '../admission/expiry.js';
import type { No, Yes } from '../admission/verdict.js';
import { openToken } from '../tokens/seal.js';
import type { Context } from './context.js';
import type { Visit } from './page-guard.js';
import { refusal, refusalForToken, type ReasonedRefusal } from './refusals.js';
import type { RequestState } from './request-state.js';
import { clearCookie, type HeldSession } from './sessions.js';

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
  const { admission, sealedToken, validatedAt } = held.session;
  const token = openToken(context.keyring, sealedToken, admission.id);
  if (token === undefined) return refusal('ADMISSION_INVALID', 'the session holds no token that opens');
  if (held.fresh === true) return { held, token, verifiedBy: 'fanfare' };
  const age = context.clock.now() - validatedAt;
  if (age < context.settings.submitMaxAgeMs) return { held, token, verifiedBy: 'session' };
  const { consumerId, distributionId, distributionType } = admission;
  const verdict = await context.validator.submit({ token, consumerId, distributionId, distributionType });
  if (verdict.answer === 'unknown') return { held, token, verifiedBy: 'grace' };
  const confirmed = verdict.answer === 'yes' ? reconfirmed(context, held, verdict) : verdict;
  return 'session' in confirmed
    ? { held: confirmed, token, verifiedBy: 'fanfare' }
    : refuseAndForget(visit, state, held, confirmed);
}

/** The session after another yes, unless that yes names an end in the past. */
function reconfirmed(context: Context, held: HeldSession, yes: Yes): HeldSession | No {
  const { session } = held;
  const expiresAt = earliest(yes.expiresAt, session.admission.expiresAt);
  const now = context.clock.now();
  if (isPast(expiresAt, now)) return { answer: 'no', code: 'ADMISSION_EXPIRED' };
  const admission = Object.freeze(compact({ ...session.admission, expiresAt }));
  return { ...held, session: { ...session, admission, validatedAt: now } };
}

function refuseAndForget(
  { context, res }: Visit,
  state: RequestState,
  held: HeldSession,
  no: No,
): ReasonedRefusal {
  // An attempt of this session may still end, and its completion needs the session.
  if (!held.session.attempted) clearCookie(context, res, held.cookieName);
  state.sessions = state.sessions.filter((other) => other !== held);
  return refusalForToken(no);
}
