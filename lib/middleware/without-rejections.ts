/** Report-only mode of the calls: what would have been rejected is said, and the shop goes on. */
import type { RequestAdmission } from '../admission/admission.js';
import type { CompletedAdmission } from '../completion/late-payment.js';
import type { FanfareErrorCode } from '../errors.js';
import { FanfareError } from '../errors.js';
import type { Context } from './context.js';
import type { HandoffUrlOptions } from './handoff.js';
import type { Request } from './http.js';
import type { CompleteExtras, Orders } from './orders.js';

export type OrderCalls = Pick<
  Orders,
  'assertClaim' | 'createReturnUrl' | 'deferAdmission' | 'completeAdmission' | 'releaseAdmission'
>;

/** Nothing is held against a shopper in this mode. */
const IN_TIME: CompletedAdmission = { late: false, outcome: 'honour', isNew: false };

/** The calls around an order, which in this mode resolve where they would have rejected with a `FanfareError`. */
export function withoutRejections(orders: OrderCalls, { emit }: Pick<Context, 'emit'>): OrderCalls {
  const instead = insteadOf(emit);
  return {
    assertClaim: (req) => orders.assertClaim(req).catch(instead('assertClaim', undefined)),
    createReturnUrl: (req, path) => {
      try {
        return orders.createReturnUrl(req, path);
      } catch (error) {
        return instead('createReturnUrl', path)(error);
      }
    },
    deferAdmission: (req, deferral) =>
      orders.deferAdmission(req, deferral).catch(instead('deferAdmission', undefined)),
    completeAdmission: (reference, order, extras) =>
      orders
        .completeAdmission(reference, order, extras)
        .catch(instead('completeAdmission', IN_TIME, faultOfTransaction(extras))),
    releaseAdmission: (reference) =>
      orders.releaseAdmission(reference).catch(instead('releaseAdmission', false)),
  };
}

type CreateHandoffUrl = (
  reference: Request | RequestAdmission,
  options: HandoffUrlOptions,
) => Promise<string>;

/** `createHandoffUrl` in this mode: without an admission to hand over, the shopper goes to the same page without one. */
export function orWithoutLink(create: CreateHandoffUrl, { emit }: Pick<Context, 'emit'>): CreateHandoffUrl {
  const instead = insteadOf(emit);
  return (reference, options) => create(reference, options).catch(instead('createHandoffUrl', options.url));
}

/** Says a rejection and resolves otherwise; what is no refusal, or is to stay one, is thrown as ever. */
function insteadOf(emit: Context['emit']) {
  return <T>(call: string, otherwise: T, staying?: FanfareErrorCode) =>
    (error: unknown): T => {
      if (!(error instanceof FanfareError) || error.code === staying) throw error;
      const { code } = error;
      const message = `${call} would have been rejected with ${code}: ${error.message}`;
      emit({ type: 'admission.refused', level: 'warn', message, code, enforced: false });
      return otherwise;
    };
}

/** A merchant's transaction that has failed takes their order back at its end, and they must hear of it. */
function faultOfTransaction(extras: CompleteExtras = {}): FanfareErrorCode | undefined {
  return extras.transaction === undefined ? undefined : 'LEDGER_UNAVAILABLE';
}
