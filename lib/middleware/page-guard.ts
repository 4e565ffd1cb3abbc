/** The guard of a page load: synchronous and silent for a good session, and it spends nothing. */
import { fits } from '../admission/conditions.js';
import { isUsed, type UsedRow } from '../ledger/row.js';
import { attach, type Look } from './attach.js';
import type { Context } from './context.js';
import type { Request, Response } from './http.js';
import { candidates, type Guard, pick } from './picking.js';
import { admitting, outageRules } from './on-need.js';
import { refusal, refusalForToken, refusalWithout, type ReasonedRefusal } from './refusals.js';
import type { RequestState, RequestStates } from './request-state.js';
import type { Step } from './run.js';
import { clearCookie, type HeldSession, showing, sidHashOf, tokenOf } from './sessions.js';

/** Everything a guard works with for one request. */
export interface Visit {
  readonly context: Context;
  readonly states: RequestStates;
  readonly guard: Guard;
  readonly look: Look;
  readonly req: Request;
  readonly res: Response;
}

/** Decides a page load. */
export function guardPage(visit: Visit): Step | Promise<Step> {
  const attached = attach(visit.context, visit.states, visit.req, visit.res, visit.look);
  if (attached === 'next') return pickForPage(visit);
  return attached.then((outcome) => (outcome === 'answered' ? outcome : pickForPage(visit)));
}

function pickForPage(visit: Visit): Step | Promise<Step> {
  const { context, states, guard, req } = visit;
  const state = states.of(req);
  state.picked = undefined;
  const fitting = candidates(state, guard);
  if (fitting.length === 0) return withoutCandidate(visit, state);
  const picked = pick(context, req, guard, fitting);
  return picked instanceof Promise
    ? picked.then((held) => enter(visit, state, held))
    : enter(visit, state, picked);
}

function withoutCandidate(visit: Visit, state: RequestState): Step | Promise<Step> {
  const stale = staleFor(state, visit.guard);
  if (stale === undefined) return refusalWithout(state, visit.guard.conditions);
  return enterStale(visit, state, stale);
}

async function enterStale(visit: Visit, state: RequestState, stale: HeldSession): Promise<Step> {
  // Fanfare says no to an admission that was used, and the shopper is to see the order all the same.
  const used = stale.session.attempted ? await usedByOrder(visit.context, stale) : undefined;
  if (used !== undefined) return used;
  const revived = await revive(visit, state, stale, false);
  return revived ? pickForPage(visit) : refusalWithout(state, visit.guard.conditions);
}

function enter(visit: Visit, state: RequestState, held: HeldSession | undefined): Step | Promise<Step> {
  if (held === undefined) return refusalWithout(state, visit.guard.conditions);
  state.picked = held;
  return held.session.attempted ? enterAfterAttempt(visit, state, held) : pass(visit, state, held);
}

/** An attempt may have become an order; only the ledger knows. */
async function enterAfterAttempt(visit: Visit, state: RequestState, held: HeldSession): Promise<Step> {
  return (await usedByOrder(visit.context, held)) ?? pass(visit, state, held);
}

async function usedByOrder({ ledger }: Context, held: HeldSession): Promise<ReasonedRefusal | undefined> {
  const row = await ledger.find(held.session.admission.id);
  return row !== undefined && isUsed(row) ? usedBy(row, held) : undefined;
}

/** The order is named only to the session that made it. */
export function usedBy(
  { admission, order, sidHash }: UsedRow,
  held: HeldSession | undefined,
): ReasonedRefusal {
  const own = held !== undefined && sidHash === sidHashOf(held.session);
  return refusal('ADMISSION_USED', 'an order has used this admission', {
    admissionId: held?.session.admission.id ?? admission.id,
    ...(own ? { orderId: order.orderId } : {}),
  });
}

function pass({ context, req, res }: Visit, { trouble }: RequestState, held: HeldSession): Step {
  if (trouble !== undefined && 'answer' in trouble && trouble.answer === 'unknown') {
    const ruling = outageRules().ruleOnSession(context, held, 'page', trouble);
    if (ruling === 'later' || ruling === 'refuse') return refusalForToken(trouble);
    const admission = Object.freeze({ ...held.admission, verifiedBy: 'grace' as const });
    req.admission = showing(context, { ...held, admission }).admission;
  } else {
    req.admission = held.admission;
  }
  if (!res.hasHeader('Cache-Control')) res.setHeader('Cache-Control', 'private, no-store');
  return 'next';
}

/** A session whose end nobody knows and whose last yes is old. */
export function staleFor(state: RequestState, guard: Guard): HeldSession | undefined {
  return state.sessions.find(
    ({ standing, admission }) => standing === 'stale' && fits(admission, guard.conditions),
  );
}

/** Asks about a stale session's token again; resolves to whether the session is good now. */
export async function revive(
  { context, look, res }: Visit,
  state: RequestState,
  stale: HeldSession,
  submit: boolean,
): Promise<boolean> {
  const { consumerId, distributionId, distributionType } = stale.session.admission;
  const token = tokenOf(context, stale);
  const found = {
    handed: { token, consumerId, distributionId, distributionType },
    where: 'session' as const,
  };
  const admitted = await admitting().admit(context, state, res, found, {
    conditions: look.conditions,
    submit,
  });
  if ('session' in admitted) return true;
  state.trouble = admitted;
  const couldNotTell = 'answer' in admitted && admitted.answer === 'unknown';
  // An attempt of this session may still end, and its completion needs the session.
  if (!couldNotTell && !stale.session.attempted) clearCookie(context, res, stale.cookieName);
  return false;
}
