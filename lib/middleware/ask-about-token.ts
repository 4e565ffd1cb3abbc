/** Asking about a token: at a submit the ledger first, then whoever can tell whether it is good right now. */
import { compact } from '../admission/compact.js';
import { admissionId } from '../admission/identity.js';
import type { Verdict } from '../admission/verdict.js';
import { FanfareError } from '../errors.js';
import { isUsed } from '../ledger/row.js';
import type { PresentedToken } from '../tokens/admission-token.js';
import type { Context } from './context.js';
import { askOnce } from './in-outage.js';
import type { RequestState, TokenTrouble } from './request-state.js';
import { sidHashOf } from './sessions.js';

/** Resolves to what Fanfare says, or to why it need not be asked. */
export async function ask(
  context: Context,
  state: RequestState,
  presented: PresentedToken,
  submit: boolean,
): Promise<TokenTrouble | Verdict> {
  const { validator } = context;
  if (!submit)
    return askOnce(state, () => validator.page(presented, compact({ notAfter: presented.expiresAt })));
  const barred = await ledgerBars(context, state, presented).catch(refusalFor);
  return barred ?? (await askOnce(state, () => validator.submit(presented)));
}

/** Trouble for a guard to answer, and nothing that may stop a page which only attaches. */
function refusalFor(error: unknown): TokenTrouble {
  if (error instanceof FanfareError) return { refused: error.code, detail: error.message };
  throw error;
}

/** Only who holds a token that the ledger or Fanfare knows may learn from the ledger: others could ask about strangers. */
async function ledgerBars(
  context: Context,
  { sessions }: RequestState,
  presented: PresentedToken,
): Promise<TokenTrouble | undefined> {
  const id = admissionId(context.settings.organizationId, presented, presented.admittedAt);
  const row = await context.ledger.find(id);
  if (row === undefined || (row.tokenHash !== presented.hash && !context.validator.knows(presented)))
    return undefined;
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
