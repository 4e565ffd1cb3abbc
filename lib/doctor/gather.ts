/** Gathers facts from where somebody has to be asked: options, the ledger, Fanfare. Nothing here rejects. */
import type { Clock } from '../clock.js';
import { within } from '../completion/time-limit.js';
import { withDeadline } from '../fanfare-api/deadline.js';
import { askHealth, type HealthQuestion } from '../fanfare-api/health.js';
import { type Answer, sentAt } from '../fanfare-api/http-answer.js';
import { currentKey } from '../fanfare-api/secret-key.js';
import type { DoctorParts } from './doctor.js';
import { entropyOf } from './entropy.js';
import type { Facts } from './facts.js';
import { kindOfKey } from './key-kind.js';

const OPENING_LIMIT_MS = 10_000;
const KEY_LIMIT_MS = 2_000;

/** What the options tell; a function for the key is asked for it. */
export async function setupFacts(parts: DoctorParts): Promise<Facts> {
  const { settings, secretKey, insecure, ledger, environment = '' } = parts;
  const key = await withDeadline(KEY_LIMIT_MS, (deadline) => currentKey(secretKey, deadline));
  return {
    environment,
    ...(typeof key === 'string' ? { key: kindOfKey(key) } : {}),
    secretEntropy: Math.min(...[...parts.secrets, ...parts.handoffSecrets].map(entropyOf)),
    insecureCookies: insecure,
    hasOrderUrl: settings.orderUrl !== undefined,
    hasFindOrder: settings.hasFindOrder,
    engine: ledger.engine,
  };
}

/** What the ledger says when it is opened. */
export async function ledgerFacts({
  ledger,
  clock,
}: Pick<DoctorParts, 'ledger' | 'clock'>): Promise<Facts['ledger']> {
  try {
    return { warnings: await within(clock, OPENING_LIMIT_MS, 'It', () => ledger.open()) };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

/** What Fanfare says of its health, and by its clock. */
export async function apiFacts(
  question: HealthQuestion,
  clock: Clock,
): Promise<Pick<Facts, 'api' | 'clockAhead'>> {
  const { host, withKey, answer } = await askHealth(question);
  if ('failed' in answer) return { api: { host, withKey, answer: { fault: answer.failed } } };
  const clockAhead = clockAheadOf(answer, clock.now());
  return {
    api: { host, withKey, answer: { status: answer.status } },
    ...(clockAhead === undefined ? {} : { clockAhead }),
  };
}

/** How far a clock that says `now` is ahead of the sender's, in milliseconds. */
export function clockAheadOf(answer: Answer, now: number): number | undefined {
  const sent = sentAt(answer);
  return sent === undefined ? undefined : now - sent;
}
