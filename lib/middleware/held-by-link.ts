/** What the ledger holds for a handoff link is no order attempt: it ends with the link, and stands in no order's way. */
import { randomBytes } from 'node:crypto';
import { isLink, LINK_PREFIX } from '../ledger/link.js';
import type { Row } from '../ledger/row.js';
import type { Session } from '../tokens/session.js';
import type { Context } from './context.js';
import { sidHashOf } from './sessions.js';

/** 128 random bits; names the link, and in the ledger what it holds. */
export function newLinkId(): string {
  return LINK_PREFIX + randomBytes(16).toString('base64url');
}

/** Frees a row that only a link held which nobody took in time. Resolves to whether it did. */
export async function endLapsedLink({ ledger }: Context, row: Row): Promise<boolean> {
  if (row.state !== 'unresolved' || !isLink(row.attempt)) return false;
  // First no more can take it, then it is looked whether somebody has.
  await ledger.finishNote('handoff', row.attempt.id);
  const link = await ledger.findNote('handoff', row.attempt.id);
  if (link === undefined || link.uses > 0) return false;
  return ledger.settle({ admissionId: row.admission.id, attemptId: row.attempt.id }, { to: 'free' });
}

/** Frees a row that an earlier link to this very session holds; that link is good no more. Resolves to whether it did. */
export async function endEarlierLink({ ledger }: Context, row: Row, session: Session): Promise<boolean> {
  if (row.state !== 'pending' || !isLink(row.attempt) || row.sidHash !== sidHashOf(session)) return false;
  await ledger.finishNote('handoff', row.attempt.id);
  return ledger.settle({ admissionId: row.admission.id, attemptId: row.attempt.id }, { to: 'free' });
}
