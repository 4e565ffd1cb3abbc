/** Notices from the verdicts that Fanfare cannot be asked, or that we are set up wrongly, and says so, not too often. */
import { compact } from '../admission/compact.js';
import type { Unknown, Verdict } from '../admission/verdict.js';
import type { Clock } from '../clock.js';
import type { OnEvent } from '../events.js';

const UNAVAILABLE_EVERY_MS = 10_000;
const MISCONFIGURED_EVERY_MS = 60_000;
/** So many answers of the bare kind, and nothing else ever, look like a wrong address, dialect or organization. */
const BARE_ANSWERS = 5;
const CHECK = 'check "api.baseUrl" (FANFARE_API_URL), "api.dialect" and the organization id';
const AWAY = 'Fanfare is away: only one call each 5 seconds goes out until it is back.';

export interface Watch {
  /** Hand it every verdict that was asked for, before what it changed. */
  readonly saw: (verdict: Verdict) => void;
  /** Fanfare fails as a whole from now on, or does not any more. */
  readonly changed: (is: 'away' | 'back') => void;
}

/** Makes the watcher. */
export function createWatch(clock: Clock, emit: OnEvent): Watch {
  const mayWarn = throttle(clock, UNAVAILABLE_EVERY_MS);
  const mayAccuse = throttle(clock, MISCONFIGURED_EVERY_MS);
  let understood = false;
  let bareAnswers = 0;

  const accuse = (status: number | undefined, reason: string): void => {
    if (!mayAccuse()) return;
    const message = `Fanfare looks misconfigured: ${reason}.`;
    emit(
      compact({ type: 'fanfare.misconfigured' as const, level: 'error' as const, message, reason, status }),
    );
  };

  const unavailable = (message: string, { reason, status }: Pick<Unknown, 'reason' | 'status'>): void => {
    emit(compact({ type: 'fanfare.unavailable' as const, level: 'warn' as const, message, reason, status }));
  };

  const sawUnknown = (unknown: Unknown): void => {
    const { reason, status, misconfigured } = unknown;
    if (misconfigured !== undefined) accuse(status, misconfigured);
    if (status === 401)
      accuse(status, 'it refuses the secret key (401); check FANFARE_SECRET_KEY and whose it is');
    if (mayWarn()) unavailable(`Fanfare could not be asked whether a token is good: ${reason}.`, unknown);
  };

  const sawStatus = (verdict: Verdict): void => {
    const bare = bareStatus(verdict);
    understood ||= bare === undefined && verdict.answer !== 'unknown';
    if (!understood && bare !== undefined && ++bareAnswers >= BARE_ANSWERS) {
      accuse(bare, `nothing but answers that any address gives, ${bareAnswers} by now (${bare}); ${CHECK}`);
    }
  };

  return {
    saw(verdict) {
      if (verdict.answer === 'unknown') sawUnknown(verdict);
      sawStatus(verdict);
    },
    changed(is) {
      if (is === 'away') unavailable(AWAY, { reason: 'more than half of the latest 20 calls failed' });
      else emit({ type: 'fanfare.recovered', level: 'info', message: 'Fanfare answers again.' });
    },
  };
}

/** The status of an answer that anybody would get from a wrong address, or in a wrong dialect. */
function bareStatus(verdict: Verdict): number | undefined {
  if (verdict.answer === 'unknown') return isElsewhere(verdict) ? verdict.status : undefined;
  if (verdict.answer === 'yes' || verdict.code !== 'ADMISSION_INVALID') return undefined;
  return verdict.status === 403 || verdict.status === 404 ? verdict.status : undefined;
}

/** A web page, a redirect or a path without such a method: something is there, and it is not what we look for. */
function isElsewhere({ status = 0 }: Unknown): boolean {
  return status === 405 || (status >= 200 && status < 400);
}

/** Says yes at most once in a period. */
export function throttle(clock: Clock, periodMs: number): () => boolean {
  let silentUntil = -Infinity;
  return () => {
    const now = clock.now();
    if (now < silentUntil) return false;
    silentUntil = now + periodMs;
    return true;
  };
}
