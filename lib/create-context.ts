/** What the middlewares are given, put together from the options and the finished parts. */
import { compact } from './admission/compact.js';
import type { Work } from './completion/work.js';
import type { Validation } from './create-validation.js';
import { assertSpoken } from './fanfare-api/gaps.js';
import { askedLedger } from './middleware/asked-ledger.js';
import type { Context } from './middleware/context.js';
import { cookieStyle } from './middleware/cookies.js';
import { held } from './middleware/sessions.js';
import type { CheckedOptions } from './options.js';
import { readSession } from './tokens/session.js';
import { createCeiling } from './validation/ceiling.js';
import { createSignatureCheck } from './validation/offline-verifier.js';
import { rememberVerified } from './validation/verified-sessions.js';

interface ContextParts extends Pick<Context, 'emit' | 'owner' | 'watch'> {
  readonly validation: Validation;
  readonly reconciler: Work['reconciler'];
}

export function createContext(
  { settings, insecure, dialect, supplied, ledger, clock, ...checked }: CheckedOptions,
  { emit, validation, owner, reconciler, watch }: ContextParts,
): Context {
  const { organizationId } = settings;
  const { offlineVerifier, coldPerMinute: perMinute, handoff } = checked;
  const { keyring, validator, handoffTokens, unverified } = validation;
  const cookies = cookieStyle({ insecure, embedded: settings.frameAncestors !== undefined });
  return {
    settings,
    clock,
    emit,
    keyring,
    ...compact({ handoff }),
    cookies,
    verifiedSession: rememberVerified((text) => {
      const carried = readSession(keyring, organizationId, text);
      return carried && held(carried, text, settings, cookies);
    }),
    validator,
    ...(perMinute === undefined ? {} : { ceiling: createCeiling({ clock, emit, perMinute }) }),
    handoffTokens,
    signatureOf: createSignatureCheck(offlineVerifier, clock, emit),
    ledger: askedLedger({ ledger, clock, emit }),
    reconciler,
    unverified,
    owner,
    assertSpoken: (operations, types) => {
      assertSpoken({ dialect, supplied }, operations, types);
    },
    watch,
  };
}
