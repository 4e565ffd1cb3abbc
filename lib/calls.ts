/** What else a merchant's server may ask of Fanfare; nothing of it is loaded before the first call. */
import type { Admission } from './admission/admission.js';
import type { Triple } from './admission/identity.js';
import { FanfareError } from './errors.js';
import type {
  Accepted,
  Cancellation,
  CheckoutByClaim,
  CheckoutByToken,
  CheckoutItem,
  CheckoutSession,
  Refund,
} from './fanfare-api/checkout.js';
import type { FanfareClient } from './fanfare-api/client.js';
import type { ExternalAuthorization, ExternalUser } from './fanfare-api/external.js';
import type * as ServerCallsModule from './fanfare-api/server-calls.js';
import { type HeldProof, heldProof } from './middleware/held-proof.js';
import type { Context } from './middleware/context.js';
import type { Request } from './middleware/http.js';
import type { RequestStates } from './middleware/request-state.js';

/** A checkout for the admission that a guard left on the request, since its token has gone into the session. */
export interface CheckoutByRequest extends CheckoutItem {
  readonly req: Request;
}

/**
 * Calls at the merchant's word. They reject with `INVALID_ADMISSION_DATA` for a malformed field, before anything goes out;
 * `FANFARE_REFUSED` when Fanfare does not do it (`fanfareStatus`, `fanfareCode`); `FANFARE_UNAVAILABLE` when nobody can
 * tell, which is safe to repeat with the error's `idempotencyKey`; and `NOT_IN_DIALECT`.
 */
export interface Calls {
  /**
   * Takes an admission back at Fanfare. Which reasons Fanfare knows differs from page to page of its documentation. When
   * Fanfare has done it, or is away, the ledger lets this consumer claim nothing more here that was granted up to now, also
   * in an outage; an order that runs hears of it by `assertClaim`. Also rejects with `LEDGER_UNAVAILABLE`.
   */
  deny(admission: Triple, reason: string): Promise<void>;
  /** Makes a one-time code with which the shop's own login becomes Fanfare's in the browser. */
  authorizeExternal(user: ExternalUser): Promise<ExternalAuthorization>;
  /** Fanfare's own payment page, in place of the shop's. */
  readonly checkout: {
    /** Also rejects with `ADMISSION_REQUIRED` when `req` holds no admission. */
    create(request: CheckoutByToken | CheckoutByRequest | CheckoutByClaim): Promise<CheckoutSession>;
    cancel(cancellation: Cancellation): Promise<Accepted>;
    refund(refund: Refund): Promise<Accepted>;
  };
}

export interface CallParts extends Omit<ServerCallsModule.ServerCallParts, 'line'> {
  readonly client: Pick<FanfareClient, 'line'>;
  readonly context: Pick<Context, 'keyring' | 'ledger'>;
  readonly states: RequestStates;
}

/** The calls, and their end. */
export function createCalls(parts: CallParts): Calls & { close(): Promise<void> } {
  let loaded: ServerCallsModule.ServerCalls | undefined;
  const calls = (): ServerCallsModule.ServerCalls =>
    (loaded ??= serverCallsModule().createServerCalls({ ...parts, line: parts.client.line }));
  const proofOf = (req: Request): HeldProof => heldProof(parts.context, parts.states, req);
  return {
    deny: async (admission, reason) => {
      try {
        await calls().deny(admission, reason);
      } catch (error) {
        if (isAway(error)) await barHere(parts, admission);
        throw error;
      }
      await barHere(parts, admission);
    },
    authorizeExternal: async (user) => calls().authorizeExternal(user),
    checkout: {
      create: async (request) => calls().checkout.create(withProof(request, proofOf)),
      cancel: async (cancellation) => calls().checkout.cancel(cancellation),
      refund: async (refund) => calls().checkout.refund(refund),
    },
    close: async () => loaded?.close(),
  };
}

function serverCallsModule(): typeof ServerCallsModule {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- by the first call, not at import
  return require('./fanfare-api/server-calls.js') as typeof ServerCallsModule;
}

/** Longer than any admission that was granted before. */
const DENIED_FOR_MS = 30 * 24 * 60 * 60 * 1_000;

function barHere(
  { context, clock }: CallParts,
  admission: Triple & Pick<Admission, 'admittedAt'>,
): Promise<void> {
  const now = clock.now();
  // The time of granting is by Fanfare's clock, which may be ahead of ours.
  const deniedAt = Math.max(now, admission.admittedAt ?? now);
  return context.ledger.deny(admission, { deniedAt, until: now + DENIED_FOR_MS });
}

/** Nobody can tell what Fanfare has done, and until it can be asked the shop's own word is all there is. */
function isAway(error: unknown): boolean {
  return error instanceof FanfareError && error.code === 'FANFARE_UNAVAILABLE';
}

function withProof(
  request: CheckoutByToken | CheckoutByRequest | CheckoutByClaim,
  proofOf: (req: Request) => HeldProof,
): CheckoutByToken | CheckoutByClaim {
  if (!('req' in request)) return request;
  const { req, ...item } = request;
  return { ...item, ...proofOf(req) };
}
