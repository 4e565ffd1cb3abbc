/** What the ledger has against a token that comes with a submit, before anybody else is asked. */
import { admissionId } from '../admission/identity.js';
import { FanfareError } from '../errors.js';
import { isUsed } from '../ledger/row.js';
import type { EarlyRefusal, PresentedToken } from '../tokens/admission-token.js';
import type { Context } from './context.js';

/** Only who holds a token that the ledger or Fanfare knows may learn from the ledger: others could ask about strangers. */
export async function ledgerBars(
  context: Context,
  presented: PresentedToken,
): Promise<EarlyRefusal | undefined> {
  return look(context, presented).catch(refusalFor);
}

async function look(context: Context, presented: PresentedToken): Promise<EarlyRefusal | undefined> {
  const row = await context.ledger.find(
    admissionId(context.settings.organizationId, presented, presented.admittedAt),
  );
  if (
    row === undefined ||
    (row.tokenHash !== presented.hash && context.validator.kept(presented)?.answer !== 'yes')
  )
    return undefined;
  if (isUsed(row)) return { refused: 'ADMISSION_USED', detail: 'an order has used this admission' };
  const open = row.state === 'active' || row.state === 'pending';
  return open
    ? { refused: 'ADMISSION_IN_USE', detail: 'another session has an open order attempt' }
    : undefined;
}

/** Trouble for a guard to answer, and nothing that may stop a page which only attaches. */
function refusalFor(error: unknown): EarlyRefusal {
  if (error instanceof FanfareError) return { refused: error.code, detail: error.message };
  throw error;
}
