/** The links that a merchant's server makes for its shoppers; nothing of it is loaded before the first one. */
import type { Fanfare } from './fanfare.js';
import type { Context } from './middleware/context.js';
import type * as HandoffModule from './middleware/handoff.js';
import type { RequestStates } from './middleware/request-state.js';

/** Each may be taken off the instance. */
export function linksOf(context: Context, states: RequestStates): Pick<Fanfare, 'createHandoffUrl'> {
  return {
    createHandoffUrl: async (reference, handoff) =>
      handoffs().createHandoffUrl(context, states, reference, handoff),
  };
}

function handoffs(): typeof HandoffModule {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- by the first link, not at import
  return require('./middleware/handoff.js') as typeof HandoffModule;
}
