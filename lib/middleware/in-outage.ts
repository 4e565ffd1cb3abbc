/** Who gets through while Fanfare cannot be asked: where the merchant's policy meets a request. */
import { isPast } from '../admission/expiry.js';
import { admissionId } from '../admission/identity.js';
import {
  type Failure,
  failureOf,
  type Known,
  type Phase,
  type Ruling,
  ruleInOutage,
} from '../admission/outage.js';
import type { Unknown, Verdict } from '../admission/verdict.js';
import { isUsed } from '../ledger/row.js';
import { type PresentedToken, readAdmissionToken } from '../tokens/admission-token.js';
import type { Session } from '../tokens/session.js';
import type { OfflineVerdict } from '../validation/offline-verifier.js';
import type { Context } from './context.js';
import type { RequestState, TokenTrouble } from './request-state.js';
import type { HeldSession } from './sessions.js';

/** Failures that a token may have brought about, so that they say nothing about another one. */
const BY_TOKEN: ReadonlySet<Failure> = new Set<Failure>(['unclear', 'fault']);

/** One request waits for Fanfare in vain once: there is no time for another question, and no hope for it. */
export async function askOnce(state: RequestState, ask: () => Promise<Verdict>): Promise<Verdict> {
  if (state.unanswered !== undefined) return state.unanswered;
  const verdict = await ask();
  if (verdict.answer === 'unknown' && saysAll(verdict)) state.unanswered = verdict;
  return verdict;
}

/** Whether another question would fare no better. */
function saysAll(unknown: Unknown): boolean {
  return unknown.lost === true || !BY_TOKEN.has(failureOf(unknown));
}

/** A token that Fanfare could not be asked about. */
export interface Unanswered {
  readonly presented: PresentedToken;
  readonly signature: OfflineVerdict;
  readonly phase: Phase;
  readonly unknown: Unknown;
}

/** Resolves to who vouches for the token in Fanfare's place, or to why it gets nowhere. */
export async function provenWithoutFanfare(
  context: Context,
  state: RequestState,
  { presented, signature, phase, unknown }: Unanswered,
): Promise<'signature' | 'nobody' | TokenTrouble> {
  const id = admissionId(context.settings.organizationId, presented, presented.admittedAt);
  const known = knownOfToken(context, state, id, presented, signature);
  const ruling = rule(context, { known, phase, unknown });
  if (ruling === 'later') return unknown;
  if (ruling === 'refuse') return { answer: 'no', code: 'ADMISSION_EXPIRED' };
  if (ruling === 'counted')
    return (await context.unverified.letIn(id, presented, phase)) ? 'nobody' : unknown;
  const row = await context.ledger.find(id);
  return row !== undefined && isUsed(row)
    ? { refused: 'ADMISSION_USED', detail: 'an order has used this admission' }
    : 'signature';
}

const KNOWN_BY: Readonly<Record<Session['provenBy'], Known>> = {
  fanfare: 'validated',
  signature: 'signed',
  nobody: 'claimed',
};

/** Rules on a session that Fanfare could not be asked about. */
export function ruleOnSession(
  context: Context,
  { session: { admission, provenBy } }: HeldSession,
  phase: Phase,
  unknown: Unknown,
): Ruling {
  const known = isPast(admission.expiresAt, context.clock.now()) ? 'expired' : KNOWN_BY[provenBy];
  return rule(context, { known, phase, unknown });
}

interface Case extends Pick<Unanswered, 'phase' | 'unknown'> {
  readonly known: Known;
}

function rule({ settings }: Context, { known, phase, unknown }: Case): Ruling {
  const policy = settings.onFanfareUnavailable[phase];
  return ruleInOutage({ policy, phase, known, failure: failureOf(unknown) });
}

function knownOfToken(
  context: Context,
  state: RequestState,
  id: string,
  presented: PresentedToken,
  signature: OfflineVerdict,
): Known {
  // A session that Fanfare has confirmed is worth more, and may be needed to complete an order.
  const confirmed = state.sessions.some(
    ({ session }) => session.admission.id === id && session.provenBy === 'fanfare',
  );
  if (confirmed || !tellsAll(context, presented)) return 'nothing';
  if (isPast(presented.expiresAt, context.clock.now())) return 'expired';
  return signature === 'signed' ? 'signed' : 'claimed';
}

/** Only what stands in the token counts: ids beside it are nobody's word, and one key may serve many organizations. */
function tellsAll({ settings, clock }: Context, { token }: PresentedToken): boolean {
  const own = readAdmissionToken({ token }, clock.now());
  if ('refused' in own || own.expiresAt === undefined) return false;
  return own.organizationId === undefined
    ? settings.distributionIds !== undefined
    : own.organizationId === settings.organizationId;
}
