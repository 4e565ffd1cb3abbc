/** The calls around an order; nothing of them is loaded before the first one, or before `ready()`. */
import type { Work } from './completion/work.js';
import type { Fanfare } from './fanfare.js';
import type { Context } from './middleware/context.js';
import type * as OrdersModule from './middleware/orders.js';
import type { RequestStates } from './middleware/request-state.js';
import type { OrderCalls } from './middleware/without-rejections.js';
import type * as WithoutRejectionsModule from './middleware/without-rejections.js';

type Calls = Pick<
  Fanfare,
  'completeAdmission' | 'releaseAdmission' | 'deferAdmission' | 'assertClaim' | 'createReturnUrl'
>;

/** Each may be taken off the instance. `warm()` loads what the first order would load. */
export function orderCallsOf(
  context: Context,
  states: RequestStates,
  completer: Work['completer'],
): { readonly calls: Calls; warm(): void } {
  let made: OrderCalls | undefined;
  const orders = (): OrderCalls => (made ??= createOrders(context, states, completer));
  return {
    calls: {
      completeAdmission: async (reference, order, extras) =>
        orders().completeAdmission(reference, order, extras),
      releaseAdmission: async (reference) => orders().releaseAdmission(reference),
      deferAdmission: async (req, deferral) => orders().deferAdmission(req, deferral),
      assertClaim: async (req) => orders().assertClaim(req),
      createReturnUrl: (req, path) => orders().createReturnUrl(req, path),
    },
    warm() {
      orders();
      completer.warm();
    },
  };
}

function createOrders(context: Context, states: RequestStates, completer: Work['completer']): OrderCalls {
  /* eslint-disable @typescript-eslint/no-require-imports -- by the first call or `ready()`, not at import */
  const { Orders } = require('./middleware/orders.js') as typeof OrdersModule;
  const orders = new Orders(context, states, completer);
  if (context.settings.mode === 'enforce') return orders;
  const { withoutRejections } =
    require('./middleware/without-rejections.js') as typeof WithoutRejectionsModule;
  /* eslint-enable @typescript-eslint/no-require-imports */
  return withoutRejections(orders, context);
}
