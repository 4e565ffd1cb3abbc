/** The shop window. */
import type { Ledger } from './ledger/ledger.js';
import type * as Logging from './logging/serializers.js';
import type * as Memory from './ledger/memory.js';

export { createFanfare } from './create-fanfare.js';
export type { Fanfare } from './fanfare.js';
export type { FanfareOptions } from './fanfare-options.js';
export { FanfareError } from './errors.js';
export type { FanfareErrorCode, FanfareErrorDetails, MissingLine } from './errors.js';
export type { FanfareEvent, OnEvent } from './events.js';
export type { MemoryLedgerOptions } from './ledger/memory.js';
export type { Ledger } from './ledger/ledger.js';
export type { DenialRecord, NewNote, Note, NoteKind, NotePlace } from './ledger/note.js';
export type { Row, RowStateName } from './ledger/row.js';
export type {
  Admission,
  Attempt,
  RequestAdmission,
  ReturnedAttempt,
  SupersededAttempt,
} from './admission/admission.js';
export type { DistributionType } from './admission/identity.js';
export type { OutagePolicy } from './admission/outage.js';
export type { Order } from './admission/order.js';
export type { Clock, Timer } from './clock.js';
export type { Completion, CompletionState } from './completion/completion-view.js';
export type { DoctorFinding } from './doctor/checks.js';
export type { DoctorCode } from './doctor/codes.js';
export type { Delivered } from './completion/deliver-one.js';
export { DIALECTS } from './fanfare-api/dialects.js';
export type { DialectName } from './fanfare-api/dialects.js';
export type {
  Cells,
  CompleteOperation,
  CompletionReport,
  Credentials,
  Denial,
  Dialect,
  Operation,
  Reply,
  ValidateOperation,
} from './fanfare-api/dialect.js';
export type { HandoffIds, ReadHandoff } from './fanfare-api/handoffs.js';
export type { Said } from './fanfare-api/said.js';
export type { CompleteFunction, ValidateFunction } from './fanfare-api/supplied.js';
export type { ExternalAuthorization, ExternalUser } from './fanfare-api/external.js';
export type {
  Accepted,
  Cancellation,
  CheckoutByClaim,
  CheckoutByToken,
  CheckoutSession,
  Refund,
} from './fanfare-api/checkout.js';
export type { Question } from './admission/verdict.js';
export type { ApiOptions } from './api-options.js';
export type { CheckoutByRequest } from './calls.js';
export type { OrderCancellation, RecordedCancellation } from './completion/cancellations.js';
export type {
  CompletedAdmission,
  LateOutcome,
  LatePayment,
  LatePaymentPolicy,
} from './completion/late-payment.js';
export type { FindOrder } from './completion/lookup.js';
export type { CompletionCounts, CompletionQuery, Completions } from './completion/operate.js';
export type { DeliveryMode, OnOverdue } from './completion/work.js';
export type { ReturnOptions } from './middleware/accept-return.js';
export type { LogSerializers, LogSerializersOptions } from './logging/serializers.js';
export type { Refusal } from './middleware/context.js';
export type { ClaimGuardOptions, GuardOptions } from './middleware/guard-options.js';
export type { Middleware, Next } from './middleware/http.js';
export type { AdmissionReference } from './middleware/orders.js';
export type { AdmissionView } from './middleware/routes.js';
export type { CallOutcome, ObservedCall, ObservedDelivery, ObservedOrder, Telemetry } from './observer.js';
export type { OperatorPageOptions } from './operator/operator-page.js';
export type { WinnerAdmission, WinnerLinkOptions } from './middleware/winner-link.js';
export type { WinnerPageOptions } from './middleware/winner-page.js';
export type { OfflineVerdict, OfflineVerifier } from './validation/offline-verifier.js';

/**
 * A ledger in memory. Orders and claims are forgotten when the process ends and unknown to other processes, so it throws
 * a `TypeError` when `NODE_ENV` is `production`, unless `allowInProduction` is `true`.
 */
export function memoryLedger(options?: Memory.MemoryLedgerOptions): Ledger {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- shops in production use another engine: not at import
  return (require('./ledger/memory.js') as typeof Memory).memoryLedger(options);
}

/**
 * Serializers that keep admission tokens, secret keys and our session cookies out of a log, for pino and pino-http: in URLs,
 * headers, bodies and the texts of errors. The merchant's own cookies and fields stay as they are.
 *
 * @throws TypeError when it does not know an option.
 */
export function logSerializers(options?: Logging.LogSerializersOptions): Logging.LogSerializers {
  return logging().logSerializers(options);
}

/** `value` without admission tokens, secret keys and our session cookies: for anything else that is logged. */
export function redact(value: unknown): unknown {
  return logging().redact(value);
}

function logging(): typeof Logging {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- by those who log with them, not at import
  return require('./logging/serializers.js') as typeof Logging;
}
