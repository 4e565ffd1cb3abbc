/** Turning one of Fanfare's handoff tokens into an admission session. Not our own handoff link: see `handoff.ts`. */
import type { Admission } from '../admission/admission.js';
import { compact } from '../admission/compact.js';
import { routable } from '../admission/conditions.js';
import { earliest, isPast, parseTime } from '../admission/expiry.js';
import { admissionId, type Triple } from '../admission/identity.js';
import type { HandoffYes } from '../fanfare-api/handoffs.js';
import { type EarlyRefusal, type HandedToken, isTokenShaped } from '../tokens/admission-token.js';
import { keep } from './admit.js';
import { withinCeiling } from './cold-token.js';
import type { Context } from './context.js';
import type { Response } from './http.js';
import type { RequestState, TokenTrouble } from './request-state.js';
import { type HeldSession, tokenOf } from './sessions.js';
import type { Found } from './token-sources.js';

const TRIPLE = ['consumerId', 'distributionId', 'distributionType'] as const;

/** Asks Fanfare, which spends the token, whatever becomes of its answer. Resolves like `admit`. */
export async function admitHandoffToken(
  context: Context,
  state: RequestState,
  res: Response,
  { handed }: Found,
  submit: boolean,
): Promise<HeldSession | TokenTrouble> {
  const { token } = handed;
  if (!isTokenShaped(token))
    return { refused: 'INVALID_ADMISSION_DATA', detail: 'the handoff token is not one' };
  const held = alreadyHeld(context, state, token);
  if (held !== undefined) return held;
  const verdict = await withinCeiling(context, res.req, () => context.handoffTokens(token));
  if ('refused' in verdict || verdict.answer !== 'yes') return verdict;
  const admission = admissionOf(context, handed, verdict);
  if ('refused' in admission) return admission;
  if (isPast(admission.expiresAt, context.clock.now())) return { answer: 'no', code: 'ADMISSION_EXPIRED' };
  return keep(context, state, res, { admission, token, provenBy: 'fanfare', once: true }, submit);
}

/** The same form, sent again by the browser that the token admitted. */
function alreadyHeld(context: Context, { sessions }: RequestState, token: string): HeldSession | undefined {
  return sessions.find(
    (held) => held.standing === 'good' && held.session.once === true && tokenOf(context, held) === token,
  );
}

/** The ids are the answer's; a form field may only say the same. */
function admissionOf(context: Context, handed: HandedToken, yes: HandoffYes): Admission | EarlyRefusal {
  const { triple } = yes;
  if (triple === undefined)
    return { refused: 'ADMISSION_INVALID', detail: "nobody can tell whose Fanfare's handoff token is" };
  const { distributionIds } = context.settings;
  const contradicted = TRIPLE.some((name) => (handed[name] ?? triple[name]) !== triple[name]);
  if (contradicted || !routable(triple, compact({ distributionIds })))
    return { refused: 'ADMISSION_MISMATCH', detail: 'the handoff token is for something else' };
  return granted(context, triple, yes, parseTime(handed.expiresAt));
}

/** Without an end in the answer there is one all the same, since nobody can be asked again. */
function granted(
  { settings, clock }: Context,
  triple: Triple,
  { admittedAt, experienceId, expiresAt }: HandoffYes,
  handedEnd: number | undefined,
): Admission {
  return Object.freeze(
    compact({
      id: admissionId(settings.organizationId, triple, admittedAt),
      ...triple,
      ...{ experienceId, admittedAt },
      expiresAt: earliest(expiresAt ?? clock.now() + settings.maxSessionMs, handedEnd),
    }),
  );
}
