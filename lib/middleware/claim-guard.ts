/** The guard of a submit: the ledger is asked, Fanfare is asked afresh, then the admission is held for this one order. */
import { randomUUID } from 'node:crypto';
import { isId } from '../admission/identity.js';
import { compact } from '../admission/compact.js';
import type { Row } from '../ledger/row.js';
import { hashOf } from '../tokens/admission-token.js';
import { announce, type Claimed, superseded, tookFrom } from './claimed.js';
import { outcomeOfAnswer } from './answer-outcome.js';
import { beforeLastByte } from './answer-hook.js';
import { attach } from './attach.js';
import { barrier, type Claimant, type OnPending, WAIT_FOR_OWN_MS } from './barrier.js';
import type { Context } from './context.js';
import { type Validated, validateAfresh } from './fresh-validation.js';
import { isHandedOver, isHeldByLink } from './held-by-link.js';
import type { Request } from './http.js';
import { revive, staleFor, type Visit } from './page-guard.js';
import { candidates, pick } from './picking.js';
import { refusal, refusalWithout, type ReasonedRefusal } from './refusals.js';
import type { RequestState } from './request-state.js';
import type { Step } from './run.js';
import { RunningAttempt } from './running-attempt.js';
import { type HeldSession, sidHashOf, writeSession } from './sessions.js';
import { fieldsOf } from './token-sources.js';

export interface ClaimOptions {
  readonly leaseMs: number;
  readonly onPending: OnPending;
}

/** Two claims can pass each other this often at most before the later one is told to wait. */
const CLAIM_ROUNDS = 5;

/** Decides a submit. */
export async function guardSubmit(visit: Visit, options: ClaimOptions): Promise<Step> {
  const { context, states, req, res, look } = visit;
  await attach(context, states, req, res, look);
  const state = states.of(req);
  const held = await pickForSubmit(visit, state);
  if ('refusal' in held) return held;
  // A guard in front of this one has claimed already; to wait for it would be to wait for oneself.
  if (state.attempt?.holder.admissionId === held.session.admission.id) return 'next';
  const claimant = { held, onPending: options.onPending, waitUntil: context.clock.now() + WAIT_FOR_OWN_MS };
  const barred = await standsInTheWay(context, claimant);
  if (barred !== undefined) return barred;
  const validated = await validateAfresh(visit, state, held);
  if ('refusal' in validated) return validated;
  if (res.headersSent) return 'answered';
  const marked = await mark(visit, state, validated);
  const claimed = await claim(context, { ...claimant, held: marked }, validated.token, options.leaseMs);
  if ('refusal' in claimed) return claimed;
  return begin(visit, state, { ...validated, held: marked }, claimed, options.leaseMs);
}

async function pickForSubmit(visit: Visit, state: RequestState): Promise<HeldSession | ReasonedRefusal> {
  const { context, guard, req } = visit;
  state.picked = undefined;
  const named = namedAdmission(req);
  if (named !== undefined && !isId(named))
    return refusal('INVALID_ADMISSION_DATA', 'the named admission id is malformed');
  const fitting = candidates(state, guard, named);
  const stale = fitting.length === 0 ? staleFor(state, guard) : undefined;
  if (stale !== undefined && (await revive(visit, state, stale, true))) return pickForSubmit(visit, state);
  state.picked = await pick(context, req, guard, fitting);
  return state.picked ?? refusalWithout(state, guard.conditions);
}

/** A browser with several admissions may say which one this order is for. */
function namedAdmission(req: Request): unknown {
  const body =
    typeof req.body === 'object' && req.body !== null
      ? fieldsOf(req.body)('fanfare_admission_id')
      : undefined;
  return body ?? req.headers['x-fanfare-admission-id'];
}

async function standsInTheWay(context: Context, claimant: Claimant): Promise<ReasonedRefusal | undefined> {
  const { session } = claimant.held;
  const admissionId = session.admission.id;
  const barred = await barrier(context, claimant, await context.ledger.find(admissionId));
  if (barred !== undefined || !(await isHandedOver(context, session))) return barred;
  return refusal('ADMISSION_IN_USE', 'it was handed over to another domain', { admissionId });
}

/** From now on page loads of this session ask the ledger, so that a finished checkout leads to its order. */
async function mark({ context, res }: Visit, state: RequestState, { held }: Validated): Promise<HeldSession> {
  return writeSession(context, res, { ...held.session, attempted: true }, held.sealedToken, state.sessions);
}

async function claim(
  context: Context,
  claimant: Claimant,
  token: string,
  leaseMs: number,
): Promise<Claimed | ReasonedRefusal> {
  const { held, onPending } = claimant;
  let met: Row | undefined;
  for (let round = 0; round < CLAIM_ROUNDS; round += 1) {
    const outcome = await context.ledger.claim({
      admission: held.session.admission,
      tokenHash: hashOf(token),
      sidHash: sidHashOf(held.session),
      attemptId: randomUUID(),
      owner: context.owner,
      leaseMs,
      supersede: onPending === 'supersede' || isHeldByLink(met),
      takeUnresolved: !context.settings.hasFindOrder || isHeldByLink(met),
    });
    if (outcome.outcome === 'claimed') return outcome;
    if (outcome.outcome === 'denied') return denied(held);
    const barred = await barrier(context, claimant, outcome.row);
    if (barred !== undefined) return barred;
    met = outcome.row;
  }
  return refusal('ADMISSION_IN_USE', 'other attempts keep coming first', {
    admissionId: held.session.admission.id,
  });
}

function denied({ session }: HeldSession): ReasonedRefusal {
  return refusal('ADMISSION_INVALID', 'Fanfare has denied this consumer', {
    admissionId: session.admission.id,
  });
}

async function begin(
  { context, req, res }: Visit,
  state: RequestState,
  { held, verifiedBy }: Validated,
  claimed: Claimed,
  leaseMs: number,
): Promise<Step> {
  const { id: admissionId, expiresAt } = held.session.admission;
  const { id: attemptId, number } = claimed.attempt;
  const running = new RunningAttempt(context, { admissionId, attemptId, number, expiresAt }, leaseMs);
  const took = tookFrom(claimed);
  announce(context, admissionId, claimed.attempt, took);
  // A time-out middleware has answered meanwhile: nobody waits for this order any more, and none has begun.
  if (res.headersSent) {
    await running.answered('released');
    return 'answered';
  }
  state.attempt = running;
  beforeLastByte(res, () => running.answered(outcomeOfAnswer(req, res)));
  const { attempt } = running;
  req.admission = Object.freeze(
    compact({ ...held.admission, verifiedBy, attempt, superseded: superseded(took) }),
  );
  if (!res.hasHeader('Cache-Control')) res.setHeader('Cache-Control', 'private, no-store');
  return 'next';
}
