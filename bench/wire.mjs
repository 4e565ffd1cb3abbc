// Headers as they arrived.

const OWN = ['host', 'connection', 'content-length'];

/** Without what every HTTP client adds by itself. */
export function withoutClientsOwn(headers) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.includes(name)));
}
