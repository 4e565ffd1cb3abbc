/** Turning a token that came with a request into an admission session, by asking whoever may answer first. */
import type { Admission } from '../admission/admission.js';
import { compact } from '../admission/compact.js';
import { type Conditions, routable } from '../admission/conditions.js';
import { earliest, isPast } from '../admission/expiry.js';
import { admissionId, isAnothers } from '../admission/identity.js';
import type { Yes } from '../admission/verdict.js';
import { type PresentedToken, readAdmissionToken } from '../tokens/admission-token.js';
import { sealToken } from '../tokens/seal.js';
import type { Session } from '../tokens/session.js';
import { ask, type Asking } from './ask-about-token.js';
import type { Context } from './context.js';
import { fingerprintOf } from './fingerprint.js';
import type { Response } from './http.js';
import { provenWithoutFanfare } from './in-outage.js';
import type { RequestState, TokenTrouble } from './request-state.js';
import { beginSession, type HeldSession, showing, writeSession } from './sessions.js';
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
  if (isAnothers(presented.organizationId, context.settings.organizationId))
    return { refused: 'ADMISSION_MISMATCH', detail: 'the token names another organization' };
  const held = alreadyHeld(context, state, presented);
  if (held !== undefined) return held;
  const { submit } = options;
  const client = found.where === 'session' ? undefined : res.req;
  const asked = { ...presented, ...fingerprintOf(context.settings, res.req) };
  const proof = await prove(context, state, asked, { submit, client });
  if (!('provenBy' in proof)) return proof;
  const admission = confirmed(context, presented, proof);
  if (isPast(admission.expiresAt, now)) return { answer: 'no', code: 'ADMISSION_EXPIRED' };
  const { provenBy } = proof;
  return keep(context, state, res, { admission, token: presented.token, provenBy }, submit);
}

/** What makes a session: who vouches for the token, and what a yes of Fanfare's told. */
interface Proof extends Pick<Session, 'provenBy'> {
  readonly yes: Yes;
}

/** The signature may refuse without a call; whatever else may admit waits until Fanfare could not be asked. */
async function prove(
  context: Context,
  state: RequestState,
  presented: PresentedToken,
  asking: Asking,
): Promise<Proof | TokenTrouble> {
  const signature = await context.signatureOf(presented.token);
  if (signature === 'forged')
    return { refused: 'ADMISSION_INVALID', detail: 'the token bears no signature of Fanfare' };
  const answer = await ask(context, state, presented, asking);
  if ('refused' in answer || answer.answer === 'no') return answer;
  if (answer.answer === 'yes') return { provenBy: 'fanfare', yes: answer };
  const phase = asking.submit ? 'order' : 'page';
  const provenBy = await provenWithoutFanfare(context, state, {
    ...{ presented, signature, phase },
    unknown: answer,
  });
  return typeof provenBy === 'string' ? { provenBy, yes: { answer: 'yes' } } : provenBy;
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

function confirmed(context: Context, presented: PresentedToken, { yes, provenBy }: Proof): Admission {
  const { consumerId, distributionId, distributionType } = presented;
  const admittedAt = presented.admittedAt ?? yes.admittedAt;
  return Object.freeze(
    compact({
      id: admissionId(context.settings.organizationId, presented, admittedAt),
      consumerId,
      distributionId,
      distributionType,
      experienceId: provenBy === 'nobody' ? undefined : (yes.experienceId ?? presented.experienceId),
      admittedAt,
      expiresAt: earliest(yes.expiresAt, presented.expiresAt),
    }),
  );
}

const ATTACHED: Readonly<Record<Session['provenBy'], string>> = {
  fanfare: 'A token was confirmed and put into a session.',
  signature: 'A token was put into a session for its signature alone, since Fanfare could not be asked.',
  nobody: 'A token was put into a session unchecked, since Fanfare could not be asked.',
};

/** Begins the session of what has been proven. */
export async function keep(
  context: Context,
  state: RequestState,
  res: Response,
  { token, ...proven }: Parameters<typeof beginSession>[1] & { readonly token: string },
  fresh: boolean,
): Promise<HeldSession> {
  const { admission, provenBy } = proven;
  const others = state.sessions.filter(({ session }) => session.admission.id !== admission.id);
  const earlier = state.sessions.find(({ session }) => session.admission.id === admission.id)?.session;
  const session = beginSession(context, proven, earlier);
  const written = await writeSession(
    context,
    res,
    session,
    sealToken(context.keyring, token, admission.id),
    others,
  );
  const held = showing(context, {
    ...written,
    fresh,
    admission: Object.freeze({
      ...written.admission,
      verifiedBy: provenBy === 'fanfare' ? ('fanfare' as const) : ('grace' as const),
    }),
  });
  state.sessions = [held, ...others];
  context.emit({
    type: 'admission.attached',
    level: 'info',
    message: ATTACHED[provenBy],
    admissionId: admission.id,
  });
  return held;
}
