/** Keeps secrets out of logs: a copy of any value, without tokens, keys and our cookies. Pure. */
import { TOKEN_NAMES, type TokenNames } from '../middleware/token-sources.js';

/** What stands in a secret's place. */
const REDACTED = '[redacted]';

/** Fields and headers that hold nothing but a secret, whatever the merchant calls their tokens. */
const SECRET_FIELDS = ['authorization', 'proxy-authorization', 'x-secret-key', 'secretKey'];
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/((?:__Host-)?fanfare_(?:admission_[\w-]{8}|operator)=)[^;,\s"]*/g, `$1${REDACTED}`],
  // Keys, and Fanfare's handoff tokens and exchange codes. A webhook's secret is whatever its owner has chosen.
  [/\b(?:sk|whsec|hoff|exc)_[\w.~+/=-]+/g, REDACTED],
  // A header in a text, or in a list of headers.
  [/\b(Bearer )[\w.~+/=-]{16,}/gi, `$1${REDACTED}`],
];
/** Links that admit whoever has them, and what else Fanfare's pages and events call a proof of an admission or of a shopper. */
const OTHER_PROOFS = [
  ...['fanfare_winner', 'fanfare_handoff', 'fanfare_return'],
  ...['handoffToken', 'claimToken', 'paymentToken', 'admittanceToken', 'checkoutClaim', 'exchangeCode'],
];
const DEEPEST = 10;

export type Redact = (value: unknown) => unknown;

/** Makes a `redact` that knows a shop's own token names beside ours. */
export function createRedact(names: Partial<TokenNames> = {}): Redact {
  const { query, header, body, bare } = { ...TOKEN_NAMES, ...names };
  const own = [...query, ...body, ...bare, header];
  const ours = [...TOKEN_NAMES.query, ...TOKEN_NAMES.body, ...TOKEN_NAMES.bare, TOKEN_NAMES.header];
  const all = [...new Set([...own, ...ours, ...OTHER_PROOFS])];
  const fields = new Set([...all, ...SECRET_FIELDS].map((name) => name.toLowerCase()));
  const text = textRedactor(all);

  const copy = (value: unknown, above: readonly unknown[]): unknown => {
    if (typeof value === 'string') return text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (above.includes(value) || above.length === DEEPEST) return '[...]';
    const within = [...above, value];
    if (Array.isArray(value)) return value.map((one) => copy(one, within));
    const plain = plainOf(value);
    return plain === value ? copyFields(value, within) : copy(plain, within);
  };
  const copyFields = (value: object, within: readonly unknown[]): unknown => {
    const entries = Object.entries(value).map(([name, held]) => [
      name,
      fields.has(name.toLowerCase()) && held !== undefined ? REDACTED : copy(held, within),
    ]);
    return Object.fromEntries(entries) as unknown;
  };
  return (value) => copy(value, []);
}

/** In texts a secret is found by the name before it, as in URLs, forms and JSON, or by its own form. */
function textRedactor(names: readonly string[]): (text: string) => string {
  // A parameter's name may be percent-encoded, too.
  const any = names.map((name) => name.replace(/[^\w]/g, '\\$&').replaceAll('_', '(?:_|%5f)')).join('|');
  const patterns: typeof SECRETS = [
    [new RegExp(`(^|[?&])(${any})=[^&#\\s"']*`, 'gi'), `$1$2=${REDACTED}`],
    // A URL inside another's query, perhaps a third's.
    [new RegExp(`(%(?:25)*(?:3F|26))(${any})(%(?:25)*3D)[\\w.~-]*`, 'gi'), `$1$2$3${REDACTED}`],
    // A text that was cut off may lack the closing quote or bracket.
    [new RegExp(`("(?:${any})"\\s*:\\s*)(?:"(?:[^"\\\\]|\\\\.)*"?|\\[[^\\]]*\\]?)`, 'gi'), `$1"${REDACTED}"`],
    // JSON within JSON.
    [new RegExp(`(\\\\"(?:${any})\\\\+"\\s*:\\s*\\\\+")[^"\\\\]*`, 'gi'), `$1${REDACTED}`],
    ...SECRETS,
  ];
  // Most texts hold no secret, and to look for all at once takes a twentieth of looking for one after the other.
  const suspect = new RegExp(
    [RUN, ...patterns.map(([pattern]) => pattern)].map(({ source }) => source).join('|'),
    'i',
  );
  return (text) =>
    suspect.test(text)
      ? patterns.reduce((left, [pattern, instead]) => left.replace(pattern, instead), withoutJwts(text))
      : text;
}

const RUN = /[\w.-]{20,}/g;

/** Looks once at each run of a JWT's characters: a pattern that begins anew at each `eyJ` could be made to take long. */
function withoutJwts(text: string): string {
  return text.replace(RUN, (run) => {
    const start = run.search(/(?<![A-Za-z0-9])eyJ/);
    return start === -1 || !run.includes('.', start) ? run : run.slice(0, start) + REDACTED;
  });
}

/** What a logger would write of an object that has a form of its own. */
function plainOf(value: object): unknown {
  if (ArrayBuffer.isView(value)) return `[${String(value.byteLength)} bytes]`;
  if (value instanceof Error) return plainError(value);
  return hasToJson(value) ? value.toJSON() : value;
}

/** An error's own words, which `JSON.stringify` would leave out. */
function plainError(error: Error): Readonly<Record<string, unknown>> {
  const { name, message, stack, cause } = error;
  const carried = Object.fromEntries(Object.entries(error));
  return { ...carried, type: name, message, stack, ...(cause === undefined ? {} : { cause }) };
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
