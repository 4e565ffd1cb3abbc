/** Reading the merchant's options one by one: each throws a `TypeError` that names the option and what it got. */
import { compact } from './admission/compact.js';
import { isId } from './admission/identity.js';
import type { Clock } from './clock.js';
import { systemClock } from './clock.js';
import { DOCTOR_CODES, type DoctorCode } from './doctor/codes.js';
import type { DoctorSettings } from './doctor/doctor.js';
import { safely } from './events.js';
import type { SecretKey } from './fanfare-api/secret-key.js';
import type { Ledger } from './ledger/ledger.js';
import type { Settings } from './middleware/context.js';
import { TOKEN_NAMES, type TokenNames } from './middleware/token-sources.js';
import { location } from './middleware/url.js';
import type { FanfareOptions } from './fanfare-options.js';
import type { CheckedOptions } from './options.js';
import { checkOptions, kindOf } from './option-checks.js';
import type { OfflineVerifier } from './validation/offline-verifier.js';

export function readOrganization(value: unknown): string {
  if (isId(value)) return value;
  throw new TypeError(
    `"organizationId" must be your Fanfare organization's id (org_…), got ${kindOf(value)}; set it or FANFARE_ORGANIZATION_ID`,
  );
}

export function readSecretKey(value: unknown): SecretKey {
  if (typeof value === 'function') return value as () => string | Promise<string>;
  if (typeof value === 'string' && value.startsWith('pk_')) {
    throw new TypeError(
      '"secretKey" is a publishable key (pk_…): that one is for browsers, the server needs the secret key (sk_…)',
    );
  }
  if (typeof value === 'string' && /^[\u0021-\u007e]{8,512}$/.test(value)) return value;
  throw new TypeError(
    `"secretKey" must be a secret key (sk_…) without spaces or line ends, got ${kindOf(value)}; set it or FANFARE_SECRET_KEY`,
  );
}

export function readSecrets(value: unknown): readonly string[] {
  return readSecretList(
    'session.secrets',
    value,
    '; set it or FANFARE_SESSION_SECRET, for instance to the output of: openssl rand -hex 32',
  );
}

/** One secret, or a list of them; `advice` ends the error. */
export function readSecretList(option: string, value: unknown, advice = ''): readonly string[] {
  const secrets: readonly unknown[] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  const short = secrets.findIndex((secret) => typeof secret !== 'string' || Buffer.byteLength(secret) < 32);
  if (secrets.length > 0 && short === -1) return secrets as readonly string[];
  throw new TypeError(
    `"${option}" must be a list of texts of at least 32 bytes each, got ${kindOf(short === -1 ? value : secrets[short])}${advice}`,
  );
}

export function readInsecure(value: unknown, secretKey: SecretKey): boolean {
  if (value === undefined || value === false) return false;
  if (value !== true) throw new TypeError(`"session.insecure" must be true or false, got ${kindOf(value)}`);
  if (typeof secretKey === 'string' && secretKey.startsWith('sk_live_')) {
    throw new TypeError(
      '"session.insecure" is for development over plain http and refuses a live key (sk_live_…)',
    );
  }
  return true;
}

export function readLedger(value: unknown): Ledger {
  if (typeof value === 'object' && value !== null && 'claim' in value && 'complete' in value)
    return value as Ledger;
  throw new TypeError(
    `"ledger" must be a ledger, such as sqliteLedger({ file }) from "express-fanfare/sqlite", got ${kindOf(value)}; without one, claims and completions could not survive a restart`,
  );
}

export function readOfflineVerifier(value: unknown): Pick<CheckedOptions, 'offlineVerifier'> {
  if (value === undefined) return {};
  if (typeof value === 'object' && value !== null && 'verify' in value && typeof value.verify === 'function')
    return { offlineVerifier: value as OfflineVerifier };
  throw new TypeError(
    `"offlineVerifier" must be a verifier, such as offlineVerifier({ keys }) from "express-fanfare/jwks", got ${kindOf(value)}`,
  );
}

export function readExperienceUrl(value: unknown): Settings['experienceUrl'] {
  if (typeof value === 'function') return value as Settings['experienceUrl'];
  const url = location(value, 'experienceUrl');
  if (!URL.canParse(url, 'https://shop.example')) {
    throw new TypeError(`"experienceUrl" names a host or a port that cannot be, in ${kindOf(value)}`);
  }
  return () => url;
}

export function readTokenNames(names: Partial<TokenNames>): TokenNames {
  checkOptions('createFanfare: "tokenNames"', names, Object.keys(TOKEN_NAMES));
  const header = readHeaderName('tokenNames.header', names.header ?? TOKEN_NAMES.header);
  for (const where of ['query', 'body', 'bare'] as const) readNames(where, names[where]);
  return { ...TOKEN_NAMES, ...compact(names), header };
}

/** In lower case, as Node keeps it. */
export function readHeaderName(name: string, value: unknown): string {
  if (typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value)) return value.toLowerCase();
  throw new TypeError(`"${name}" must be the name of a header, got ${kindOf(value)}`);
}

/** An empty list is right: it turns one place off. */
function readNames(where: string, list: unknown): void {
  const isName = (name: unknown): boolean => typeof name === 'string' && name !== '';
  if (list === undefined || (Array.isArray(list) && list.every(isName))) return;
  throw new TypeError(`"tokenNames.${where}" must be a list of names, got ${kindOf(list)}`);
}

function readPace(perMinute: unknown): { readonly deliveriesPerMinute?: number } {
  if (perMinute === undefined) return {};
  if (typeof perMinute === 'number' && Number.isFinite(perMinute) && perMinute > 0)
    return { deliveriesPerMinute: perMinute };
  throw new TypeError(`"deliveriesPerMinute" must be a number above 0, got ${kindOf(perMinute)}`);
}

/** How completions reach Fanfare. */
export function readDelivery(options: FanfareOptions): CheckedOptions['delivery'] {
  const { deliveries: mode = 'automatic', overdueSeconds, deliveriesPerMinute } = options;
  if (!['automatic', 'manual'].includes(mode)) {
    throw new TypeError(`"deliveries" must be 'automatic' or 'manual', got ${kindOf(mode)}`);
  }
  const onOverdue = readFunction('onOverdue', options.onOverdue);
  return {
    mode,
    overdueSeconds: milliseconds('overdueSeconds', overdueSeconds, 1_800, 1) / 1_000,
    ...readPace(deliveriesPerMinute),
    ...compact({ onOverdue: onOverdue && safely('onOverdue', onOverdue) }),
  };
}

const YEAR_SECONDS = 31_536_000;

export function milliseconds(name: string, value: unknown, preset: number, least: number): number {
  const seconds = value ?? preset;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < least || seconds > YEAR_SECONDS) {
    throw new TypeError(
      `"${name}" must be a number of seconds from ${String(least)} to ${String(YEAR_SECONDS)}, got ${kindOf(value)}`,
    );
  }
  return seconds * 1_000;
}

export function readDoctor(value: unknown = true): DoctorSettings {
  if (typeof value === 'boolean') return { watches: value, silenced: [] };
  if (Array.isArray(value) && value.every((code) => (DOCTOR_CODES as readonly unknown[]).includes(code)))
    return { watches: true, silenced: value as readonly DoctorCode[] };
  throw new TypeError(
    `"doctor" must be false, or a list of codes to be silent about out of ${DOCTOR_CODES.join(', ')}, got ${kindOf(value)}`,
  );
}

export function readClock(value: unknown): Clock {
  if (value === undefined) return systemClock;
  const { now, after } = Object(value) as Record<string, unknown>;
  if (typeof now === 'function' && typeof after === 'function') return value as Clock;
  throw new TypeError(`"clock" must have the functions "now" and "after", got ${kindOf(value)}`);
}

export function readFunction<T>(name: string, value: T): T {
  if (value === undefined || typeof value === 'function') return value;
  throw new TypeError(`"${name}" must be a function, got ${kindOf(value)}`);
}
