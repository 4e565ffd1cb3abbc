/** What a merchant mounts: the guards and the routes. */
import type { Work } from './completion/work.js';
import type { Fanfare } from './fanfare.js';
import type * as AcceptReturn from './middleware/accept-return.js';
import type { Context } from './middleware/context.js';
import { attachMiddleware, claimMiddleware, requireMiddleware } from './middleware/middlewares.js';
import type { RequestStates } from './middleware/request-state.js';
import type * as Routes from './middleware/routes.js';
import type * as WinnerPage from './middleware/winner-page.js';

/** Each may be taken off the instance. */
export function mountsOf(
  context: Context,
  states: RequestStates,
  deliveries: Pick<Work, 'state'>,
): Pick<
  Fanfare,
  'attachAdmission' | 'requireAdmission' | 'claimAdmission' | 'acceptReturn' | 'winnerPage' | 'routes'
> {
  return {
    attachAdmission: (...given: readonly unknown[]) => {
      refuseRequest('attachAdmission', given);
      return attachMiddleware(context, states);
    },
    requireAdmission: (guard = {}, ...more: readonly unknown[]) => {
      refuseRequest('requireAdmission', more);
      return requireMiddleware(context, states, guard);
    },
    claimAdmission: (guard = {}, ...more: readonly unknown[]) => {
      refuseRequest('claimAdmission', more);
      return claimMiddleware(context, states, guard);
    },
    acceptReturn: (options = {}, ...more: readonly unknown[]) => {
      refuseRequest('acceptReturn', more);
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- by those who send shoppers to a bank, not at import
      const { returnMiddleware } = require('./middleware/accept-return.js') as typeof AcceptReturn;
      return returnMiddleware(context, states, options);
    },
    winnerPage: (options = {}, ...more: readonly unknown[]) => {
      refuseRequest('winnerPage', more);
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- by those who send links to winners, not at import
      const { winnerMiddleware } = require('./middleware/winner-page.js') as typeof WinnerPage;
      return winnerMiddleware(context, states, options);
    },
    routes: (...given: readonly unknown[]) => {
      refuseRequest('routes', given);
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- by those who mount them, not at import
      const { createRoutes } = require('./middleware/routes.js') as typeof Routes;
      return createRoutes({ context, states, deliveries });
    },
  };
}

/** `app.use(fanfare.routes)` would make a router for each request and answer none. */
function refuseRequest(call: string, given: readonly unknown[]): void {
  if (given.length > 0)
    throw new TypeError(`Mount what ${call}() returns: write fanfare.${call}(), with "()"`);
}
