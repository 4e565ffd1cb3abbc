/** What the middlewares are given: checked settings and finished parts. Made once, in `create-fanfare.ts`. */
import type { RequestAdmission } from '../admission/admission.js';
import type { DistributionType } from '../admission/identity.js';
import type { OutagePolicy, Phase } from '../admission/outage.js';
import type { Clock } from '../clock.js';
import type { FanfareErrorCode } from '../errors.js';
import type { OnEvent } from '../events.js';
import type { AskedLedger } from './asked-ledger.js';
import type { Reconciler } from '../completion/reconcile.js';
import type { Unverified } from '../completion/unverified.js';
import type { Keyring } from '../tokens/keyring.js';
import type { Ceiling } from '../validation/ceiling.js';
import type { HandoffTokens } from '../validation/handoff-tokens.js';
import type { SignatureCheck } from '../validation/offline-verifier.js';
import type { Validator } from '../validation/validator.js';
import type { CookieStyle } from './cookies.js';
import type { Next, Request, Response } from './http.js';
import type { HeldSession } from './sessions.js';
import type { TokenNames } from './token-sources.js';

/** The answer to a shopper who may not pass. */
export interface Refusal {
  readonly code: FanfareErrorCode;
  readonly status: number;
  /** `Cache-Control`, and `Retry-After` where waiting helps. */
  readonly headers: Readonly<Record<string, string>>;
  /** A few words. */
  readonly title: string;
  /** What to do next, fit for the shopper. */
  readonly message: string;
  /** The code in short, as it stands behind `?fanfare=`. */
  readonly reason: string;
  /** The order that used the admission; only in the session that made it. */
  readonly orderId?: string;
  readonly supportCode?: string;
  readonly admissionId?: string;
}

/** `report`: verdicts are said, not acted on. */
export type Mode = 'enforce' | 'report';

export interface Settings {
  readonly mode: Mode;
  readonly organizationId: string;
  readonly experienceUrl: (req: Request) => string;
  /** Other origins whose pages may hand an admission over. */
  readonly experienceOrigins: ReadonlySet<string>;
  /** Other origins whose pages may show ours in a frame; absent: this checkout is not an embedded one. */
  readonly frameAncestors?: readonly string[];
  readonly orderUrl?: (orderId: string) => string;
  readonly consumerOf?: (req: Request) => unknown;
  /** May be asynchronous: a rejection goes to `next(error)`. */
  readonly onRefused?: (refusal: Refusal, req: Request, res: Response, next: Next) => unknown;
  readonly distributionIds?: ReadonlySet<string>;
  /** In lower case. */
  readonly fingerprintHeader?: string;
  readonly clientKey?: (req: Request) => unknown;
  readonly names: TokenNames;
  readonly maxSessionMs: number;
  readonly orderGraceMs: number;
  readonly submitMaxAgeMs: number;
  readonly pendingMs: number;
  readonly maxClaimMs: number;
  readonly hasFindOrder: boolean;
  readonly onFanfareUnavailable: Readonly<Record<Phase, OutagePolicy>>;
  /** How many unchecked admissions may be in at once. */
  readonly maxUnverified: number;
}

/** Looks at requests on the doctor's behalf: never waits, never throws. */
export interface RequestWatch {
  /** False once it has seen enough. */
  readonly looks: boolean;
  look(req: Request): void;
  /** A guard found no token in it. */
  foundNoToken(req: Request): void;
}

/** How admissions go to another domain, or come from one. */
export interface Handoff {
  readonly keyring: Keyring;
  readonly destinations: ReadonlySet<string>;
  readonly origin?: string;
  /** Which session an admission was shown for, since `req.admission` may be handed on without its request. */
  readonly shown: WeakMap<RequestAdmission, HeldSession>;
}

export interface Context {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly emit: OnEvent;
  readonly keyring: Keyring;
  /** Absent: no admission goes to another domain, and none comes from one. */
  readonly handoff?: Handoff;
  readonly cookies: CookieStyle;
  /** Verified once, then remembered; `undefined` when we did not sign it. */
  readonly verifiedSession: (cookie: string, now: number) => HeldSession | undefined;
  readonly validator: Validator;
  /** Absent: the merchant wants none. */
  readonly ceiling?: Ceiling;
  readonly signatureOf: SignatureCheck;
  /** Asks about one of Fanfare's own handoff tokens, which spends it. */
  readonly handoffTokens: HandoffTokens;
  readonly ledger: AskedLedger;
  readonly reconciler: Pick<Reconciler, 'settle'>;
  readonly unverified: Unverified;
  /** Names this process in claims. */
  readonly owner: string;
  /** Throws `NOT_IN_DIALECT` when one of the types cannot be asked about, so that no guard waits for what never comes. */
  readonly assertSpoken: (
    operations: readonly ('validate' | 'complete')[],
    types: Iterable<DistributionType>,
  ) => void;
  readonly watch: RequestWatch;
}

/** What `match` is given and may answer: only `true` passes. */
export type Match = (admission: RequestAdmission, req: Request) => unknown;
