/** What kind of request this is: a page visit or a fetch, a prefetch, a preflight, one from another site. Pure. */
import Negotiator from 'negotiator';
import type { Request } from './http.js';

/** A browser that goes to a page, as against a script that fetches something. */
export function isNavigation(req: Request): boolean {
  const mode = req.headers['sec-fetch-mode'];
  if (mode !== undefined) return mode === 'navigate' && isDocument(req.headers['sec-fetch-dest']);
  return prefersHtml(req);
}

function isDocument(destination: string | string[] | undefined): boolean {
  return (
    destination === undefined ||
    ['document', 'iframe', 'frame', 'embed', 'object'].includes(String(destination))
  );
}

/** Without the browser's own word, HTML has to be asked for by name: a wildcard takes JSON. */
function prefersHtml(req: Request): boolean {
  if (req.headers.accept === undefined) return false;
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

/** The methods that place orders. */
export function isSubmit(req: Request): boolean {
  return req.method === 'POST' || req.method === 'PUT' || req.method === 'PATCH' || req.method === 'DELETE';
}

/**
 * Whether a submit comes from a page of another site or of a sibling host, so that a cookie proves nothing about intent.
 * The browser's own `Sec-Fetch-Site` decides where it is clear, since a proxy may have rewritten `Host`.
 */
export function isForeign(req: Request): boolean {
  const site = req.headers['sec-fetch-site'];
  if (site === 'same-origin' || site === 'none') return false;
  if (site === 'cross-site') return true;
  const { origin, host } = req.headers;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase());
}
