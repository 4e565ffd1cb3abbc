/** Whether a handler may go on to charge or commit: its attempt still holds the admission, and Fanfare has not denied it. */
import type { Admission } from '../admission/admission.js';
import { FanfareError } from '../errors.js';
import { denialKey, denies } from '../ledger/note.js';
import type { PaymentReturn } from '../tokens/payment-return.js';
import type { Context } from './context.js';
import type { Request } from './http.js';
import type { RequestStates } from './request-state.js';
import { returnedAttempt } from './return-url.js';
import type { RunningAttempt } from './running-attempt.js';

/** Rejects with `CLAIM_LOST`, or with `ADMISSION_INVALID` for one that was denied. */
export async function assertClaim(context: Context, states: RequestStates, req: Request): Promise<void> {
  const { attempt, returned } = states.of(req);
  if (attempt !== undefined && req.admission !== undefined)
    return assertRunning(context, attempt, req.admission);
  if (returned === undefined) throw withoutClaim('assertClaim');
  return assertReturned(context, returned);
}

async function assertRunning(context: Context, running: RunningAttempt, admission: Admission): Promise<void> {
  if (running.attempt.signal.aborted) throw new FanfareError('CLAIM_LOST');
  const [holds, denied] = await Promise.all([running.holds(), isDenied(context, admission)]);
  if (!holds) throw new FanfareError('CLAIM_LOST');
  if (denied) throw new FanfareError('ADMISSION_INVALID');
}

/** A shopper who is back from the bank: the attempt they left with. */
async function assertReturned(context: Context, returned: PaymentReturn): Promise<void> {
  const row = await context.ledger.find(returned.admissionId);
  if (row === undefined || returnedAttempt(row, returned) === undefined) throw new FanfareError('CLAIM_LOST');
  if (await isDenied(context, row.admission)) throw new FanfareError('ADMISSION_INVALID');
}

async function isDenied({ ledger }: Context, admission: Admission): Promise<boolean> {
  return denies(await ledger.findNote('denied', denialKey(admission)), admission.admittedAt);
}

/** A call that makes no sense before a claim. */
export function withoutClaim(call: string): FanfareError {
  return new FanfareError('CLAIM_LOST', {
    message: `${call} needs claimAdmission to have run for this request`,
  });
}
