/** The token behind the admission on a request, for calls that hand it on to Fanfare. */
import { FanfareError } from '../errors.js';
import type { Context } from './context.js';
import type { Request } from './http.js';
import type { RequestStates } from './request-state.js';
import { tokenOf } from './sessions.js';

export interface HeldProof {
  readonly admissionToken: string;
  readonly distributionId: string;
}

/** Throws `ADMISSION_REQUIRED` when there is no admission, `ADMISSION_INVALID` when its session holds no token. */
export function heldProof(context: Pick<Context, 'keyring'>, states: RequestStates, req: Request): HeldProof {
  const { sessions } = states.of(req);
  const { admission } = req;
  if (admission === undefined) throw new FanfareError('ADMISSION_REQUIRED');
  const held = sessions.find(({ session }) => session.admission.id === admission.id);
  const admissionToken = held && tokenOf(context, held);
  if (admissionToken === undefined) throw new FanfareError('ADMISSION_INVALID');
  return { admissionToken, distributionId: admission.distributionId };
}
