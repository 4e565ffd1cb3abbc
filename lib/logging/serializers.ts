/** Requests, answers and errors as a log line shows them, without secrets; in the shapes of pino's own serializers. */
import { compact } from '../admission/compact.js';
import { checkOptions } from '../option-checks.js';
import { TOKEN_NAMES, type TokenNames } from '../middleware/token-sources.js';
import { createRedact, type Redact } from './redact.js';

export interface LogSerializersOptions {
  /** As the option `tokenNames` of `createFanfare`, where yours are not the usual ones. */
  readonly tokenNames?: Partial<TokenNames>;
}

/** For `serializers` of pino and pino-http; each takes the object itself or what pino has made of it. */
// A type and no interface: pino wants an index signature, which only this has by itself.
export type LogSerializers = {
  /** `method`, `url`, `query`, `params`, `headers`, `remoteAddress`, `remotePort`, and `id` and `body` as far as pino gives them. */
  readonly req: Redact;
  /** `statusCode` and `headers`. */
  readonly res: Redact;
  /** `type`, `message`, `stack`, and what else the error carries. */
  readonly err: Redact;
};

/**
 * Serializers that keep admission tokens, secret keys and our session cookies out of a log: in URLs, headers, bodies and
 * the texts of errors. The merchant's own cookies and fields stay as they are.
 *
 * @throws TypeError when it does not know an option.
 */
export function logSerializers(options: LogSerializersOptions = {}): LogSerializers {
  checkOptions('logSerializers', options, ['tokenNames']);
  const { tokenNames = {} } = options;
  checkOptions('logSerializers: "tokenNames"', tokenNames, Object.keys(TOKEN_NAMES));
  const redact = createRedact(tokenNames);
  return {
    req: (value) => redact(isRaw(value) ? requestOf(value) : value),
    res: (value) => redact(isRaw(value) ? answerOf(value) : value),
    err: redact,
  };
}

/** `value` without admission tokens, secret keys and our session cookies: for anything else that is logged. */
export const redact: Redact = createRedact();

/** Node's own object, or a framework's around it: it has a socket, and no log wants that. */
type Raw = Readonly<Record<string, unknown>>;

function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && 'socket' in value;
}

function requestOf(req: Raw): Readonly<Record<string, unknown>> {
  const { id, method, query, params, headers } = req;
  const { remoteAddress, remotePort } = Object(req['socket']) as Raw;
  const url = req['originalUrl'] ?? req['url'];
  const known = typeof id === 'function' ? undefined : id;
  return compact({ id: known, method, url, query, params, headers, remoteAddress, remotePort });
}

function answerOf(res: Raw): Readonly<Record<string, unknown>> {
  const { statusCode, getHeaders } = res;
  const headers: unknown = typeof getHeaders === 'function' ? getHeaders.call(res) : undefined;
  return compact({ statusCode, headers });
}
