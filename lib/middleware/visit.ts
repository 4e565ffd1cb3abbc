/** What kind of request this is: a page visit or a fetch, a prefetch, a preflight, one from another site. Pure. */
import type NegotiatorClass from 'negotiator';
import type { Request } from './http.js';
import { originUrl } from './url.js';

const DOCUMENTS: ReadonlySet<unknown> = new Set(['document', 'iframe', 'frame', 'embed', 'object']);

/**
 * A browser that goes to a page, as against a script that fetches something. Browsers say so by `Sec-Fetch-Dest`; a mode
 * without it comes from a script's HTTP library, and then `Accept` decides.
 */
export function isNavigation(req: Request): boolean {
  const destination = req.headers['sec-fetch-dest'];
  if (destination !== undefined) return DOCUMENTS.has(destination);
  return req.headers['sec-fetch-mode'] === 'navigate' || prefersHtml(req);
}

/** No browser's is longer; to weigh 16 KB of types costs 6 ms. */
const LONGEST_ACCEPT = 1_000;

/** Without the browser's own word, HTML has to be asked for by name: a wildcard takes JSON. */
function prefersHtml(req: Request): boolean {
  if ((req.headers.accept?.length ?? 0) > LONGEST_ACCEPT) return false;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- few requests leave it to `Accept`: not at import
  const Negotiator = require('negotiator') as typeof NegotiatorClass;
  const [best] = new Negotiator(req).mediaTypes(['application/json', 'text/html', 'application/xhtml+xml']);
  return best === 'text/html' || best === 'application/xhtml+xml';
}

/** A browser that loads a page ahead of the shopper: nothing may be spent on it. */
export function isPrefetch(req: Request): boolean {
  const purpose = `${String(req.headers['sec-purpose'] ?? '')} ${String(req.headers['purpose'] ?? '')} ${String(req.headers['x-moz'] ?? '')}`;
  return /\bprefetch\b|\bprerender\b/i.test(purpose);
}

/** A CORS preflight carries no cookies, so no guard can judge it; the request that follows is judged. */
export function isPreflight(req: Request): boolean {
  return (
    req.method === 'OPTIONS' &&
    req.headers.origin !== undefined &&
    req.headers['access-control-request-method'] !== undefined
  );
}

/** What may place an order: everything but a page load, so that no odd method gets around a claim. */
export function isSubmit(req: Request): boolean {
  return req.method !== 'GET' && req.method !== 'HEAD';
}

/** Whose page a request comes from; `unsaid`: no browser has said so. */
export type Source = 'own' | 'foreign' | 'unsaid';

/**
 * A page of our own origin, or one of another site or a sibling host, where a cookie proves nothing about intent. The
 * browser's own `Sec-Fetch-Site` decides where it is clear, since a proxy may have rewritten `Host`.
 */
export function sourceOf(req: Request): Source {
  const site = req.headers['sec-fetch-site'];
  if (site === 'same-origin' || site === 'none') return 'own';
  if (site === 'cross-site') return 'foreign';
  const { origin, host } = req.headers;
  if (origin === undefined) return 'unsaid';
  const url = originUrl(origin);
  return url !== undefined && isAt(url, host?.toLowerCase()) ? 'own' : 'foreign';
}

/** Browsers leave the usual port out of `Origin`; some proxies write it into `Host`. */
function isAt({ host, port, protocol }: URL, written: string | undefined): boolean {
  const usual = protocol === 'https:' ? `${host}:443` : `${host}:80`;
  return written === host || (port === '' && written === usual);
}

/** Whether a browser says that a request comes from somebody else's page. */
export function isForeign(req: Request): boolean {
  return sourceOf(req) === 'foreign';
}

/**
 * Whether a cookie on this submit shows what the shopper meant. One for a frame is sent from anywhere, so there the browser
 * has to say that the page is ours; else it is enough that none says otherwise.
 */
export function showsIntent(req: Request, embedded: boolean): boolean {
  const source = sourceOf(req);
  return source === 'own' || (source === 'unsaid' && !embedded);
}
