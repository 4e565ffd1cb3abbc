/** What a merchant who was given Fanfare's public key may hand in: a judge of signatures that asks nobody. */
import { errorName } from '../fanfare-api/failure.js';
import type { Clock } from '../clock.js';
import type { OnEvent } from '../events.js';
import { throttle } from './watch.js';

/**
 * `signed`: by Fanfare, and not over; whether the admission was used or taken back since, no signature knows. `forged`: by
 * nobody who holds a key of Fanfare's. `unknown`: an opaque token, or there are no keys to tell by.
 */
export type OfflineVerdict = 'signed' | 'forged' | 'unknown';

/** When a verifier is asked, and who wants to hear of what it meets. */
export interface Moment {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly emit: OnEvent;
}

/** See `offlineVerifier` in `express-fanfare/jwks`. */
export interface OfflineVerifier {
  /** Judges a token by its signature. Should wait for no network: a shopper waits for it. */
  verify(token: string, at: Moment): Promise<OfflineVerdict>;
  /** Loads what the first call needs; `fanfare.ready()` waits for it, and rejects when it does. */
  ready?(at: Moment): Promise<void>;
}

/** Judges the signature of a token; never rejects. */
export type SignatureCheck = (token: string) => Promise<OfflineVerdict>;

const TELL_EVERY_MS = 60_000;

/** Makes the check. */
export function createSignatureCheck(verifier: OfflineVerifier, clock: Clock, emit: OnEvent): SignatureCheck {
  const mayTellOfFaults = throttle(clock, TELL_EVERY_MS);
  const mayTellOfForgeries = throttle(clock, TELL_EVERY_MS);
  let forgeries = 0;

  const sawForgery = (): void => {
    forgeries += 1;
    if (!mayTellOfForgeries()) return;
    const message = `Tokens were refused for their signature (${forgeries}). If shoppers complain, Fanfare has other keys than "offlineVerifier".`;
    emit({ type: 'signature.refused', level: 'warn', message, tokens: forgeries });
    forgeries = 0;
  };

  const sawFault = (fault: unknown): 'unknown' => {
    const reason = errorName(fault);
    const message = `"offlineVerifier" failed (${reason}); Fanfare is asked instead.`;
    if (mayTellOfFaults()) emit({ type: 'signature.unchecked', level: 'error', message, reason });
    return 'unknown';
  };

  return async (token) => {
    try {
      const verdict = await verifier.verify(token, { now: clock.now(), emit });
      if (verdict === 'forged') sawForgery();
      return verdict;
    } catch (fault) {
      return sawFault(fault);
    }
  };
}
