/** A link from another domain, taken here: the session that it tells of begins. It is made by `handoff.ts`. */
import { isPast } from '../admission/expiry.js';
import { type HandoffLink, readHandoff } from '../tokens/handoff-link.js';
import { openToken, sealToken } from '../tokens/seal.js';
import type { Session } from '../tokens/session.js';
import type { Context } from './context.js';
import { noteHandedOver, noteLink } from './held-by-link.js';
import type { Response } from './http.js';
import type { RequestState, TokenTrouble } from './request-state.js';
import { type HeldSession, writeSession } from './sessions.js';

/**
 * Takes a link: the session it tells of begins in this browser, unless it is no link for here or was taken before. What was
 * held until the link's end is held until the admission's now.
 */
export async function takeLink(
  context: Context,
  state: RequestState,
  res: Response,
  text: string,
): Promise<HeldSession | TokenTrouble> {
  const taken = readLink(context, text);
  if (!('token' in taken)) return taken;
  const { session, token, id, endsAt } = taken;
  const { ledger, clock, emit } = context;
  // Known already where both sites keep one ledger; where they do not, this side alone knows that it was taken.
  await noteLink(context, id, 'foreign', endsAt);
  const note = await ledger.useNote('handoff', id, 1);
  if (note === undefined) return refused('the link was taken before');
  const until = endOfOrders(context, session);
  const holds = await ledger.settle(
    { admissionId: session.admission.id, attemptId: id },
    { to: 'pending', pendingMs: until - clock.now() },
  );
  if (note.value === 'held' && !holds) return refused('what the link held has gone on without it');
  await noteHandedOver(context, session, until);
  const { admission } = session;
  const others = state.sessions.filter((other) => other.session.admission.id !== admission.id);
  const earlier = state.sessions.find((other) => other.session.admission.id === admission.id)?.session;
  const begun = { ...session, startedAt: clock.now(), attempted: earlier?.attempted ?? false };
  const sealed = sealToken(context.keyring, token, admission.id);
  const held = await writeSession(context, res, begun, sealed, others);
  state.sessions = [held, ...others];
  const message = 'An admission came by a link from another domain.';
  emit({ type: 'admission.attached', level: 'info', message, admissionId: admission.id });
  return held;
}

type ReadLink = HandoffLink & { readonly token: string };

function readLink({ handoff, settings, clock }: Context, text: string): ReadLink | TokenTrouble {
  const link = handoff?.origin && readHandoff(handoff.keyring, handoff.origin, text);
  if (!link) return refused('the link is none that was made for this site');
  if (link.organizationId !== settings.organizationId)
    return { refused: 'ADMISSION_MISMATCH', detail: 'the link is of another organization' };
  const { admission } = link.session;
  if (isPast(admission.expiresAt, clock.now())) return { answer: 'no', code: 'ADMISSION_EXPIRED' };
  // Without leeway, which is on the side of whoever made it: there it must not be over before it is here.
  if (clock.now() > link.endsAt) return refused('the link is over');
  const token = openToken(handoff.keyring, link.sealedToken, admission.id);
  return token === undefined ? refused('the token in the link does not open') : { ...link, token };
}

/** Until when an order may come of it. */
function endOfOrders({ settings, clock }: Context, { admission: { expiresAt } }: Session): number {
  return expiresAt === undefined ? clock.now() + settings.maxSessionMs : expiresAt + settings.orderGraceMs;
}

function refused(detail: string): TokenTrouble {
  return { refused: 'ADMISSION_INVALID', detail };
}
