/** Turning a token that came with a request into an admission session, by asking whoever may answer first. */
import type { Admission } from '../admission/admission.js';
import { compact } from '../admission/compact.js';
import { type Conditions, routable } from '../admission/conditions.js';
import { earliest, isPast } from '../admission/expiry.js';
import { admissionId } from '../admission/identity.js';
import type { Verdict, Yes } from '../admission/verdict.js';
import { FanfareError } from '../errors.js';
import { isUsed } from '../ledger/row.js';
import { type PresentedToken, readAdmissionToken } from '../tokens/admission-token.js';
import type { Context } from './context.js';
import type { Response } from './http.js';
import type { RequestState, TokenTrouble } from './request-state.js';
import { beginSession, type HeldSession, writeSession } from './sessions.js';
import type { Found } from './token-sources.js';

export interface AdmitOptions {
  /** What may be judged before anybody is asked. */
  readonly conditions: Conditions;
  /** A submit: the ledger is asked first, then Fanfare afresh. */
  readonly submit: boolean;
}

/** Resolves to the session that holds the token's admission now, or to why there is none. */
export async function admit(
  context: Context,
  state: RequestState,
  res: Response,
  found: Found,
  options: AdmitOptions,
): Promise<HeldSession | TokenTrouble> {
  const now = context.clock.now();
  const presented = readAdmissionToken(found.handed, now);
  if ('refused' in presented) return presented;
  if (!routable(presented, options.conditions)) {
    return {
      refused: 'ADMISSION_MISMATCH',
      detail: `the token is for ${presented.distributionId}, which is not asked for here`,
    };
  }
  const held = alreadyHeld(context, state, presented);
  if (held !== undefined) return held;
  const answer = options.submit
    ? await askForSubmit(context, presented)
    : await context.validator.page(presented, compact({ notAfter: presented.expiresAt }));
  if ('refused' in answer || answer.answer !== 'yes') return answer;
  const admission = confirmed(context, presented, answer);
  if (isPast(admission.expiresAt, now)) return { answer: 'no', code: 'ADMISSION_EXPIRED' };
  return keep(context, state, res, admission, presented.token, options.submit);
}

async function askForSubmit(context: Context, presented: PresentedToken): Promise<TokenTrouble | Verdict> {
  const barred = await ledgerBars(context, presented).catch(refusalFor);
  return barred ?? (await context.validator.submit(presented));
}

/** Trouble for a guard to answer, and nothing that may stop a page which only attaches. */
function refusalFor(error: unknown): TokenTrouble {
  if (error instanceof FanfareError) return { refused: error.code, detail: error.message };
  throw error;
}

/** The same admission is in a good session already, and the token promises no later end. */
function alreadyHeld(
  context: Context,
  state: RequestState,
  presented: PresentedToken,
): HeldSession | undefined {
  const id = admissionId(context.settings.organizationId, presented, presented.admittedAt);
  const held = state.sessions.find(
    ({ session, standing }) => session.admission.id === id && standing === 'good',
  );
  const later = (presented.expiresAt ?? 0) > (held?.session.admission.expiresAt ?? Infinity);
  return later ? undefined : held;
}

/** Only who holds a token that the ledger or Fanfare knows may learn from the ledger: others could ask about strangers. */
async function ledgerBars(context: Context, presented: PresentedToken): Promise<TokenTrouble | undefined> {
  const row = await context.ledger.find(
    admissionId(context.settings.organizationId, presented, presented.admittedAt),
  );
  if (row === undefined || (row.tokenHash !== presented.hash && !context.validator.knows(presented)))
    return undefined;
  if (isUsed(row)) return { refused: 'ADMISSION_USED', detail: 'an order has used this admission' };
  const open = row.state === 'active' || row.state === 'pending';
  return open
    ? { refused: 'ADMISSION_IN_USE', detail: 'another session has an open order attempt' }
    : undefined;
}

function confirmed(context: Context, presented: PresentedToken, yes: Yes): Admission {
  const { consumerId, distributionId, distributionType } = presented;
  const admittedAt = presented.admittedAt ?? yes.admittedAt;
  return Object.freeze(
    compact({
      id: admissionId(context.settings.organizationId, presented, admittedAt),
      consumerId,
      distributionId,
      distributionType,
      experienceId: yes.experienceId ?? presented.experienceId,
      admittedAt,
      expiresAt: earliest(yes.expiresAt, presented.expiresAt),
    }),
  );
}

async function keep(
  context: Context,
  state: RequestState,
  res: Response,
  admission: Admission,
  token: string,
  fresh: boolean,
): Promise<HeldSession> {
  const others = state.sessions.filter(({ session }) => session.admission.id !== admission.id);
  const earlier = state.sessions.find(({ session }) => session.admission.id === admission.id)?.session;
  const written = await writeSession(
    context,
    res,
    beginSession(context, { admission, token }, earlier),
    others,
  );
  const held = {
    ...written,
    fresh,
    admission: Object.freeze({ ...written.admission, verifiedBy: 'fanfare' as const }),
  };
  state.sessions = [held, ...others];
  context.emit({
    type: 'admission.attached',
    level: 'info',
    message: 'A token was confirmed and put into a session.',
    admissionId: admission.id,
  });
  return held;
}
