/** What no answer to a stranger may do, whatever they sent. */
import { answerOf, type FanfareErrorCode } from '../../lib/errors.js';
import type { Ask, Outcome } from './in-process.js';

/** Every header that the guards, the routes, Node and Express set. */
const KNOWN_HEADERS = new Set([
  ...['allow', 'cache-control', 'connection', 'content-length', 'content-security-policy', 'content-type'],
  ...['date', 'keep-alive', 'location', 'referrer-policy', 'retry-after', 'set-cookie', 'transfer-encoding'],
  ...['vary', 'x-powered-by'],
]);
const SITE = 'http://shop.example';
const COOKIE = /^fanfare_admission_[\w-]{8}=([\w.-]*); Max-Age=(\d+); Path=\/; HttpOnly; SameSite=Lax$/;
const MARKS = /<script>alert|"><x/;

/** What is wrong with an answer; `undefined` when nothing is. */
export function wrongWith(ask: Ask, outcome: Outcome, mayPass: boolean): string | undefined {
  return (
    injected(outcome) ??
    leadsAway(outcome.headers['location']) ??
    (mayPass ? undefined : admitted(outcome)) ??
    outOfTable(ask, outcome, mayPass)
  );
}

function injected({ headers, text }: Outcome): string | undefined {
  const strange = Object.keys(headers).find((name) => !KNOWN_HEADERS.has(name));
  if (strange !== undefined) return `a header of the stranger's: ${strange}`;
  if (cookiesOf(headers).some((line) => !COOKIE.test(line))) return 'a cookie that is not ours';
  const html = String(headers['content-type'] ?? '').startsWith('text/html');
  return html && MARKS.test(text) ? 'markup of the stranger' : undefined;
}

/** As a browser would follow it. */
export function leadsAway(where: string | readonly string[] | undefined, site = SITE): string | undefined {
  if (where === undefined) return undefined;
  if (typeof where !== 'string' || !URL.canParse(where, site)) return 'no address to go to';
  const { origin, protocol } = new URL(where, site);
  return origin === new URL(site).origin && /^https?:$/.test(protocol) ? undefined : `to ${where}`;
}

function admitted({ status, headers, text }: Outcome): string | undefined {
  const kept = cookiesOf(headers).find((line) => COOKIE.exec(line)?.[2] !== '0');
  if (kept !== undefined) return 'a session for a stranger';
  return status < 300 && /"consumerId"|"distributionId"/.test(text) ? 'a stranger is in' : undefined;
}

/** What stays is the table of codes, a redirect to the experience, and what is open to everybody. */
function outOfTable(ask: Ask, outcome: Outcome, mayPass: boolean): string | undefined {
  const { status, headers, text } = outcome;
  const { target } = ask;
  if (status === 303) return mayPass || isRefusal(headers['location']) ? undefined : 'a redirect elsewhere';
  if (status === 200 && (mayPass || /^\/(page|back|fanfare\/session)(\?|$)/.test(target))) return undefined;
  if (status === 405 && target.startsWith('/fanfare/')) return undefined;
  // Node's own parser and its limits answer without a body.
  if ((status === 400 || status === 431) && text === '' && headers['content-type'] === undefined)
    return undefined;
  if (mayPass && isLookAtReturn(ask, outcome)) return undefined;
  return inTable(outcome) ? undefined : `status ${String(status)}: ${text.slice(0, 200)}`;
}

/** `acceptReturn` runs no handler for its headers alone. */
function isLookAtReturn({ method, target }: Ask, { status, text }: Outcome): boolean {
  return status === 204 && text === '' && method === 'HEAD' && target.startsWith('/back?');
}

function isRefusal(where: Outcome['headers'][string] | undefined): boolean {
  return /^\/experience\?fanfare=(required|invalid|expired|mismatch|invalid_admission_data)$/.test(
    String(where),
  );
}

function inTable({ status, headers, text }: Outcome): boolean {
  const type = headers['content-type'];
  if (status >= 500 && (status !== 503 || headers['retry-after'] === undefined)) return false;
  if (status < 400 || headers['cache-control'] !== 'no-store') return false;
  if (type === 'text/html; charset=utf-8') return text === '' || text.startsWith('<!doctype html>');
  if (type !== 'application/json; charset=utf-8') return false;
  if (text === '') return true;
  const { code } = JSON.parse(text) as { code: FanfareErrorCode };
  return answerOf(code).status === status;
}

function cookiesOf(headers: Outcome['headers']): readonly string[] {
  const lines = headers['set-cookie'] ?? [];
  return typeof lines === 'string' ? [lines] : lines;
}
