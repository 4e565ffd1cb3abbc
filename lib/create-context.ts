/** What the middlewares are given, put together from the options and the finished parts. */
import { compact } from './admission/compact.js';
import type { Work } from './completion/work.js';
import type { Validation } from './create-validation.js';
import { assertSpoken } from './fanfare-api/gaps.js';
import { askedLedger } from './middleware/asked-ledger.js';
import type { Context } from './middleware/context.js';
import { cookieStyle } from './middleware/cookies.js';
import { held, showing } from './middleware/sessions.js';
import type { CheckedOptions } from './options.js';
import { readSession } from './tokens/session.js';
import type { Ceiling, CeilingOptions } from './validation/ceiling.js';
import type * as CeilingModule from './validation/ceiling.js';
import type * as SignaturesModule from './validation/offline-verifier.js';
import type { SignatureCheck } from './validation/offline-verifier.js';
import { rememberVerified } from './validation/verified-sessions.js';

interface ContextParts extends Pick<Context, 'emit' | 'owner' | 'watch'> {
  readonly validation: Validation;
  readonly reconciler: Work['reconciler'];
}

export function createContext(
  checked: CheckedOptions,
  { emit, validation, owner, reconciler, watch }: ContextParts,
): Context {
  const { settings, insecure, dialect, supplied, ledger, clock } = checked;
  const { organizationId } = settings;
  const { coldPerMinute: perMinute, handoff } = checked;
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
      return carried && showing(checked, held(carried, text, settings, cookies));
    }),
    validator,
    ...(perMinute === undefined ? {} : { ceiling: ceilingOnNeed({ clock, emit, perMinute }) }),
    handoffTokens,
    signatureOf: signatureCheck(checked, emit),
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

function ceilingOnNeed(options: CeilingOptions): Ceiling {
  let made: Ceiling | undefined;
  const load = (): Ceiling => (made ??= ceilings().createCeiling(options));
  return { within: async (client, ask) => load().within(client, ask) };
}

/** Without a verifier no signature says anything. */
function signatureCheck({ offlineVerifier, clock }: CheckedOptions, emit: Context['emit']): SignatureCheck {
  if (offlineVerifier === undefined) return () => Promise.resolve('unknown');
  return signatures().createSignatureCheck(offlineVerifier, clock, emit);
}

/* eslint-disable @typescript-eslint/no-require-imports -- by the first token and those with a verifier, not at import */
function ceilings(): typeof CeilingModule {
  return require('./validation/ceiling.js') as typeof CeilingModule;
}

function signatures(): typeof SignaturesModule {
  return require('./validation/offline-verifier.js') as typeof SignaturesModule;
}
