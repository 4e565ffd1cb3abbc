/**
 * What a good signature is worth while Fanfare cannot be asked: a page, never an order, since no signature knows whether
 * the admission was used or taken back.
 */
import { admissionId } from '../admission/identity.js';
import type { Unknown } from '../admission/verdict.js';
import { isUsed } from '../ledger/row.js';
import { type PresentedToken, readAdmissionToken } from '../tokens/admission-token.js';
import type { Context } from './context.js';
import type { RequestState, TokenTrouble } from './request-state.js';

/** Resolves to whether the signature of a `signed` token opens a page, or to why it does not. */
export async function bySignature(
  context: Context,
  state: RequestState,
  presented: PresentedToken,
  unknown: Unknown,
): Promise<'signature' | TokenTrouble> {
  const id = admissionId(context.settings.organizationId, presented, presented.admittedAt);
  // A session that Fanfare has confirmed is worth more, and may be needed to complete an order.
  const confirmed = state.sessions.some(
    ({ session }) => session.admission.id === id && session.provenBy === 'fanfare',
  );
  if (confirmed || !tellsAll(context, presented)) return unknown;
  const row = await context.ledger.find(id);
  return row !== undefined && isUsed(row)
    ? { refused: 'ADMISSION_USED', detail: 'an order has used this admission' }
    : 'signature';
}

/** Only what was signed counts: ids that stood beside the token were not, and one key may serve many organizations. */
function tellsAll({ settings, clock }: Context, { token }: PresentedToken): boolean {
  const signed = readAdmissionToken({ token }, clock.now());
  if ('refused' in signed || signed.expiresAt === undefined) return false;
  return signed.organizationId === undefined
    ? settings.distributionIds !== undefined
    : signed.organizationId === settings.organizationId;
}
