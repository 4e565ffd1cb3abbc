/** The check of Fanfare's own handoff tokens, loaded by the first one: few shops meet any. */
import type { CheckedOptions } from './options.js';
import { parseBaseUrl } from './fanfare-api/base-url.js';
import type * as HandoffsModule from './fanfare-api/handoffs.js';
import type { Context } from './middleware/context.js';
import type * as HandoffTokensModule from './validation/handoff-tokens.js';

interface Loaded {
  readonly check: Context['handoffTokens'];
  readonly client: HandoffsModule.HandoffClient;
}

/** Throws at once when the address is none. */
export function handoffTokensOnNeed(
  { settings: { organizationId }, secretKey, handoffs, clock }: CheckedOptions,
  emit: Context['emit'],
): { readonly check: Context['handoffTokens']; close(): Promise<void> } {
  parseBaseUrl(handoffs.baseUrl, 'api.handoffBaseUrl');
  let loaded: Loaded | undefined;
  const load = (): Loaded => {
    /* eslint-disable @typescript-eslint/no-require-imports -- by the first token, not at import */
    const { createHandoffClient } = require('./fanfare-api/handoffs.js') as typeof HandoffsModule;
    const { createHandoffTokens } = require('./validation/handoff-tokens.js') as typeof HandoffTokensModule;
    /* eslint-enable @typescript-eslint/no-require-imports */
    const client = createHandoffClient({ ...handoffs, organizationId, secretKey, clock });
    return { client, check: createHandoffTokens(client, clock, emit) };
  };
  return {
    check: (token) => (loaded ??= load()).check(token),
    close: async () => loaded?.client.close(),
  };
}
