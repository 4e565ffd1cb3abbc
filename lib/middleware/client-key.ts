/** What clients are told apart by: their address, or what the merchant says. */
import type * as Net from 'node:net';
import { kindOf } from '../option-checks.js';
import type { Settings } from './context.js';
import type { Request } from './http.js';

/** `undefined` = nobody can tell, or the merchant says that this one is not to be limited. */
export function clientKey(settings: Pick<Settings, 'clientKey'>, req: Request): string | undefined {
  if (settings.clientKey === undefined) return addressKey(req.ip ?? req.socket.remoteAddress);
  const key = settings.clientKey(req);
  if (key === undefined || typeof key === 'string') return key;
  throw new TypeError(`"clientKey" must return a text or undefined, got ${kindOf(key)}`);
}

/** Some proxies write the port as well, and each connection has another one. */
const WITH_PORT = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/;

/**
 * An IPv4 address whole, however it is spelled; of an IPv6 address the first 56 bits, since a household is given as many
 * addresses as it likes behind them.
 */
export function addressKey(address: string | undefined): string | undefined {
  const whole = withoutPort(address);
  const [bare = ''] = whole?.split('%') ?? [];
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- few page loads ask for it: not at import
  const { isIP } = require('node:net') as typeof Net;
  if (isIP(bare) !== 6) return whole;
  const groups = groupsOf(bare);
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) return groups.slice(6).flatMap(bytesOf).join('.');
  return groups.slice(0, 4).flatMap(bytesOf).slice(0, 7).join(':');
}

function withoutPort(address: string | undefined): string | undefined {
  const [, v6, v4] = WITH_PORT.exec(address ?? '') ?? [];
  return v6 ?? v4 ?? address;
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  // A URL spells an address in one way only, hexadecimal and with its longest gap left out.
  const [before = '', after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const head = numbersOf(before);
  const tail = numbersOf(after ?? '');
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function numbersOf(groups: string): readonly number[] {
  return groups === '' ? [] : groups.split(':').map((group) => parseInt(group, 16));
}

function bytesOf(group: number): readonly [number, number] {
  return [group >> 8, group & 0xff];
}
