/** Why a shopper may not pass, worked out from what is known of the request. Pure. */
import { type Conditions, fits } from '../admission/conditions.js';
import { answerOf, FanfareError, type FanfareErrorCode, type FanfareErrorDetails } from '../errors.js';
import type { Refusal } from './context.js';
import type { Page } from './pages.js';
import type { RequestState, TokenTrouble } from './request-state.js';

/** A refusal, and what the log may know beyond what the shopper is told. */
export interface ReasonedRefusal {
  readonly refusal: Refusal;
  readonly detail: string;
  /** Answered by a page, never by a redirect: with this link on it, or with the way to the order or the experience. */
  readonly stays?: Pick<Page, 'link'>;
}

/** What a refusal may carry besides its code. */
export type RefusalDetails = FanfareErrorDetails & { readonly admissionId?: string | undefined };

/** Makes the refusal of a code; `detail` goes to the event, never to the shopper. */
export function refusal(
  code: FanfareErrorCode,
  detail: string,
  details: RefusalDetails = {},
): ReasonedRefusal {
  const { status, headers, message, orderId, supportCode } = new FanfareError(code, details);
  return {
    refusal: {
      code,
      status,
      headers,
      title: answerOf(code).title,
      message,
      reason: code.toLowerCase().replace(/^admission_/, ''),
      ...(orderId === undefined ? {} : { orderId }),
      ...(supportCode === undefined ? {} : { supportCode }),
      ...(details.admissionId === undefined ? {} : { admissionId: details.admissionId }),
    },
    detail,
  };
}

/** The refusal that an error of ours is. */
export function refusalOf(error: FanfareError): ReasonedRefusal {
  const { orderId, supportCode } = error;
  return refusal(error.code, error.message, {
    ...(orderId === undefined ? {} : { orderId }),
    ...(supportCode === undefined ? {} : { supportCode }),
  });
}

/** The refusal for a token that did not become a session. */
export function refusalForToken(trouble: TokenTrouble): ReasonedRefusal {
  if ('refused' in trouble) return refusal(trouble.refused, trouble.detail, waiting(trouble));
  if (trouble.answer === 'no') {
    const details = trouble.supportCode === undefined ? {} : { supportCode: trouble.supportCode };
    return refusal(trouble.code, 'Fanfare says no', details);
  }
  return refusal('FANFARE_UNAVAILABLE', `Fanfare could not be asked: ${trouble.reason}`, waiting(trouble));
}

function waiting({ retryAfterSeconds }: { readonly retryAfterSeconds?: number }): RefusalDetails {
  return retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
}

/** The refusal when no session passes: the most helpful of the reasons there are. */
export function refusalWithout(state: RequestState, conditions: Conditions): ReasonedRefusal {
  if (state.trouble !== undefined) return refusalForToken(state.trouble);
  const over = [...state.sessions.filter(({ standing }) => standing !== 'good'), ...state.ended];
  const expired = over.find(({ admission }) => fits(admission, conditions));
  if (expired !== undefined) {
    return refusal('ADMISSION_EXPIRED', 'the session that would fit is over', {
      admissionId: expired.admission.id,
    });
  }
  const [other] = state.sessions.filter(({ standing }) => standing === 'good');
  if (other !== undefined) {
    return refusal('ADMISSION_MISMATCH', 'no session fits this guard', { admissionId: other.admission.id });
  }
  return refusal('ADMISSION_REQUIRED', 'there is no token and no session');
}
