/** What in the ledger stands between a session and a new order attempt, and whether waiting a moment clears it. */
import { delay } from '../clock.js';
import { isLink } from '../ledger/link.js';
import { isUsed, type Row } from '../ledger/row.js';
import type { Context } from './context.js';
import { isHeldByLink } from './held-by-link.js';
import { usedBy } from './page-guard.js';
import { refusal, type ReasonedRefusal } from './refusals.js';
import { type HeldSession, sidHashOf } from './sessions.js';

/** How a claim treats a pending attempt of the same session. */
export type OnPending = 'supersede' | 'refuse';

/** Who wants to claim, and until when they may wait. */
export interface Claimant {
  readonly held: HeldSession;
  readonly onPending: OnPending;
  readonly waitUntil: number;
}

/** A second click waits this long for the first one's outcome. */
export const WAIT_FOR_OWN_MS = 5_000;
const LOOK_EVERY_MS = 200;

/** Resolves to why the claimant may not claim, or to `undefined` when nothing is in the way (any more). */
export async function barrier(
  context: Context,
  claimant: Claimant,
  row: Row | undefined,
): Promise<ReasonedRefusal | undefined> {
  const { held } = claimant;
  if (row === undefined) return undefined;
  if (isUsed(row)) return usedBy(row, held);
  if (row.admission.id !== held.session.admission.id)
    return inUse(held, 'the token is held under another admission');
  return openBarrier(context, claimant, row);
}

async function openBarrier(
  context: Context,
  claimant: Claimant,
  row: Row,
): Promise<ReasonedRefusal | undefined> {
  if (row.state === 'active') return waitForOutcome(context, claimant, row);
  if (row.state === 'unresolved') return settleUnresolved(context, claimant, row);
  const inTheWay = row.state === 'pending' && !maySupersede(claimant, row);
  return inTheWay ? inUse(claimant.held, 'an earlier attempt waits for its payment') : undefined;
}

function maySupersede(
  { held, onPending }: Claimant,
  row: Extract<Row, { readonly state: 'pending' }>,
): boolean {
  return isOwn(row, held) && (onPending === 'supersede' || isLink(row.attempt));
}

async function waitForOutcome(
  context: Context,
  claimant: Claimant,
  row: Row,
): Promise<ReasonedRefusal | undefined> {
  const waitsLonger = isOwn(row, claimant.held) && context.clock.now() < claimant.waitUntil;
  if (!waitsLonger) return inUse(claimant.held, 'another attempt is under way');
  await delay(context.clock, LOOK_EVERY_MS);
  return barrier(context, claimant, await context.ledger.find(row.admission.id));
}

async function settleUnresolved(
  context: Context,
  claimant: Claimant,
  row: Row,
): Promise<ReasonedRefusal | undefined> {
  if (isHeldByLink(row) || !context.settings.hasFindOrder) return undefined;
  if ((await context.reconciler.settle(row)) === 'free') return undefined;
  const settled = await context.ledger.find(row.admission.id);
  // It has an order now, or another submit has settled it first and stands there in its place.
  if (settled?.state !== 'unresolved') return barrier(context, claimant, settled);
  return inUse(claimant.held, 'whether an earlier attempt made an order is not known yet');
}

function isOwn(row: Row, held: HeldSession): boolean {
  return row.sidHash === sidHashOf(held.session);
}

function inUse(held: HeldSession, detail: string): ReasonedRefusal {
  return refusal('ADMISSION_IN_USE', detail, { admissionId: held.session.admission.id });
}
