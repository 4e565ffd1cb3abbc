/** Our cookies in a `Cookie` header, and our `Set-Cookie` lines. Pure. */

/** One of our cookies as the browser sent it. */
export interface SentCookie {
  readonly name: string;
  readonly value: string;
}

/** How our cookies are named and flagged. */
export interface CookieStyle {
  readonly prefix: string;
  readonly attributes: string;
}

const SUFFIX_LENGTH = 8;
const SUFFIX = /^[A-Za-z0-9_-]{8}$/;
/** More than a browser can hold of ours; the rest is noise. */
const MOST_COOKIES = 20;

/**
 * `__Host-` binds a cookie to this host and to TLS; only plain-http development goes without. A cookie for a frame is kept
 * by the browser for the framing site alone, which is also what browsers without third-party cookies let through.
 */
export function cookieStyle({
  insecure,
  embedded,
}: {
  readonly insecure: boolean;
  readonly embedded: boolean;
}): CookieStyle {
  const site = embedded ? 'SameSite=None; Partitioned' : 'SameSite=Lax';
  return {
    prefix: insecure ? 'fanfare_admission_' : '__Host-fanfare_admission_',
    attributes: `Path=/; HttpOnly; ${insecure ? '' : 'Secure; '}${site}`,
  };
}

/** The name of the cookie of one admission. */
export function cookieName(style: CookieStyle, admissionId: string): string {
  return style.prefix + admissionId.slice(0, SUFFIX_LENGTH);
}

/** Finds our cookies without taking the others apart: every request of the shop comes through here. */
export function sentCookies(header: string | undefined, { prefix }: CookieStyle): readonly SentCookie[] {
  let at = header?.indexOf(prefix) ?? -1;
  if (header === undefined || at === -1) return NONE;
  const found: SentCookie[] = [];
  while (at !== -1 && found.length < MOST_COOKIES) {
    const end = endOfPair(header, at);
    const cookie = cookieAt(header, at, at + prefix.length, end);
    if (cookie !== undefined) found.push(cookie);
    at = header.indexOf(prefix, end);
  }
  return found;
}

const NONE: readonly SentCookie[] = Object.freeze([]);

function endOfPair(header: string, start: number): number {
  const semicolon = header.indexOf(';', start);
  return semicolon === -1 ? header.length : semicolon;
}

function cookieAt(header: string, start: number, suffix: number, end: number): SentCookie | undefined {
  const equals = suffix + SUFFIX_LENGTH;
  const startsPair = start === 0 || header[start - 1] === ' ' || header[start - 1] === ';';
  if (!startsPair || header[equals] !== '=' || !SUFFIX.test(header.slice(suffix, equals))) return undefined;
  return { name: header.slice(start, equals), value: header.slice(equals + 1, end).trimEnd() };
}

/** A `Set-Cookie` line that lasts `maxAgeSeconds`; 0 clears the cookie. */
export function setCookie(style: CookieStyle, name: string, value: string, maxAgeSeconds: number): string {
  return `${name}=${value}; Max-Age=${String(Math.max(0, Math.ceil(maxAgeSeconds)))}; ${style.attributes}`;
}
