/** Asking Fanfare once more before an order: a session proves an earlier yes, a submit wants a new one. */
import type { RequestAdmission } from '../admission/admission.js';
import { compact } from '../admission/compact.js';
import { earliest, isPast } from '../admission/expiry.js';
import type { No, Unknown, Yes } from '../admission/verdict.js';
import type { EarlyRefusal } from '../tokens/admission-token.js';
import { openToken } from '../tokens/seal.js';
import type { Context } from './context.js';
import { fingerprintOf } from './fingerprint.js';
import type { Visit } from './page-guard.js';
import { refusalForToken, type ReasonedRefusal } from './refusals.js';
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
  if (token === undefined) return refuseAndForget(visit, state, held, UNREADABLE);
  if (held.fresh === true) return { held, token, verifiedBy: 'fanfare' };
  const age = context.clock.now() - validatedAt;
  if (age < context.settings.submitMaxAgeMs) return { held, token, verifiedBy: 'session' };
  const { consumerId, distributionId, distributionType } = admission;
  const device = fingerprintOf(context.settings, visit.req);
  const question = { token, consumerId, distributionId, distributionType, ...device };
  const verdict = await context.validator.submit(question);
  const confirmed = verdict.answer === 'no' ? verdict : reconfirmed(context, held, verdict);
  if (!('session' in confirmed)) return refuseAndForget(visit, state, held, confirmed);
  return { held: confirmed, token, verifiedBy: verdict.answer === 'yes' ? 'fanfare' : 'grace' };
}

/** Sealed under a secret that is gone. */
const UNREADABLE: EarlyRefusal = {
  refused: 'ADMISSION_INVALID',
  detail: 'the session holds no token that opens',
};

/** The session after another yes, or after no answer at all, unless it has ended by now. */
function reconfirmed(context: Context, held: HeldSession, verdict: Yes | Unknown): HeldSession | No {
  const { session } = held;
  const told = verdict.answer === 'yes' ? verdict.expiresAt : undefined;
  const expiresAt = earliest(told, session.admission.expiresAt);
  const now = context.clock.now();
  if (isPast(expiresAt, now)) return { answer: 'no', code: 'ADMISSION_EXPIRED' };
  if (verdict.answer === 'unknown') return held;
  const admission = Object.freeze(compact({ ...session.admission, expiresAt }));
  return { ...held, session: { ...session, admission, validatedAt: now } };
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
