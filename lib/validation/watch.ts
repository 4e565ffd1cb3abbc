/** Notices from the verdicts that Fanfare cannot be asked, or that we are set up wrongly, and says so, not too often. */
import { compact } from '../admission/compact.js';
import type { No, Unknown, Verdict, Yes } from '../admission/verdict.js';
import type { Clock } from '../clock.js';
import type { OnEvent } from '../events.js';

const UNAVAILABLE_EVERY_MS = 10_000;
const MISCONFIGURED_EVERY_MS = 60_000;
/** So many refusals of the bare kind, and nothing else ever, look like a wrong base address or organization. */
const BARE_REFUSALS = 5;
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
  let bareRefusals = 0;

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
    if (status === 401) accuse(status, 'it refuses the secret key (401)');
    if (mayWarn()) unavailable(`Fanfare could not be asked whether a token is good: ${reason}.`, unknown);
  };

  const sawAnswer = (verdict: Yes | No): void => {
    const bare = bareStatus(verdict);
    understood ||= bare === undefined;
    if (!understood && ++bareRefusals >= BARE_REFUSALS) {
      accuse(bare, `nothing but 403 and 404 in ${bareRefusals} answers; check base address and organization`);
    }
  };

  return {
    saw(verdict) {
      if (verdict.answer === 'unknown') sawUnknown(verdict);
      else sawAnswer(verdict);
    },
    changed(is) {
      if (is === 'away') unavailable(AWAY, { reason: 'more than half of the latest 20 calls failed' });
      else emit({ type: 'fanfare.recovered', level: 'info', message: 'Fanfare answers again.' });
    },
  };
}

/** The status of a refusal that anybody would get from a wrong address or organization. */
function bareStatus(verdict: Yes | No): number | undefined {
  if (verdict.answer === 'yes' || verdict.code !== 'ADMISSION_INVALID') return undefined;
  return verdict.status === 403 || verdict.status === 404 ? verdict.status : undefined;
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
