/** What the ledger has against a token that comes with a submit, before anybody else is asked. */
import { admissionId } from '../admission/identity.js';
import { FanfareError } from '../errors.js';
import { isUsed, type Row } from '../ledger/row.js';
import type { EarlyRefusal, PresentedToken } from '../tokens/admission-token.js';
import type { Context } from './context.js';
import type { RequestState } from './request-state.js';
import { sidHashOf } from './sessions.js';

/** Only who holds a token that the ledger or Fanfare knows may learn from the ledger: others could ask about strangers. */
export async function ledgerBars(
  context: Context,
  state: RequestState,
  presented: PresentedToken,
): Promise<EarlyRefusal | undefined> {
  return look(context, state, presented).catch(troubleOf);
}

async function look(
  context: Context,
  { sessions }: RequestState,
  presented: PresentedToken,
): Promise<EarlyRefusal | undefined> {
  const id = admissionId(context.settings.organizationId, presented, presented.admittedAt);
  const row = await context.ledger.find(id);
  if (row === undefined || !mayLearn(context, presented, row)) return undefined;
  if (isUsed(row)) return { refused: 'ADMISSION_USED', detail: 'an order has used this admission' };
  const open = row.state === 'active' || row.state === 'pending';
  // What becomes of a session's own attempt is the claim's to say.
  const own = sessions.some(
    ({ session }) => session.admission.id === id && sidHashOf(session) === row.sidHash,
  );
  return open && !own
    ? { refused: 'ADMISSION_IN_USE', detail: 'another session has an open order attempt' }
    : undefined;
}

function mayLearn({ validator }: Context, presented: PresentedToken, row: Row): boolean {
  return row.tokenHash === presented.hash || validator.kept(presented)?.answer === 'yes';
}

/** Trouble for a guard to answer, and nothing that may stop a page which only attaches. */
export function troubleOf(error: unknown): EarlyRefusal {
  if (error instanceof FanfareError) return { refused: error.code, detail: error.message };
  throw error;
}
