/** Our cookies in a `Cookie` header, and our `Set-Cookie` lines. Pure. */

/** One of our cookies as the browser sent it. */
export interface SentCookie {
  readonly name: string;
  readonly value: string;
}

/** How our cookies are named, found and flagged. */
export interface CookieStyle {
  readonly prefix: string;
  readonly pattern: RegExp;
  readonly attributes: string;
}

/** More than a browser can hold of ours; the rest is noise. */
const MOST_COOKIES = 20;

/** `__Host-` binds a cookie to this host and to TLS; only plain-http development goes without. */
export function cookieStyle(insecure: boolean): CookieStyle {
  const prefix = insecure ? 'fanfare_admission_' : '__Host-fanfare_admission_';
  return {
    prefix,
    pattern: new RegExp(`(?:^|[; ])(${prefix}[A-Za-z0-9_-]{8})=([^;]*)`, 'g'),
    attributes: `Path=/; HttpOnly; ${insecure ? '' : 'Secure; '}SameSite=Lax`,
  };
}

/** The name of the cookie of one admission. */
export function cookieName(style: CookieStyle, admissionId: string): string {
  return style.prefix + admissionId.slice(0, 8);
}

/** Finds our cookies without taking the others apart: every request of the shop comes through here. */
export function sentCookies(header: string | undefined, style: CookieStyle): readonly SentCookie[] {
  if (header?.includes(style.prefix) !== true) return NONE;
  const found: SentCookie[] = [];
  style.pattern.lastIndex = 0;
  for (let match = style.pattern.exec(header); match !== null; match = style.pattern.exec(header)) {
    const [, name = '', value = ''] = match;
    if (found.length < MOST_COOKIES) found.push({ name, value: value.trimEnd() });
  }
  return found;
}

const NONE: readonly SentCookie[] = Object.freeze([]);

/** A `Set-Cookie` line that lasts `maxAgeSeconds`; 0 clears the cookie. */
export function setCookie(style: CookieStyle, name: string, value: string, maxAgeSeconds: number): string {
  return `${name}=${value}; Max-Age=${String(Math.max(0, Math.ceil(maxAgeSeconds)))}; ${style.attributes}`;
}
