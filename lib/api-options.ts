/** The option `api`: where Fanfare is, and how it is spoken to. */
import { compact } from './admission/compact.js';
import { isLoopback } from './fanfare-api/base-url.js';
import type { Dialect } from './fanfare-api/dialect.js';
import type { DialectName } from './fanfare-api/dialects.js';
import type { HandoffClientOptions, ReadHandoff } from './fanfare-api/handoffs.js';
import { readDialect } from './fanfare-api/read-dialect.js';
import type { CompleteFunction, Supplied, ValidateFunction } from './fanfare-api/supplied.js';
import { checkOptions, kindOf } from './option-checks.js';
import { readFunction } from './option-readers.js';

export interface ApiOptions {
  /** https, except on loopback. Default: `FANFARE_API_URL`, then the dialect's own host. */
  readonly baseUrl?: string;
  /** One of the built-in dialects by name, or your own. Default `'gateway'`. */
  readonly dialect?: DialectName | Dialect;
  /** Asks about a token, for the types that the dialect has no validation for. */
  readonly validate?: ValidateFunction;
  /** Tells about an order, for the types that the dialect has no completion for. */
  readonly complete?: CompleteFunction;
  /** Where Fanfare's own handoff tokens are checked. Default: `https://admin.fanfare.io/api`; `/api` on loopback where `baseUrl` is. */
  readonly handoffBaseUrl?: string;
  /** Reads whose a handoff token is from Fanfare's answer, whose fields are not documented. Default: by the usual names. */
  readonly readHandoff?: ReadHandoff;
  /** Where `fanfare.checkout` calls. Default: `https://checkout.fanfare.io/api`; `/api` on loopback where `baseUrl` is. */
  readonly checkoutBaseUrl?: string;
}

/** The option, checked and complete. */
export interface CheckedApi {
  readonly dialect: Dialect;
  readonly supplied: Supplied;
  readonly baseUrl?: string;
  readonly checkoutBaseUrl: string;
  readonly handoffs: Pick<HandoffClientOptions, 'baseUrl' | 'read'>;
}

const API_NAMES = [
  'baseUrl',
  'dialect',
  'validate',
  'complete',
  'checkoutBaseUrl',
  'handoffBaseUrl',
  'readHandoff',
];
const HANDOFF_BASE_URL = 'https://admin.fanfare.io/api';
const CHECKOUT_BASE_URL = 'https://checkout.fanfare.io/api';

/** Throws a `TypeError` that names the option and what it got. */
export function readApi(
  api: ApiOptions = {},
  environment: Readonly<Record<string, string | undefined>>,
): CheckedApi {
  checkOptions('createFanfare: "api"', api, API_NAMES);
  const validate = readFunction('api.validate', api.validate);
  const complete = readFunction('api.complete', api.complete);
  const baseUrl = readText('api.baseUrl', api.baseUrl ?? environment['FANFARE_API_URL']);
  return {
    dialect: readDialect(api.dialect),
    supplied: compact({ validate, complete }),
    ...compact({ baseUrl }),
    checkoutBaseUrl:
      readText('api.checkoutBaseUrl', api.checkoutBaseUrl) ?? defaultBeside(baseUrl, CHECKOUT_BASE_URL),
    handoffs: {
      baseUrl: readText('api.handoffBaseUrl', api.handoffBaseUrl) ?? defaultBeside(baseUrl, HANDOFF_BASE_URL),
      ...compact({ read: readFunction('api.readHandoff', api.readHandoff) }),
    },
  };
}

/** A Fanfare on this machine, such as the emulator, stands for all of its hosts: trying something out calls nobody else. */
function defaultBeside(baseUrl: string | undefined, live: string): string {
  if (baseUrl === undefined || !URL.canParse(baseUrl) || !isLoopback(new URL(baseUrl))) return live;
  return new URL(new URL(live).pathname, baseUrl).href;
}

function readText(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new TypeError(`"${name}" must be a text, got ${kindOf(value)}`);
}
