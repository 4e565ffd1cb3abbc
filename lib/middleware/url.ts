/** The request target, taken apart and put together again without trusting it. Pure. */

import { kindOf } from '../option-checks.js';
import { pairsWithout } from './parameters.js';

/** The path of a target, never one that a browser would read as another host. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  return headerSafe(withoutHost(path));
}

/** The query of a target, without the question mark. */
export function queryOf(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? '' : target.slice(query + 1);
}

/** The same target without the named parameters; the others stay as they were spelled. */
export function withoutParameters(target: string, names: ReadonlySet<string>): string {
  const kept = pairsWithout(queryOf(target), names);
  return pathOf(target) + (kept.length === 0 ? '' : `?${headerSafe(kept.join('&'))}`);
}

/** A URL with one more parameter, its fragment left at the end. */
export function withParameter(url: string, name: string, value: string): string {
  const [beforeHash = '', ...hash] = url.split('#');
  const joint = beforeHash.includes('?') ? '&' : '?';
  return `${beforeHash}${joint}${name}=${encodeURIComponent(value)}${hash.length === 0 ? '' : `#${hash.join('#')}`}`;
}

const OWN_PATH = /^\/(?![/\\])[!"$-[\]-~]*$/;

/** Whether it is a path that no browser reads as another host, in the characters that a URL is made of, without a fragment. */
export function isOwnPath(path: unknown): path is string {
  return typeof path === 'string' && OWN_PATH.test(path);
}

/** Makes a merchant's URL fit for a `Location` header; what is not a path or an http(s) URL is a `TypeError` that names `option`. */
export function location(url: unknown, option: string): string {
  if (typeof url === 'string' && /^(\/(?![/\\])|https?:\/\/[^/])/i.test(url)) return headerSafe(url);
  throw new TypeError(
    `"${option}" must give a path that begins with one "/" or an http(s) URL, got ${kindOf(url)}`,
  );
}

/**
 * A URL that begins with the host of an absolute-form target has it from there, as when the merchant's function repeats the
 * target. The client may have written any host: the URL stays in the shop.
 */
export function withoutHostOf(target: string, url: string): string {
  const [host] = /^https?:\/\/[^/?#\\]*/i.exec(target) ?? [];
  if (host === undefined || !url.toLowerCase().startsWith(host.toLowerCase())) return url;
  return withoutParameters(url, NO_NAMES);
}

const NO_NAMES: ReadonlySet<string> = new Set();

/** Whether two URLs lead to the same page of the shop at `host`; a relative one is at `host`. */
export function samePage(url: string, target: string, host: string | undefined): boolean {
  const here = hostUrl(host);
  return samePath(url, target) && new URL(url, here).host === here.host;
}

/** Whether two URLs have the same path, wherever they lead. */
export function samePath(url: string, target: string): boolean {
  const here = hostUrl(undefined);
  return URL.canParse(url, here.href) && trimmed(new URL(url, here).pathname) === trimmed(pathOf(target));
}

/** By way of `URL`, which spells a host as it spells the others; one that is no host is nobody's. */
function hostUrl(host: string | undefined): URL {
  return originUrl(`http://${host ?? ''}`) ?? new URL('http://nobody.invalid');
}

/** No host's name is longer than 253 characters; to take 16 KB of escapes for one costs 5 ms. */
const LONGEST_ORIGIN = 300;

/** The URL of an origin that a client has named; `undefined` for what is none. */
export function originUrl(origin: string): URL | undefined {
  return origin.length <= LONGEST_ORIGIN && URL.canParse(origin) ? new URL(origin) : undefined;
}

function trimmed(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function withoutHost(path: string): string {
  // A request target may be absolute, and `//host/path` or `/\host` in a Location would leave the shop.
  return `/${path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '').replace(/^[/\\]+/, '')}`;
}

function headerSafe(text: string): string {
  // By way of bytes, because half a surrogate pair cannot be percent-encoded.
  return Buffer.from(text)
    .toString()
    .replaceAll('\\', '%5C')
    .replace(/[^\u0021-\u007e]+/gu, encodeURIComponent);
}
