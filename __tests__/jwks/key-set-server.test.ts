/** A key set at a real address, as good or as bad as it may become. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FanfareEvent } from '../../lib/index.js';
import { downloadKeys } from '../../lib/jwks/download.js';
import { offlineVerifier } from '../../lib/jwks/index.js';
import { deadOrigin, httpWire, reply, tcpWire, type Wire } from '../fanfare-api/wire.js';
import { byEd25519, claims, ed25519, jwkOf, rsa, token } from './minting.js';

const NOW = 1_800_000_000_000;
const wires: Wire[] = [];
const edwards = ed25519();
const next = ed25519();
const KEY = jwkOf(edwards, { kid: 'k1' });
const NEXT = jwkOf(next, { kid: 'k2' });

afterEach(async () => {
  await Promise.all(wires.splice(0).map((wire) => wire.close()));
});

async function serve(respond: (res: ServerResponse, req: IncomingMessage) => void): Promise<Wire> {
  const wire = await httpWire(respond);
  wires.push(wire);
  return wire;
}

const set = (...keys: readonly object[]) => reply(200, JSON.stringify({ keys }));

async function failure(respond: (res: ServerResponse, req: IncomingMessage) => void): Promise<unknown> {
  const { origin } = await serve(respond);
  return downloadKeys(new URL(`${origin}/jwks.json`));
}

test('is asked for once, plainly', async () => {
  const wire = await serve(set(KEY));
  expect(await downloadKeys(new URL(`${wire.origin}/a/jwks.json?tenant=1#x`))).toMatchObject([{ kid: 'k1' }]);
  expect(wire.seen).toMatchObject([{ method: 'GET', url: '/a/jwks.json?tenant=1', body: '' }]);
  expect(Object.keys(wire.seen[0]!.headers).sort()).toEqual(['accept', 'connection', 'host']);
});

test('keys of other kinds and for other purposes may stand beside', async () => {
  const { origin } = await serve(
    set({ kty: 'oct', k: 'eA' }, jwkOf(rsa(1_024)), { kty: 'new' }, jwkOf(rsa(), { use: 'enc' }), KEY),
  );
  expect(await downloadKeys(new URL(origin))).toMatchObject([{ kid: 'k1' }]);
});

test.each([
  ['500', reply(500, '{}'), 'HTTP 500 Internal Server Error'],
  ['404', reply(404, '{}'), 'HTTP 404 Not Found'],
  ['204', reply(204), 'HTTP 204 No Content'],
  ['HTML', reply(200, '<html>'), 'no JSON object'],
  ['a list', reply(200, JSON.stringify([KEY])), 'no JSON object'],
  ['no list of keys', reply(200, '{"keys":{}}'), 'no JSON object'],
  ['nothing', reply(200), 'no JSON object'],
  ['no keys', set(), 'no key that verifies'],
  ['useless keys', set({ kty: 'oct', k: 'eA' }), 'no key that verifies'],
  ['too many keys', set(...Array.from({ length: 51 }, () => KEY)), 'more than 50'],
  ['a huge answer', reply(200, ' '.repeat(70_000)), 'body too long'],
])('an answer of %s brings no keys', async (_what, respond, reason) => {
  expect(await failure(respond)).toMatchObject({ failed: expect.stringContaining(reason) as string });
});

test('a redirect is not followed, even to a good set', async () => {
  const target = await serve(set(KEY));
  const moved = await failure(reply(302, '', { Location: `${target.origin}/jwks.json` }));
  expect(moved).toEqual({ failed: 'HTTP 302 Found', status: 302 });
  expect(target.seen).toEqual([]);
});

test('an address where nobody listens, and one that hangs up, bring no keys', async () => {
  expect(await downloadKeys(new URL(await deadOrigin()))).toEqual({ failed: 'ECONNREFUSED' });
  const wire = await tcpWire((socket) => socket.destroy());
  wires.push(wire);
  expect(await downloadKeys(new URL(wire.origin))).toMatchObject({ failed: expect.any(String) as string });
});

test('one that never answers is given up, and its connection closed', async () => {
  const wire = await tcpWire((socket) => socket.resume());
  wires.push(wire);
  expect(await downloadKeys(new URL(wire.origin))).toEqual({ failed: 'no answer in time' });
  while (wire.open.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
});

describe('a verifier with an address', () => {
  const events: FanfareEvent[] = [];
  const at = (seconds: number) => ({
    now: NOW + seconds * 1_000,
    emit: (event: FanfareEvent) => events.push(event),
  });
  const first = token({ alg: 'EdDSA', kid: 'k1' }, claims(NOW), byEd25519(edwards));
  const second = token({ alg: 'EdDSA', kid: 'k2' }, claims(NOW), byEd25519(next));
  const invented = token({ alg: 'EdDSA', kid: 'k3' }, claims(NOW), byEd25519(next));

  beforeEach(() => {
    events.length = 0;
  });

  test('meets a rotation with one fetch, and never waits for it', async () => {
    let respond = set(KEY);
    const { origin, seen } = await serve((res) => {
      respond(res);
    });
    const verifier = offlineVerifier({ jwksUrl: `${origin}/jwks.json` });
    expect(await verifier.verify(first, at(0))).toBe('unknown');
    await verifier.ready?.(at(0));
    // It may have signed before its address shows it: Fanfare is asked, and the address left alone for the cool-down.
    expect([await verifier.verify(first, at(1)), await verifier.verify(second, at(1))]).toEqual([
      'signed',
      'unknown',
    ]);
    respond = set(KEY, NEXT);
    expect([await verifier.verify(second, at(29)), seen.length]).toEqual(['unknown', 1]);
    expect(await verifier.verify(second, at(31))).toBe('unknown');
    // The token that was not known has set a fetch off; the next ones find its result.
    while ((await verifier.verify(second, at(32))) !== 'signed') await new Promise(setImmediate);
    for (const each of [first, second]) expect(await verifier.verify(each, at(32))).toBe('signed');
    for (let round = 0; round < 20; round += 1) {
      expect(await verifier.verify(invented, at(33))).toBe('unknown');
    }
    expect(seen).toHaveLength(2);
  });

  test('lives on its old keys while the address fails, and knows that it cannot tell about new ones', async () => {
    let respond = set(KEY);
    const { origin } = await serve((res) => {
      respond(res);
    });
    const verifier = offlineVerifier({ jwksUrl: origin, refreshSeconds: 60, staleSeconds: 60 });
    await verifier.ready?.(at(0));
    respond = reply(500);
    expect(await verifier.verify(second, at(61))).toBe('unknown');
    await verifier.ready?.(at(61));
    expect(events.map(({ type }) => type)).toEqual(['keys.refreshed', 'keys.unavailable']);
    const tampered = first.replace(/.$/, '') + (first.endsWith('A') ? 'Q' : 'A');
    expect([
      await verifier.verify(first, at(62)),
      await verifier.verify(tampered, at(62)),
      await verifier.verify(second, at(62)),
    ]).toEqual(['signed', 'forged', 'unknown']);
    expect(await verifier.verify(first, at(120))).toBe('unknown');
  });
});
