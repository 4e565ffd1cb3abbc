/** Where in a request an admission token may stand, and what stands beside it. Pure. */
import type { HandedToken } from '../tokens/admission-token.js';
import { type Request, targetOf } from './http.js';
import { parametersOf } from './parameters.js';
import { queryOf } from './url.js';

/** The names a token goes by. */
export interface TokenNames {
  /** Query parameters that can be nobody else's. */
  readonly query: readonly string[];
  /** Request header, in lower case. */
  readonly header: string;
  /** Fields of a parsed body. */
  readonly body: readonly string[];
  /** Names that other parts of a shop use too: only guards and `POST /admission` look at them. */
  readonly bare: readonly string[];
}

export const TOKEN_NAMES: TokenNames = {
  query: ['admission_token', 'admission_grant', 'fanfare_token'],
  header: 'x-fanfare-admission',
  body: [
    'admissionToken',
    'admissionGrant',
    'admission_token',
    'admission_grant',
    'fanfare_token',
    'fanfare_admission',
    'fanfareAdmission',
  ],
  bare: ['token', 'grant'],
};

/** A token as found, and the name it was found under. */
export interface Found {
  readonly handed: HandedToken;
  /** `session`: sealed in a session of ours, and no stranger's. `link`: kept in the ledger for a winner link. `handoff`: one of Fanfare's own handoff tokens. */
  readonly where: 'query' | 'header' | 'body' | 'session' | 'link' | 'handoff';
}

/** Names that are looked at in turn: the next group only when the request has none of this one. */
export type NameGroups = readonly (readonly string[])[];

/** A value by its name. */
export type Fields = (name: string) => unknown;

const BESIDE = {
  consumerId: ['consumer_id', 'consumerId'],
  distributionId: ['distribution_id', 'distributionId'],
  distributionType: ['distribution_type', 'distributionType'],
  expiresAt: ['expires_at', 'expiresAt'],
} as const;
/** What the experience's page may have stored as one JSON object, by the names of the vendor's guides. */
const STORED_TOKEN = ['token', 'admissionGrant', 'admissionToken', 'grant'];

/** The token in the URL, with the ids beside it there. */
export function tokenInQuery(req: Request, groups: NameGroups): Found | undefined {
  const query = queryOf(targetOf(req));
  return query === '' ? undefined : found('query', parametersOf(query), groups);
}

/** Names a link from another domain. */
export const HANDOFF_PARAMETER = 'fanfare_handoff';

/** The link from another domain that this address is. */
export function linkInQuery(req: Request): string | undefined {
  const query = queryOf(targetOf(req));
  const link = query === '' ? undefined : parametersOf(query)(HANDOFF_PARAMETER);
  return typeof link === 'string' ? link : undefined;
}

/** What leaves the URL with a token: all its names, and the consumer's id, which must not stay in the history. */
export function namesInQuery(groups: NameGroups): ReadonlySet<string> {
  return new Set([...groups.flat(), ...BESIDE.consumerId, HANDOFF_PARAMETER]);
}

/** The token in the header; ids for an opaque one stand in the query. */
export function tokenInHeader(req: Request, name: string): Found | undefined {
  const token = req.headers[name];
  if (token === undefined || token === '') return undefined;
  return { handed: { ...beside(parametersOf(queryOf(targetOf(req)))), token }, where: 'header' };
}

/** The token in a body that a parser has read. */
export function tokenInBody(body: unknown, groups: NameGroups): Found | undefined {
  if (typeof body !== 'object' || body === null || Buffer.isBuffer(body)) return undefined;
  return found('body', fieldsOf(body), groups);
}

/** One of Fanfare's own handoff tokens in a body. */
export function handoffTokenInBody(body: unknown): Found | undefined {
  const found = tokenInBody(body, [['handoffToken']]);
  return found && { ...found, where: 'handoff' };
}

/** One field of a parsed body, own properties only. */
export function fieldsOf(body: object): Fields {
  return (name) => (Object.hasOwn(body, name) ? (body as Record<string, unknown>)[name] : undefined);
}

function found(where: Found['where'], fields: Fields, groups: NameGroups): Found | undefined {
  const present = groups
    .map((names) => names.map(fields).filter((value) => isThere(value) && value !== ''))
    .find(({ length }) => length > 0);
  if (present === undefined) return undefined;
  const [first] = present;
  // The same token under two names is one token; two different ones are a question nobody can answer.
  const token = present.every((value) => value === first) ? first : present;
  return { handed: { ...beside(fields), ...unpacked(token) }, where };
}

function beside(fields: Fields): Omit<HandedToken, 'token'> {
  const read = (names: readonly [string, string]): unknown => fields(names[0]) ?? fields(names[1]);
  return {
    consumerId: read(BESIDE.consumerId),
    distributionId: read(BESIDE.distributionId),
    distributionType: read(BESIDE.distributionType),
    expiresAt: read(BESIDE.expiresAt),
  };
}

/** The vendor's guides also send the whole stored admission, as an object or as its JSON text. */
function unpacked(token: unknown): Partial<HandedToken> & { readonly token: unknown } {
  const stored = typeof token === 'string' && token.startsWith('{') ? parsed(token) : token;
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return { token: stored };
  const fields = fieldsOf(stored);
  const own = Object.entries(beside(fields)).filter(([, value]) => isThere(value));
  return { ...Object.fromEntries(own), token: STORED_TOKEN.map(fields).find(isThere) };
}

/** JSON writes a field that has no value as null. */
function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON after all: it is judged as the text it is, and that is no token.
    return text;
  }
}
