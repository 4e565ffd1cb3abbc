// A shop with our guards, and session cookies as its shoppers carry them.
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createEmulator } from '../dist/emulator/index.js';
import { createFanfare, memoryLedger } from '../dist/index.js';
import { compiled } from './compiled.mjs';

export const SECRET = 'a session secret of this bench, long enough for us';

/** A Fanfare beside an emulator that nobody asks more than once. */
export async function openShop(options = {}) {
  const emulator = createEmulator();
  const { url } = await emulator.listen();
  const fanfare = createFanfare({
    organizationId: emulator.organizationId,
    secretKey: 'sk_test_emulator',
    api: { baseUrl: url },
    session: { secrets: [SECRET] },
    ledger: memoryLedger(),
    doctor: false,
    ...options,
  });
  const close = async () => {
    await fanfare.close();
    await emulator.close();
  };
  return { emulator, fanfare, close };
}

/** A session cookie, earned by a real handoff: `name=value`. */
export async function earnCookie({ fanfare, emulator }) {
  const server = createServer(fanfare.routes()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { token } = emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' });
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/fanfare/admission`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ grant: token }),
  });
  server.closeAllConnections();
  server.close();
  return answer.headers.getSetCookie()[0].split(';')[0];
}

/** `count` cookies like `cookie`, each for a consumer and an admission of its own, signed by the package itself. */
export function cookiesLike(cookie, organizationId, count) {
  const [keyring, session] = compiled('lib/tokens/keyring.ts', 'lib/tokens/session.ts');
  const keys = keyring.createKeyring([SECRET]);
  const [name, value] = cookie.split('=');
  const { session: like, sealedToken } = session.readSession(keys, organizationId, value);
  return Array.from({ length: count }, () => {
    const id = randomBytes(32).toString('base64url');
    const admission = { ...like.admission, id, consumerId: `cons_${randomUUID().replaceAll('-', '')}` };
    const other = { ...like, admission, sid: randomBytes(16).toString('base64url') };
    const text = session.signSession(keys, organizationId, other, sealedToken, admission.expiresAt);
    return `${name.slice(0, -8)}${id.slice(0, 8)}=${text}`;
  });
}

class FakeResponse {
  headers = {};
  hasHeader(name) {
    return name in this.headers;
  }
  setHeader(name, value) {
    this.headers[name] = value;
  }
}

/** Both middlewares, as a router calls them; throws unless they let the request through before they return. */
export function pageLoad(fanfare) {
  const attach = fanfare.attachAdmission();
  const guard = fanfare.requireAdmission();
  return (headers) => {
    const req = { method: 'GET', url: '/checkout', headers };
    const res = new FakeResponse();
    let passed = false;
    attach(req, res, () =>
      guard(req, res, () => {
        passed = true;
      }),
    );
    if (!passed) throw new Error('a session did not pass synchronously');
  };
}

/** What a browser sends with `cookie`. */
export const headersWith = (cookie) => ({ cookie, accept: 'text/html', host: 'shop.example' });
