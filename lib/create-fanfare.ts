/** Composition: options are checked once, the parts are put together, and the merchant gets one object. */
import { randomUUID } from 'node:crypto';
import { compact } from './admission/compact.js';
import type { Order } from './admission/order.js';
import type { Delivered } from './completion/deliver-one.js';
import type { Completions } from './completion/operate.js';
import { createUnverified } from './completion/unverified.js';
import { createWork, type Work } from './completion/work.js';
import { safely } from './events.js';
import { createFanfareClient } from './fanfare-api/client.js';
import { askedLedger } from './middleware/asked-ledger.js';
import type { Context } from './middleware/context.js';
import { cookieStyle } from './middleware/cookies.js';
import type { ClaimGuardOptions, GuardOptions } from './middleware/guard-options.js';
import type { Middleware, Request } from './middleware/http.js';
import { attachMiddleware, claimMiddleware, requireMiddleware } from './middleware/middlewares.js';
import { type AdmissionReference, type CompleteExtras, Orders } from './middleware/orders.js';
import { RequestStates } from './middleware/request-state.js';
import { createRoutes } from './middleware/routes.js';
import { held } from './middleware/sessions.js';
import type { FanfareOptions } from './fanfare-options.js';
import { type CheckedOptions, readOptions } from './options.js';
import { createKeyring } from './tokens/keyring.js';
import { readSession } from './tokens/session.js';
import { createSignatureCheck } from './validation/offline-verifier.js';
import { createValidator } from './validation/validator.js';
import { rememberVerified } from './validation/verified-sessions.js';

/** One merchant's Fanfare: middlewares, calls around an order, and the deliveries behind them. */
export interface Fanfare {
  /** For `app.use`: sets `req.admission` when the request holds one; never refuses. */
  attachAdmission(): Middleware;
  /** A route guard for page loads. */
  requireAdmission(options?: GuardOptions): Middleware;
  /** A route guard for the submit: validated afresh, held for this one order. */
  claimAdmission(options?: ClaimGuardOptions): Middleware;
  /**
   * Records that an order used the admission; resolves when the ledger holds it, without waiting for Fanfare. The same
   * order again is a no-op. Rejects with `ADMISSION_USED` (and the winner's order id), `ADMISSION_AMBIGUOUS`,
   * `ADMISSION_REQUIRED`, `INVALID_ADMISSION_DATA` or `LEDGER_UNAVAILABLE`; with a `TypeError` when `transaction` is not
   * one that this ledger can write in.
   */
  completeAdmission(reference: AdmissionReference, order: Order, extras?: CompleteExtras): Promise<void>;
  /** Gives a claim back because no order came of it. Resolves to whether there was one to give back. */
  releaseAdmission(reference: AdmissionReference): Promise<boolean>;
  /** Keeps the payment provider's reference with this attempt; the next attempt finds it in `req.admission.superseded`. */
  deferAdmission(req: Request, deferral: { readonly reference: string }): Promise<void>;
  /** Directly before a charge or commit: rejects with `CLAIM_LOST` when another attempt took over. */
  assertClaim(req: Request): Promise<void>;
  /**
   * Tells Fanfare about this admission's order now, for shops whose own job engine drives deliveries. Resolves when
   * nothing is left to do; rejects with `FANFARE_UNAVAILABLE` when it is to be called again, `LEDGER_UNAVAILABLE`, or
   * `INVALID_ADMISSION_DATA` when no order is recorded for the id.
   */
  deliver(admissionId: string): Promise<Delivered>;
  /** What an operator may do with completions: list, show, retry, discard. */
  readonly completions: Completions;
  /** `POST /admission`, `GET /session`, `GET /health`; mount at `/fanfare` or `/api/fanfare`. */
  routes(): Middleware;
  /** Opens the ledger and loads what the first call to Fanfare needs; optional, and best done before the sale. */
  ready(): Promise<void>;
  /** Stops deliveries, lets running ones finish, closes the connections and the ledger. */
  close(): Promise<void>;
}

/** Makes a Fanfare. Throws a `TypeError` that names the option when one is wrong or missing. Deliveries start at once. */
export function createFanfare(options: FanfareOptions): Fanfare {
  const checked = readOptions(options, process.env);
  const emit = safely('onEvent', checked.onEvent);
  const client = createClient(checked);
  const owner = randomUUID();
  const work = createWork({ ...checked, emit, client, owner, random: Math.random });
  const context = createContext(checked, { emit, client, owner, reconciler: work.reconciler });
  const states = new RequestStates(context);
  const orders = new Orders(context, states, work.completer);
  work.start();
  return {
    attachAdmission: (...given: readonly unknown[]) => {
      refuseRequest('attachAdmission', given);
      return attachMiddleware(context, states);
    },
    requireAdmission: (guard = {}) => requireMiddleware(context, states, guard),
    claimAdmission: (guard = {}) => claimMiddleware(context, states, guard),
    completeAdmission: (reference, order, extras) => orders.completeAdmission(reference, order, extras),
    releaseAdmission: (reference) => orders.releaseAdmission(reference),
    deferAdmission: (req, deferral) => orders.deferAdmission(req, deferral),
    assertClaim: (req) => orders.assertClaim(req),
    deliver: (admissionId) => work.deliver(admissionId),
    completions: work.completions,
    routes: (...given: readonly unknown[]) => {
      refuseRequest('routes', given);
      return createRoutes({ context, states, deliveries: work });
    },
    ready: async () => {
      const { offlineVerifier, clock } = checked;
      await Promise.all([work.open(), client.warm(), offlineVerifier?.ready?.({ now: clock.now(), emit })]);
    },
    close: async () => {
      await Promise.all([work.stop(), context.unverified.stop()]);
      await client.close();
      await checked.ledger.close();
    },
  };
}

/** `app.use(fanfare.routes)` would make a router for each request and answer none. */
function refuseRequest(call: string, given: readonly unknown[]): void {
  if (given.length > 0) throw new TypeError(`Mount what ${call}() returns: app.use(fanfare.${call}())`);
}

function createClient({ settings, secretKey, dialect, baseUrl, clock }: CheckedOptions) {
  const { organizationId } = settings;
  return createFanfareClient({
    organizationId,
    secretKey,
    dialect,
    clock,
    ...compact({ baseUrl }),
  });
}

interface ContextParts extends Pick<Context, 'emit' | 'owner'> {
  readonly client: ReturnType<typeof createClient>;
  readonly reconciler: Work['reconciler'];
}

function createContext(
  { settings, secrets, insecure, dialect, ledger, clock, offlineVerifier }: CheckedOptions,
  { emit, client, owner, reconciler }: ContextParts,
): Context {
  const { organizationId } = settings;
  const keyring = createKeyring(secrets);
  const cookies = cookieStyle(insecure);
  const validator = createValidator({ client, organizationId, dialect, clock, emit });
  return {
    settings,
    clock,
    emit,
    keyring,
    cookies,
    verifiedSession: rememberVerified((text) => {
      const session = readSession(keyring, organizationId, text);
      return session === undefined ? undefined : held(session, text, settings, cookies);
    }),
    validator,
    signatureOf: createSignatureCheck(offlineVerifier, clock, emit),
    ledger: askedLedger({ ledger, clock, emit }),
    reconciler,
    unverified: createUnverified({
      ...{ ledger, clock, emit, most: settings.maxUnverified },
      ask: (claimed) => validator.page(claimed, compact({ notAfter: claimed.expiresAt })),
    }),
    owner,
  };
}
