/** What one request shows the doctor. Reads, and changes nothing but the mark that says who has seen it. */
import { maxHeaderSize } from 'node:http';
import { type CookieStyle, sentCookies } from '../middleware/cookies.js';
import type { Request } from '../middleware/http.js';
import { isForeign, isSubmit } from '../middleware/visit.js';
import { isAfterStatic, trustsProxy } from './express-app.js';
import type { RequestFacts } from './facts.js';

/** Shared by all copies of this package in a process. */
const SEEN_BY = Symbol.for('express-fanfare.seen-by');
type SeenRequest = Request & { [SEEN_BY]?: symbol | undefined };

const FORWARDED = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'];
const FORM = /^(application\/(json|x-www-form-urlencoded)|multipart\/form-data)\b/i;

/** Nothing seen yet. */
export const NOTHING: RequestFacts = {
  distrustedProxy: false,
  plainPage: false,
  otherInstance: false,
  afterStatic: false,
  unreadBody: false,
  longestCookie: 0,
  ourCookies: 0,
  cookieHeader: 0,
  headerLimit: maxHeaderSize,
};

/** As one of our middlewares finds it; `instance` says whose. */
export function factsOf(req: Request, instance: symbol, style: CookieStyle): RequestFacts {
  const { cookie = '' } = req.headers;
  const sizes = sentCookies(cookie, style).map(({ name, value }) => name.length + value.length + 1);
  return {
    ...NOTHING,
    distrustedProxy: FORWARDED.some((name) => name in req.headers) && trustsProxy(req) === false,
    plainPage: wantsPage(req) && !cameByTls(req),
    otherInstance: isSeenByOther(req, instance),
    afterStatic: isAfterStatic(req),
    longestCookie: Math.max(0, ...sizes),
    ourCookies: sizes.reduce((sum, size) => sum + size, 0),
    cookieHeader: cookie.length,
  };
}

/** Whether a form was sent from our own pages and nobody has read it. */
export function isUnreadForm(req: Request): boolean {
  const { 'content-type': type = '', 'content-length': length, 'transfer-encoding': coding } = req.headers;
  const hasBody = coding !== undefined || Number(length) > 0;
  return hasBody && FORM.test(type) && !req.readableDidRead && isSubmit(req) && !isForeign(req);
}

/** Both together: of a number the larger, of the rest whatever was seen once. */
export function together(one: RequestFacts, other: RequestFacts): RequestFacts {
  return {
    distrustedProxy: one.distrustedProxy || other.distrustedProxy,
    plainPage: one.plainPage || other.plainPage,
    otherInstance: one.otherInstance || other.otherInstance,
    afterStatic: one.afterStatic || other.afterStatic,
    unreadBody: one.unreadBody || other.unreadBody,
    longestCookie: Math.max(one.longestCookie, other.longestCookie),
    ourCookies: Math.max(one.ourCookies, other.ourCookies),
    cookieHeader: Math.max(one.cookieHeader, other.cookieHeader),
    headerLimit: one.headerLimit,
  };
}

/** A browser's visit; the probes of load balancers and the clients of tests come by plain http and are none. */
function wantsPage({ headers }: Request): boolean {
  return (
    headers.accept?.includes('text/html') === true && headers['user-agent']?.includes('Mozilla/') === true
  );
}

/** By the socket, by a proxy's word, or by the browser's, which sends `Sec-Fetch-Site` only where it keeps Secure cookies. */
function cameByTls({ headers, socket }: Request): boolean {
  if ('encrypted' in socket && socket.encrypted === true) return true;
  if ('sec-fetch-site' in headers || headers['x-forwarded-ssl'] === 'on') return true;
  const said = `${String(headers['x-forwarded-proto'])};${String(headers['forwarded'])}`;
  return /^\s*https\b|\bproto="?https\b/i.test(said);
}

function isSeenByOther(req: SeenRequest, instance: symbol): boolean {
  const first = (req[SEEN_BY] ??= instance);
  return first !== instance;
}
