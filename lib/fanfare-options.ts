/** What a merchant may set: every option with its meaning, unit and default. */
import type { OutagePolicy, Phase } from './admission/outage.js';
import type { ApiOptions } from './api-options.js';
import type { Clock } from './clock.js';
import type { LatePaymentPolicy } from './completion/late-payment.js';
import type { FindOrder } from './completion/lookup.js';
import type { DeliveryMode, OnOverdue } from './completion/work.js';
import type { DoctorCode } from './doctor/codes.js';
import type { OnEvent } from './events.js';
import type { SecretKey } from './fanfare-api/secret-key.js';
import type { Ledger } from './ledger/ledger.js';
import type { Mode, Settings } from './middleware/context.js';
import type { HandoffOptions } from './middleware/handoff.js';
import type { Request } from './middleware/http.js';
import type { TokenNames } from './middleware/token-sources.js';
import type { Telemetry } from './observer.js';
import type { OfflineVerifier } from './validation/offline-verifier.js';

/** Options of `createFanfare`. A wrong one throws a `TypeError` at construction that names it. */
export interface FanfareOptions {
  /** Default: `FANFARE_ORGANIZATION_ID`, then `FANFARE_ORG_ID`. */
  readonly organizationId?: string;
  /** An `sk_` key, or a function that gives one (then a rotated key needs no restart). Default: `FANFARE_SECRET_KEY`. */
  readonly secretKey?: SecretKey;
  readonly api?: ApiOptions;
  /** Where a refused page visit goes; default `'/experience'`. */
  readonly experienceUrl?: string | ((req: Request) => string);
  /**
   * Other origins whose pages may hand an admission over by `POST …/admission`, such as `['https://drops.example']`: exact
   * ones, https except on localhost. Each may put any admission into the shopper's browser, so list only your own.
   */
  readonly experienceOrigins?: readonly string[];
  /** Where a finished checkout leads, in the session that made the order. */
  readonly orderUrl?: (orderId: string) => string;
  readonly session?: {
    /** At least 32 bytes each: the first signs, all verify. Default: `FANFARE_SESSION_SECRET`. */
    readonly secrets?: readonly string[];
    /** Cookies without `__Host-` and `Secure`, for plain-http development only; refuses a live key. Default `false`. */
    readonly insecure?: boolean;
    /**
     * For a checkout inside a frame of another site's page: cookies become `SameSite=None; Secure; Partitioned`, submits are
     * taken from pages of our own origin only, and guarded pages may be framed by `frameAncestors` (exact origins, as in
     * `experienceOrigins`) and the shop itself. `true`: framed by `experienceOrigins`. Default `false`.
     */
    readonly embedded?: boolean | { readonly frameAncestors: readonly string[] };
    /** How long a session counts when nobody told when the admission ends, in seconds; default 1,800. */
    readonly maxSeconds?: number;
  };
  /** For a checkout on another domain: links that carry an admission there, and from there. */
  readonly handoff?: HandoffOptions;
  /** Where claims and completions are kept. There is no default: a guess would lose orders. */
  readonly ledger: Ledger;
  readonly validation?: {
    /** How old a yes may be at submit, in seconds; default 0, always ask. More saves calls on a rate-limited plan. */
    readonly submitMaxAgeSeconds?: number;
  };
  /**
   * Judges tokens by their signature, for those who were given a public key: see `express-fanfare/jwks`. A forged token is
   * refused without a call; a signed one opens pages, never orders, while Fanfare cannot be asked.
   */
  readonly offlineVerifier?: OfflineVerifier;
  /**
   * How many tokens that Fanfare says no to one client may try in a minute before it is told to wait; default 30,
   * `false` = any number. Sessions, and tokens that were answered a moment ago, are not counted.
   */
  readonly coldValidationsPerMinute?: number | false;
  /**
   * What clients are told apart by; `undefined` = not limited. Default: `req.ip`, which obeys Express's `trust proxy`, else
   * the socket's address; an IPv6 address counts by its first 56 bits.
   */
  readonly clientKey?: (req: Request) => string | undefined;
  /**
   * Name of the shopper's request header that holds their device's fingerprint; handed on as `X-Fingerprint` whenever
   * Fanfare is asked about their token. Default: none is handed on, since Fanfare does not document how a server should.
   */
  readonly fingerprintHeader?: string;
  /**
   * Who gets through while Fanfare cannot be asked, on a page load and for an order; default `'allow-validated'` for both.
   * `'deny'`: nobody about whom it would have to be asked. `'allow-validated'`: whoever it has said yes to before, until
   * their admission ends. `'allow-unverified'`: also a token that nobody has checked, by what it says of itself, up to
   * `maxUnverified`, while Fanfare is away. Everybody else is answered 503, with `Retry-After`.
   */
  readonly onFanfareUnavailable?: Partial<Readonly<Record<Phase, OutagePolicy>>>;
  /**
   * How many unchecked admissions all processes on the ledger let in before Fanfare has answered about them; for
   * `'allow-unverified'`.
   */
  readonly maxUnverified?: number;
  /** The only distributions that any guard of this instance lets in. */
  readonly distributionIds?: readonly string[];
  /** The shop's own customer, as Fanfare knows them; `undefined` = not known, which never fits. May be a promise. */
  readonly consumerOf?: (req: Request) => unknown;
  /** Whether an attempt that ended without a word made an order. A throw means that nobody knows. */
  readonly findOrder?: FindOrder;
  /**
   * `'report'`: nothing is refused. Every verdict that would have refused is an `admission.refused` event with
   * `enforced: false`, and the handler runs. For a rehearsal on the real shop; default `'enforce'`.
   */
  readonly mode?: Mode;
  /** Answers refusals in place of the built-in answers. */
  readonly onRefused?: NonNullable<Settings['onRefused']>;
  /** Default: warnings and errors as one line each on stderr. */
  readonly onEvent?: OnEvent;
  /** Metrics and traces: `openTelemetry()` from `express-fanfare/opentelemetry`. */
  readonly telemetry?: Telemetry;
  /** How long after the admission's end an attempt that began in time may still complete, in seconds; default 900. */
  readonly orderGraceSeconds?: number;
  /**
   * What becomes of an order whose payment ended later than that: the order is recorded all the same, and
   * `completeAdmission` resolves to it. A function has 5 seconds, and is asked again when the order comes again. A throw
   * counts as `'honour'` and is said. Default `'honour'`.
   */
  readonly latePayment?: LatePaymentPolicy;
  /** How long a payment elsewhere may take, in seconds; default 1,800. */
  readonly pendingSeconds?: number;
  /** How long a handler may run before its attempt is unresolved, in seconds; default 600. */
  readonly maxClaimSeconds?: number;
  /** Most completions sent per minute; absent = as fast as Fanfare takes them. */
  readonly deliveriesPerMinute?: number;
  /**
   * Default `'automatic'`: one of the processes on the ledger sends completions by itself. `'manual'`: none does, and your
   * job engine calls `fanfare.deliver(admissionId)`.
   */
  readonly deliveries?: DeliveryMode;
  /** After how long without delivery `completion.overdue` is said, in seconds; default 1,800. */
  readonly overdueSeconds?: number;
  /** Called, beside the event, for each overdue order, and daily again: for a pager. */
  readonly onOverdue?: OnOverdue;
  /** The names a token goes by. */
  readonly tokenNames?: Partial<TokenNames>;
  /**
   * Whether the doctor looks at the set-up and the first requests, and says `doctor.finding` once for each code; or the
   * codes to be silent about. Default `true`.
   */
  readonly doctor?: boolean | readonly DoctorCode[];
  /** Time; for tests. */
  readonly clock?: Clock;
}
