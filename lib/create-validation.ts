/** Who is asked whether a token is good: Fanfare for a request, and again behind it about those let in unchecked. */
import { compact } from './admission/compact.js';
import type { LedWork } from './completion/leadership.js';
import type * as RevalidationModule from './completion/revalidation.js';
import type * as UnverifiedModule from './completion/unverified.js';
import type { FanfareClient } from './fanfare-api/client.js';
import { handoffTokensOnNeed } from './handoff-tokens-on-need.js';
import type { Context } from './middleware/context.js';
import type { CheckedOptions } from './options.js';
import { createKeyring } from './tokens/keyring.js';
import { openToken, sealToken } from './tokens/seal.js';
import { validatorOnNeed } from './validator-on-need.js';

export type Validation = Pick<Context, 'keyring' | 'handoffTokens' | 'unverified'> & {
  readonly validator: ReturnType<typeof validatorOnNeed>;
  /** Called once, at the start; only the leader starts what it makes. */
  readonly createRevalidation: () => LedWork;
  close(): Promise<void>;
};

export function createValidation(
  checked: CheckedOptions,
  { emit, client }: Pick<Context, 'emit'> & { readonly client: FanfareClient },
): Validation {
  const { settings, secrets, dialect, ledger, clock } = checked;
  const { organizationId, maxUnverified: most } = settings;
  const keyring = createKeyring(secrets);
  const validator = validatorOnNeed({ organizationId, dialect: dialect.name, clock, emit, client });
  const handoffTokens = handoffTokensOnNeed(checked, emit);
  const seal = {
    seal: (token: string, admissionId: string) => sealToken(keyring, token, admissionId),
    open: (sealed: string, admissionId: string) => openToken(keyring, sealed, admissionId),
  };
  const parts = { ledger, clock, emit, seal };
  return {
    keyring,
    validator,
    handoffTokens: handoffTokens.check,
    unverified: {
      letIn: async (...given) =>
        unverified()
          .createUnverified({ ...parts, most })
          .letIn(...given),
    },
    createRevalidation: () =>
      revalidation().createRevalidation({
        ...parts,
        ask: (claimed) => validator.page(claimed, compact({ notAfter: claimed.expiresAt })),
      }),
    close: () => handoffTokens.close(),
  };
}

/* eslint-disable @typescript-eslint/no-require-imports -- by an outage and by the start, not at import */
function unverified(): typeof UnverifiedModule {
  return require('./completion/unverified.js') as typeof UnverifiedModule;
}

function revalidation(): typeof RevalidationModule {
  return require('./completion/revalidation.js') as typeof RevalidationModule;
}
