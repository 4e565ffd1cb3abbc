/** What the ledger holds for a handoff link is no order attempt: it ends with the link, and stands in no order's way. */
import { randomBytes } from 'node:crypto';
import { isLink, LINK_PREFIX } from '../ledger/link.js';
import type { Row } from '../ledger/row.js';
import { handedSid } from '../tokens/handoff-link.js';
import type { Session } from '../tokens/session.js';
import type { Context } from './context.js';
import { sidHashOf } from './sessions.js';

/** 128 random bits; names the link, and in the ledger what it holds. */
export function newLinkId(): string {
  return LINK_PREFIX + randomBytes(16).toString('base64url');
}

/** That a link was taken is known until it is over by every clock. */
const REMEMBERED_MS = 86_400_000;

/**
 * Notes a link, so that it is good once; one that is noted already stays as it is.
 *
 * @param holds `held`: its row is in this very ledger. `foreign`: it came from a site with a ledger of its own
 */
export async function noteLink(
  { ledger }: Context,
  id: string,
  holds: 'held' | 'foreign',
  endsAt: number,
): Promise<void> {
  await ledger.addNote({ kind: 'handoff', key: id, value: holds, until: endsAt + REMEMBERED_MS });
}

/** Whether a link alone holds the row. One that has lapsed holds it against nobody. */
export function isHeldByLink(row: Row | undefined): boolean {
  return row !== undefined && 'attempt' in row && isLink(row.attempt);
}

/** Frees a row that an earlier link to this very session holds; that link is good no more. Resolves to whether it did. */
export async function endEarlierLink({ ledger }: Context, row: Row, session: Session): Promise<boolean> {
  if (row.state !== 'pending' || !isLink(row.attempt) || row.sidHash !== sidHashOf(session)) return false;
  return ledger.settle({ admissionId: row.admission.id, attemptId: row.attempt.id }, { to: 'free' });
}

/** Notes that the session of a link has begun, until when its admission may be claimed. */
export async function noteHandedOver({ ledger }: Context, session: Session, until: number): Promise<void> {
  await ledger.addNote({ kind: 'handoff', key: sidHashOf(session), value: '', until });
}

/** Whether a link of this session was taken: its orders are made there now, also when the first attempt came to nothing. */
export async function isHandedOver({ ledger, handoff }: Context, session: Session): Promise<boolean> {
  if (handoff === undefined || handoff.destinations.size === 0) return false;
  const sids = handoff.keyring.map((key) => handedSid([key], session));
  const notes = sids.map((sid) => ledger.findNote('handoff', sidHashOf({ ...session, sid })));
  return (await Promise.all(notes)).some((note) => note !== undefined);
}
