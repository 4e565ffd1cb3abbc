/** Redeeming a winner link: the token behind it becomes a session, as if the shopper had brought it. */
import type { Triple } from '../admission/identity.js';
import { admissionId } from '../admission/identity.js';
import { isUsed } from '../ledger/row.js';
import { type PresentedToken, readAdmissionToken } from '../tokens/admission-token.js';
import { admit } from './admit.js';
import { withinCeiling } from './cold-token.js';
import type { Context } from './context.js';
import type { Request, Response } from './http.js';
import { usedBy } from './page-guard.js';
import { type ReasonedRefusal, refusal, refusalForToken } from './refusals.js';
import type { RequestState, RequestStates } from './request-state.js';
import { clearCookie, type HeldSession } from './sessions.js';
import { showsIntent } from './visit.js';
import { countUse, findWinnerLink, MOST_USES, type WinnerLink } from './winner-link.js';

/** A form that was sent from the page of a link. */
export interface SentForm {
  readonly context: Context;
  readonly states: RequestStates;
  readonly req: Request;
  readonly res: Response;
  readonly id: string;
}

/** Resolves to the session that holds the link's admission now, or to why there is none. */
export async function redeem(form: SentForm): Promise<HeldSession | ReasonedRefusal> {
  const { context, states, req, res, id } = form;
  // Every browser says where a form was sent from; what does not is a program that sends what it finds.
  if (!showsIntent(req, true)) return notGood('the form of a winner link did not come from our own page');
  const link = await withinCeiling(context, req, () => findWinnerLink(context, id));
  if ('refused' in link) return refusalForToken(link);
  if (link.answer === 'no')
    return notGood(
      'there is no such winner link, its deadline is past, or the secret that sealed it is gone',
    );
  const presented = readAdmissionToken(link.handed, context.clock.now());
  if ('refused' in presented) return refusalForToken(presented);
  const state = states.of(req, res);
  const own = state.sessions.filter(({ admission }) => sameTriple(admission, presented));
  return (
    (await usedAlready(context, presented, own)) ??
    (link.uses >= MOST_USES && own.length === 0 ? spent() : begin(form, state, link))
  );
}

function sameTriple(one: Triple, other: Triple): boolean {
  return (
    one.consumerId === other.consumerId &&
    one.distributionId === other.distributionId &&
    one.distributionType === other.distributionType
  );
}

/** An order is the link's end, whatever Fanfare says of the token by now. */
async function usedAlready(
  context: Context,
  presented: PresentedToken,
  own: readonly HeldSession[],
): Promise<ReasonedRefusal | undefined> {
  // Where Fanfare's answer alone told when they were admitted, only the session knows the admission's id.
  const id = admissionId(context.settings.organizationId, presented, presented.admittedAt);
  const ids = new Set([id, ...own.map(({ admission }) => admission.id)]);
  for (const known of ids) {
    const used = await usedUp(context, known, own);
    if (used !== undefined) return used;
  }
  return undefined;
}

async function usedUp(
  { ledger }: Context,
  id: string,
  own: readonly HeldSession[],
): Promise<ReasonedRefusal | undefined> {
  const row = await ledger.find(id);
  if (row === undefined || !isUsed(row)) return undefined;
  return usedBy(
    row,
    own.find(({ admission }) => admission.id === id),
  );
}

/** Only a session that begins counts: not one that is there, and nothing that Fanfare refused or could not answer. */
async function begin(
  { context, res, id }: SentForm,
  state: RequestState,
  { handed }: WinnerLink,
): Promise<HeldSession | ReasonedRefusal> {
  const before = state.sessions;
  const { distributionIds } = context.settings;
  const conditions = distributionIds === undefined ? {} : { distributionIds };
  const admitted = await admit(context, state, res, { handed, where: 'link' }, { conditions, submit: false });
  if (!('session' in admitted)) return refusalForToken(admitted);
  const begins = before.every(({ session }) => session.sid !== admitted.session.sid);
  if (begins && !(await count(context, res, id, admitted))) return spent();
  return (await usedUp(context, admitted.admission.id, [admitted])) ?? admitted;
}

/** Counts the redemption, or takes its session back. */
async function count(context: Context, res: Response, id: string, held: HeldSession): Promise<boolean> {
  let uses: number | undefined;
  try {
    uses = await countUse(context, id);
  } finally {
    if (uses === undefined) clearCookie(context, res, held.cookieName);
  }
  if (uses === undefined) return false;
  const message = `A winner link was redeemed (${uses} of ${MOST_USES}).`;
  context.emit({
    ...{ type: 'winner_link.redeemed', level: 'info', message },
    ...{ admissionId: held.admission.id, uses },
  });
  return true;
}

/** One text for links that never were and links that are over, so that nobody learns which is which. */
export function notGood(detail: string): ReasonedRefusal {
  const message =
    'This link is not good, or not any more. Please open it from your mail once more, or go to the sale and continue from there.';
  return refusal('ADMISSION_INVALID', detail, { message });
}

function spent(): ReasonedRefusal {
  const message =
    'This link was used as often as it may be. Please go on in the browser where you began, or from the sale.';
  return refusal('ADMISSION_INVALID', `the winner link was redeemed ${MOST_USES} times`, { message });
}
