/** The merchant's options: named, documented, checked once, and completed from the environment. */
import { isId } from './admission/identity.js';
import type { Clock } from './clock.js';
import { systemClock } from './clock.js';
import type { FindOrder } from './completion/lookup.js';
import { type OnEvent, warnOnStderr } from './events.js';
import { DIALECTS, type DialectName } from './fanfare-api/dialects.js';
import type { SecretKey } from './fanfare-api/secret-key.js';
import type { Ledger } from './ledger/ledger.js';
import type { Settings } from './middleware/context.js';
import { readList } from './middleware/guard-options.js';
import type { Request } from './middleware/http.js';
import { TOKEN_NAMES, type TokenNames } from './middleware/token-sources.js';
import { location } from './middleware/url.js';
import { checkOptions, kindOf } from './option-checks.js';

/** Options of `createFanfare`. A wrong one throws a `TypeError` at construction that names it. */
export interface FanfareOptions {
  /** Default: `FANFARE_ORGANIZATION_ID`, then `FANFARE_ORG_ID`. */
  readonly organizationId?: string;
  /** An `sk_` key, or a function that gives one (then a rotated key needs no restart). Default: `FANFARE_SECRET_KEY`. */
  readonly secretKey?: SecretKey;
  readonly api?: {
    /** https, except on loopback. Default: `FANFARE_API_URL`, then the dialect's own host. */
    readonly baseUrl?: string;
    /** Default `'gateway'`. */
    readonly dialect?: DialectName;
  };
  /** Where a refused page visit goes; default `'/experience'`. */
  readonly experienceUrl?: string | ((req: Request) => string);
  /** Where a finished checkout leads, in the session that made the order. */
  readonly orderUrl?: (orderId: string) => string;
  readonly session?: {
    /** At least 32 bytes each: the first signs, all verify. Default: `FANFARE_SESSION_SECRET`. */
    readonly secrets?: readonly string[];
    /** Cookies without `__Host-` and `Secure`, for plain-http development only; refuses a live key. Default `false`. */
    readonly insecure?: boolean;
    /** How long a session counts when nobody told when the admission ends, in seconds; default 1,800. */
    readonly maxSeconds?: number;
  };
  /** Where claims and completions are kept. There is no default: a guess would lose orders. */
  readonly ledger: Ledger;
  readonly validation?: {
    /** How old a yes may be at submit, in seconds; default 0, always ask. More saves calls on a rate-limited plan. */
    readonly submitMaxAgeSeconds?: number;
  };
  /** The only distributions that any guard of this instance lets in. */
  readonly distributionIds?: readonly string[];
  /** The shop's own customer, as Fanfare knows them; `undefined` = not known, which never fits. May be a promise. */
  readonly consumerOf?: (req: Request) => unknown;
  /** Whether an attempt that ended without a word made an order. A throw means that nobody knows. */
  readonly findOrder?: FindOrder;
  /** Answers refusals in place of the built-in answers. */
  readonly onRefused?: NonNullable<Settings['onRefused']>;
  /** Default: warnings and errors as one line each on stderr. */
  readonly onEvent?: OnEvent;
  /** How long after the admission's end an attempt that began in time may still complete, in seconds; default 900. */
  readonly orderGraceSeconds?: number;
  /** How long a payment elsewhere may take, in seconds; default 1,800. */
  readonly pendingSeconds?: number;
  /** How long a handler may run before its attempt is unresolved, in seconds; default 600. */
  readonly maxClaimSeconds?: number;
  /** Most completions sent per minute; absent = as fast as Fanfare takes them. */
  readonly deliveriesPerMinute?: number;
  /** After how long without delivery `completion.overdue` is said, in seconds; default 1,800. */
  readonly overdueSeconds?: number;
  /** The names a token goes by. */
  readonly tokenNames?: Partial<TokenNames>;
  /** Time; for tests. */
  readonly clock?: Clock;
}

/** The environment variables that stand in for options. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Options, checked and complete. */
export interface CheckedOptions {
  readonly settings: Settings;
  readonly secretKey: SecretKey;
  readonly secrets: readonly string[];
  readonly insecure: boolean;
  readonly dialect: DialectName;
  readonly baseUrl?: string;
  readonly ledger: Ledger;
  readonly findOrder?: FindOrder;
  readonly onEvent: OnEvent;
  readonly delivery: { readonly deliveriesPerMinute?: number; readonly overdueSeconds: number };
  readonly clock: Clock;
}

const NAMES: readonly (keyof FanfareOptions)[] = [
  'organizationId',
  'secretKey',
  'api',
  'experienceUrl',
  'orderUrl',
  'session',
  'ledger',
  'validation',
  'distributionIds',
  'consumerOf',
  'findOrder',
  'onRefused',
  'onEvent',
  'orderGraceSeconds',
  'pendingSeconds',
  'maxClaimSeconds',
  'deliveriesPerMinute',
  'overdueSeconds',
  'tokenNames',
  'clock',
];
const FUNCTIONS = ['orderUrl', 'consumerOf', 'findOrder', 'onRefused', 'onEvent'] as const;
const CALL = 'createFanfare';

/** Checks everything a merchant can get wrong before the first request. */
export function readOptions(options: FanfareOptions, environment: Environment): CheckedOptions {
  checkOptions(CALL, options, NAMES);
  for (const name of FUNCTIONS) checkFunction(name, options[name]);
  const { api = {}, session = {}, clock = systemClock, onEvent = warnOnStderr } = options;
  checkOptions(`${CALL}: "api"`, api, ['baseUrl', 'dialect']);
  checkOptions(`${CALL}: "session"`, session, ['secrets', 'insecure', 'maxSeconds']);
  const secretKey = readSecretKey(options.secretKey ?? environment['FANFARE_SECRET_KEY']);
  const baseUrl = api.baseUrl ?? environment['FANFARE_API_URL'];
  return {
    settings: readSettings(options, environment),
    secretKey,
    secrets: readSecrets(session.secrets ?? environment['FANFARE_SESSION_SECRET']),
    insecure: readInsecure(session.insecure, secretKey),
    dialect: readDialect(api.dialect),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ledger: readLedger(options.ledger),
    ...(options.findOrder === undefined ? {} : { findOrder: options.findOrder }),
    onEvent,
    delivery: readDelivery(options),
    clock,
  };
}

function readSettings(options: FanfareOptions, environment: Environment): Settings {
  const {
    validation = {},
    session = {},
    experienceUrl = '/experience',
    orderUrl,
    consumerOf,
    onRefused,
  } = options;
  checkOptions(`${CALL}: "validation"`, validation, ['submitMaxAgeSeconds']);
  const distributionIds = readList(CALL, 'distributionIds', options.distributionIds, isId);
  return {
    organizationId: readOrganization(
      options.organizationId ?? environment['FANFARE_ORGANIZATION_ID'] ?? environment['FANFARE_ORG_ID'],
    ),
    experienceUrl: readExperienceUrl(experienceUrl),
    ...(orderUrl === undefined ? {} : { orderUrl }),
    ...(consumerOf === undefined ? {} : { consumerOf }),
    ...(onRefused === undefined ? {} : { onRefused }),
    ...(distributionIds === undefined ? {} : { distributionIds }),
    names: readTokenNames(options.tokenNames ?? {}),
    maxSessionMs: milliseconds('session.maxSeconds', session.maxSeconds, 1_800, 1),
    orderGraceMs: milliseconds('orderGraceSeconds', options.orderGraceSeconds, 900, 0),
    submitMaxAgeMs: milliseconds('validation.submitMaxAgeSeconds', validation.submitMaxAgeSeconds, 0, 0),
    pendingMs: milliseconds('pendingSeconds', options.pendingSeconds, 1_800, 1),
    maxClaimMs: milliseconds('maxClaimSeconds', options.maxClaimSeconds, 600, 1),
    hasFindOrder: options.findOrder !== undefined,
  };
}

function readOrganization(value: unknown): string {
  if (isId(value)) return value;
  throw new TypeError(
    `"organizationId" must be your Fanfare organization's id (org_…), got ${kindOf(value)}; set it or FANFARE_ORGANIZATION_ID`,
  );
}

function readSecretKey(value: unknown): SecretKey {
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

function readSecrets(value: unknown): readonly string[] {
  const secrets: readonly unknown[] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  const short = secrets.findIndex((secret) => typeof secret !== 'string' || Buffer.byteLength(secret) < 32);
  if (secrets.length > 0 && short === -1) return secrets as readonly string[];
  throw new TypeError(
    `"session.secrets" must be a list of texts of at least 32 bytes each, got ${kindOf(secrets[short])}; set it or FANFARE_SESSION_SECRET, for instance to the output of: openssl rand -hex 32`,
  );
}

function readInsecure(value: unknown, secretKey: SecretKey): boolean {
  if (value === undefined || value === false) return false;
  if (value !== true) throw new TypeError(`"session.insecure" must be true or false, got ${kindOf(value)}`);
  if (typeof secretKey === 'string' && secretKey.startsWith('sk_live_')) {
    throw new TypeError(
      '"session.insecure" is for development over plain http and refuses a live key (sk_live_…)',
    );
  }
  return true;
}

function readDialect(value: unknown = 'gateway'): DialectName {
  if (typeof value === 'string' && Object.hasOwn(DIALECTS, value)) return value as DialectName;
  throw new TypeError(
    `"api.dialect" must be one of ${Object.keys(DIALECTS).join(', ')}, got ${kindOf(value)}`,
  );
}

function readLedger(value: unknown): Ledger {
  if (typeof value === 'object' && value !== null && 'claim' in value && 'complete' in value)
    return value as Ledger;
  throw new TypeError(
    `"ledger" must be a ledger, such as sqliteLedger({ file }) from "express-fanfare/sqlite", got ${kindOf(value)}; without one, claims and completions could not survive a restart`,
  );
}

function readExperienceUrl(value: unknown): Settings['experienceUrl'] {
  if (typeof value === 'function') return value as Settings['experienceUrl'];
  const url = location(value, 'experienceUrl');
  return () => url;
}

function readTokenNames(names: Partial<TokenNames>): TokenNames {
  checkOptions(`${CALL}: "tokenNames"`, names, Object.keys(TOKEN_NAMES));
  const header = names.header ?? TOKEN_NAMES.header;
  if (typeof header !== 'string')
    throw new TypeError(`"tokenNames.header" must be a text, got ${kindOf(header)}`);
  for (const list of [names.query, names.body, names.bare]) {
    if (list !== undefined && !(Array.isArray(list) && list.every((name) => typeof name === 'string'))) {
      throw new TypeError(`"tokenNames" must hold lists of names, got ${kindOf(list)}`);
    }
  }
  return { ...TOKEN_NAMES, ...names, header: header.toLowerCase() };
}

function readDelivery(options: FanfareOptions): CheckedOptions['delivery'] {
  const overdueSeconds = milliseconds('overdueSeconds', options.overdueSeconds, 1_800, 1) / 1_000;
  const perMinute = options.deliveriesPerMinute;
  if (perMinute === undefined) return { overdueSeconds };
  if (!Number.isFinite(perMinute) || perMinute <= 0) {
    throw new TypeError(`"deliveriesPerMinute" must be a number above 0, got ${kindOf(perMinute)}`);
  }
  return { overdueSeconds, deliveriesPerMinute: perMinute };
}

function milliseconds(name: string, value: unknown, preset: number, least: number): number {
  const seconds = value ?? preset;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < least || seconds > 31_536_000) {
    throw new TypeError(
      `"${name}" must be a number of seconds of at least ${String(least)}, got ${kindOf(value)}`,
    );
  }
  return seconds * 1_000;
}

function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new TypeError(`"${name}" must be a function, got ${kindOf(value)}`);
}
