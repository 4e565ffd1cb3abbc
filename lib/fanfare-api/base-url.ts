/** Where Fanfare is, and how an id gets into an address without ever leaving it. */

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Reads a base address: absolute, https (http only on loopback: `localhost`, `127.0.0.0/8`, `[::1]`), with an optional
 * path, and without credentials, query or hash.
 *
 * @throws TypeError that names the option. The text itself is not repeated: it may hold credentials.
 */
export function parseBaseUrl(text: string, option = 'api.baseUrl'): URL {
  if (!URL.canParse(text)) throw unfit(option, 'something that is not an absolute address');
  const url = new URL(text);
  const flaw = flawOf(url);
  if (flaw !== undefined) throw unfit(option, flaw);
  return url;
}

function unfit(option: string, got: string): TypeError {
  return new TypeError(
    `"${option}" must be an absolute https address such as "https://api.fanfare.io" ` +
      `(http only for localhost, 127.0.0.0/8 and [::1]), got ${got}`,
  );
}

function flawOf(url: URL): string | undefined {
  if (url.username !== '' || url.password !== '') {
    return 'one with a user name or password in it; the key belongs into "secretKey"';
  }
  if (url.search !== '') return 'one with a query';
  if (url.hash !== '') return 'one with a "#"';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return `one that starts with "${url.protocol}"`;
  return isLoopback(url) ? undefined : 'plain http, which would show the secret key to the network';
}

/** Whether an address leads to this machine, where nobody listens in on plain http. */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(url.hostname);
}

/**
 * The path of an operation below the base, with `{id}` in the template replaced. A version that the base ends with is not
 * said twice: the vendor's guides show the gateway's `/v1` in the address of some operations only.
 *
 * @throws RangeError when the finished address is not exactly the base followed by that path, as with an id of `..`.
 */
export function pathBelow(base: URL, template: string, id: string): string {
  const prefix = `${base.origin}${base.pathname.replace(/\/$/, '')}`;
  const rest = prefix.endsWith('/v1') ? template.replace(/^\/v1(?=\/)/, '') : template;
  const address = prefix + rest.replace('{id}', () => encodeURIComponent(id));
  const finished = new URL(address);
  if (finished.href !== address || !finished.href.startsWith(`${prefix}/`)) {
    throw new RangeError('The id would lead to another address.');
  }
  return finished.pathname;
}

/** The same below one base. It remembers the latest id of each operation: a sale is one distribution, asked about again and again. */
export function pathsBelow(base: URL): (template: string, id: string) => string {
  const latest = new Map<string, { readonly id: string; readonly path: string }>();
  return (template, id) => {
    const known = latest.get(template);
    if (known?.id === id) return known.path;
    const path = pathBelow(base, template, id);
    latest.set(template, { id, path });
    return path;
  };
}
