/** The links that a merchant's server makes for its shoppers; nothing of it is loaded before the first one. */
import type { Fanfare } from './fanfare.js';
import type { Context } from './middleware/context.js';
import type * as HandoffModule from './middleware/handoff.js';
import type { RequestStates } from './middleware/request-state.js';
import type * as WinnerLinkModule from './middleware/winner-link.js';
import type * as WithoutRejectionsModule from './middleware/without-rejections.js';

/** Each may be taken off the instance. */
export function linksOf(
  context: Context,
  states: RequestStates,
): Pick<Fanfare, 'createHandoffUrl' | 'createWinnerLink'> {
  const createHandoffUrl: Fanfare['createHandoffUrl'] = async (reference, options) =>
    handoffs().createHandoffUrl(context, states, reference, options);
  return {
    createHandoffUrl:
      context.settings.mode === 'enforce'
        ? createHandoffUrl
        : withoutRejections().orWithoutLink(createHandoffUrl, context),
    createWinnerLink: async (admission, link) => winners().createWinnerLink(context, admission, link),
  };
}

function handoffs(): typeof HandoffModule {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- by the first link, not at import
  return require('./middleware/handoff.js') as typeof HandoffModule;
}

function winners(): typeof WinnerLinkModule {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- by the first link, not at import
  return require('./middleware/winner-link.js') as typeof WinnerLinkModule;
}

function withoutRejections(): typeof WithoutRejectionsModule {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- in report-only mode, not at import
  return require('./middleware/without-rejections.js') as typeof WithoutRejectionsModule;
}
