/** What the middlewares are given, put together from the options and the finished parts. */
import { compact } from './admission/compact.js';
import { createUnverified } from './completion/unverified.js';
import type { Work } from './completion/work.js';
import type { FanfareClient } from './fanfare-api/client.js';
import type { HandoffClient } from './fanfare-api/handoffs.js';
import { assertSpoken } from './fanfare-api/gaps.js';
import { askedLedger } from './middleware/asked-ledger.js';
import type { Context } from './middleware/context.js';
import { cookieStyle } from './middleware/cookies.js';
import { held } from './middleware/sessions.js';
import type { CheckedOptions } from './options.js';
import { createKeyring } from './tokens/keyring.js';
import { readSession } from './tokens/session.js';
import { createCeiling } from './validation/ceiling.js';
import { createHandoffTokens } from './validation/handoff-tokens.js';
import { createSignatureCheck } from './validation/offline-verifier.js';
import { createValidator } from './validation/validator.js';
import { rememberVerified } from './validation/verified-sessions.js';

interface ContextParts extends Pick<Context, 'emit' | 'owner' | 'watch'> {
  readonly client: FanfareClient;
  readonly handoffClient: HandoffClient;
  readonly reconciler: Work['reconciler'];
}

export function createContext(
  { settings, secrets, insecure, dialect, supplied, ledger, clock, ...checked }: CheckedOptions,
  { emit, client, handoffClient, owner, reconciler, watch }: ContextParts,
): Context {
  const { organizationId } = settings;
  const { offlineVerifier, coldPerMinute: perMinute, handoff } = checked;
  const asker = { organizationId, dialect: dialect.name, clock, emit };
  const keyring = createKeyring(secrets);
  const cookies = cookieStyle({ insecure, embedded: settings.frameAncestors !== undefined });
  const validator = createValidator({ ...asker, client });
  return {
    settings,
    clock,
    emit,
    keyring,
    ...compact({ handoff }),
    cookies,
    verifiedSession: rememberVerified((text) => {
      const session = readSession(keyring, organizationId, text);
      return session === undefined ? undefined : held(session, text, settings, cookies);
    }),
    validator,
    ...(perMinute === undefined ? {} : { ceiling: createCeiling({ clock, emit, perMinute }) }),
    handoffTokens: createHandoffTokens(handoffClient, clock, emit),
    signatureOf: createSignatureCheck(offlineVerifier, clock, emit),
    ledger: askedLedger({ ledger, clock, emit }),
    reconciler,
    unverified: createUnverified({
      ...{ ledger, clock, emit, most: settings.maxUnverified },
      ask: (claimed) => validator.page(claimed, compact({ notAfter: claimed.expiresAt })),
    }),
    owner,
    assertSpoken: (operations, types) => {
      assertSpoken({ dialect, supplied }, operations, types);
    },
    watch,
  };
}
