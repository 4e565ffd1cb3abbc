/** The one object a merchant works with. */
import type { RequestAdmission } from './admission/admission.js';
import type { Order } from './admission/order.js';
import type { Calls } from './calls.js';
import type { Cancellations } from './completion/cancellations.js';
import type { Delivered } from './completion/deliver-one.js';
import type { CompletedAdmission } from './completion/late-payment.js';
import type { Completions } from './completion/operate.js';
import type { DoctorFinding } from './doctor/checks.js';
import type { ReturnOptions } from './middleware/accept-return.js';
import type { Backstage } from './middleware/backstage.js';
import type { ClaimGuardOptions, GuardOptions } from './middleware/guard-options.js';
import type { HandoffUrlOptions } from './middleware/handoff.js';
import type { Middleware, Request } from './middleware/http.js';
import type { AdmissionReference, CompleteExtras } from './middleware/orders.js';
import type { OperatorPageOptions } from './operator/operator-page.js';
import type { WinnerAdmission, WinnerLinkOptions } from './middleware/winner-link.js';
import type { WinnerPageOptions } from './middleware/winner-page.js';

/** One merchant's Fanfare: middlewares, calls around an order, and the deliveries behind them. */
export interface Fanfare extends Calls, Cancellations {
  /** For `app.use`: sets `req.admission` when the request holds one; never refuses. */
  attachAdmission(): Middleware;
  /** A route guard for page loads. */
  requireAdmission(options?: GuardOptions): Middleware;
  /** A route guard for the submit: validated afresh, held for this one order. */
  claimAdmission(options?: ClaimGuardOptions): Middleware;
  /**
   * Records that an order used the admission; resolves when the ledger holds it, without waiting for Fanfare, to whether
   * its payment was late and what `latePayment` says then. The same order again is a no-op with the same answer. Rejects with `ADMISSION_USED` (and the winner's order id), `ADMISSION_AMBIGUOUS`,
   * `ADMISSION_REQUIRED`, `INVALID_ADMISSION_DATA` or `LEDGER_UNAVAILABLE`; with a `TypeError` when `transaction` is not
   * one that this ledger can write in.
   */
  completeAdmission(
    reference: AdmissionReference,
    order: Order,
    extras?: CompleteExtras,
  ): Promise<CompletedAdmission>;
  /** Gives a claim back because no order came of it. Resolves to whether there was one to give back. */
  releaseAdmission(reference: AdmissionReference): Promise<boolean>;
  /** Keeps the payment provider's reference with this attempt; the next attempt finds it in `req.admission.superseded`. */
  deferAdmission(req: Request, deferral: { readonly reference: string }): Promise<void>;
  /**
   * A link that hands the admission to the checkout on another domain (option `handoff`): good once, for a minute. Until it
   * is taken or has lapsed, orders here are refused with `ADMISSION_IN_USE`; once it is taken, for good, where both domains
   * keep one ledger. Rejects with `ADMISSION_REQUIRED`, `ADMISSION_INVALID`, `ADMISSION_EXPIRED`, `ADMISSION_IN_USE`,
   * `ADMISSION_USED` or `LEDGER_UNAVAILABLE`, and with a `TypeError` when `url` leads to no configured destination.
   */
  createHandoffUrl(reference: Request | RequestAdmission, options: HandoffUrlOptions): Promise<string>;
  /**
   * Directly before a charge, capture or commit: rejects with `CLAIM_LOST` when another attempt took over, and with
   * `ADMISSION_INVALID` when Fanfare has denied the consumer since. Also for a shopper who is back from the bank.
   */
  assertClaim(req: Request): Promise<void>;
  /**
   * Tells Fanfare about this admission's order now, for shops whose own job engine drives deliveries. Resolves when
   * nothing is left to do; rejects with `FANFARE_UNAVAILABLE` when it is to be called again, `LEDGER_UNAVAILABLE`, or
   * `INVALID_ADMISSION_DATA` when no order is recorded for the id.
   */
  deliver(admissionId: string): Promise<Delivered>;
  /**
   * Where a bank is to send the shopper back to after 3-D Secure: `path` (of the shop, put your own origin in front) with a
   * signed reference to this attempt, which admits nobody and is good until `orderGraceSeconds` past the admission's end.
   * Throws `CLAIM_LOST` where neither `claimAdmission` nor `acceptReturn` ran, and a `TypeError` for what is no such path.
   */
  createReturnUrl(req: Request, path: string): string;
  /**
   * For the route that `createReturnUrl` names, in place of a guard: answers the bank's POST with 303 to the same path. On
   * the GET it leaves the attempt's admission on `req.admission`, `expired` or not; none where the browser has lost its
   * session, and then `completeAdmission(req, …)` records the order all the same. Passes what brings no reference.
   */
  acceptReturn(options?: ReturnOptions): Middleware;
  /**
   * A link for an e-mail to the winner of a draw or an auction, for an admission that came by webhook. It names nothing and
   * holds no token: that lies sealed in the ledger, until the link's deadline, with which its sessions end, too. Good again
   * and again until then or until the order, at most 5 times. Rejects with `INVALID_ADMISSION_DATA`, `ADMISSION_INVALID`, `ADMISSION_MISMATCH`,
   * `ADMISSION_EXPIRED` or `LEDGER_UNAVAILABLE`, and with a `TypeError` for a wrong option.
   */
  createWinnerLink(admission: WinnerAdmission, options: WinnerLinkOptions): Promise<string>;
  /**
   * For the route that `createWinnerLink` names. A visit shows one button and changes nothing, since mail scanners open
   * links; the button asks Fanfare, begins the session and leads to the checkout. Passes what brings no link.
   */
  winnerPage(options?: WinnerPageOptions): Middleware;
  /** What an operator may do with completions: list, show, retry, discard. */
  readonly completions: Completions;
  /**
   * A page for whoever watches the sale, to mount for instance at `/operator`: numbers, what waits and what is dead, with
   * retry and discard. Its plots begin when it is mounted. Throws a `TypeError` without `authorize`.
   */
  operatorPage(options: OperatorPageOptions): Middleware;
  /** `POST /admission`, `GET /session`, `GET /health`; mount at `/fanfare` or `/api/fanfare`. */
  routes(): Middleware;
  /**
   * What the doctor finds now: opens the ledger, asks Fanfare for its health, and adds what the requests so far have
   * shown. Empty when all is well; never rejects. For a start-up check of your own.
   */
  doctor(): Promise<readonly DoctorFinding[]>;
  /** What `express-fanfare/webhooks` works with; nothing in it is for use by hand, and it may change with any version. */
  readonly backstage: Backstage;
  /** Opens the ledger and loads what the first shoppers and the first order need; optional, and best done before the sale. */
  ready(): Promise<void>;
  /**
   * Stops deliveries, lets running ones finish, closes the connections and the ledger. Close the server first: an order
   * that comes later is told `LEDGER_UNAVAILABLE`.
   */
  close(): Promise<void>;
}
