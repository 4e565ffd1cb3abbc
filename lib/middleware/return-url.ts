/** Where a bank is to send the shopper back to: a path of the shop, and who it was that left. */
import { FanfareError } from '../errors.js';
import type { OpenAttempt, Row } from '../ledger/row.js';
import { kindOf } from '../option-checks.js';
import { type PaymentReturn, signReturn } from '../tokens/payment-return.js';
import type { Context } from './context.js';
import type { Request } from './http.js';
import type { RequestStates } from './request-state.js';
import { endOf } from './sessions.js';
import { isOwnPath, pathOf, withoutParameters, withParameter } from './url.js';

/** The parameter that carries the reference. */
export const RETURN = 'fanfare_return';
const ITSELF: ReadonlySet<string> = new Set([RETURN]);

/** The path with the reference behind it. Throws `CLAIM_LOST` where the request has no order attempt. */
export function createReturnUrl(context: Context, states: RequestStates, req: Request, path: string): string {
  if (!isOwnPath(path)) {
    throw new TypeError(
      `"path" must be a path of the shop that begins with one "/", without "#", "\\" and spaces, got ${kindOf(path)}`,
    );
  }
  const attempt = leaving(context, states, req);
  if (attempt === undefined) {
    throw new FanfareError('CLAIM_LOST', {
      message: 'createReturnUrl needs claimAdmission, or acceptReturn, to have run for this request',
    });
  }
  const { keyring, settings } = context;
  const reference = signReturn(keyring, settings.organizationId, { ...attempt, path: pathOf(path) });
  return withParameter(withoutParameters(path, ITSELF), RETURN, reference);
}

/** The attempt that the shopper leaves with; one that has come back may leave again, and gains no time by it. */
function leaving(
  { settings }: Context,
  states: RequestStates,
  req: Request,
): Omit<PaymentReturn, 'path'> | undefined {
  const { attempt, returned } = states.of(req);
  const { admission } = req;
  if (attempt === undefined || admission === undefined) return returned;
  const { admissionId, attemptId } = attempt.holder;
  const { validatedAt } = admission;
  return { admissionId, attemptId, endsAt: endOf({ admission, validatedAt, attempted: true }, settings) };
}

/** The attempt that a reference names, as long as it holds the admission. */
export function returnedAttempt(row: Row | undefined, { attemptId }: PaymentReturn): OpenAttempt | undefined {
  return row !== undefined && 'attempt' in row && row.attempt.id === attemptId ? row.attempt : undefined;
}
