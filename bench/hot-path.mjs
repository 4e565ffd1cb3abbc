// What a page load with a warm session costs, as a ratio to one raw HMAC check in the same run. Run: npm run bench
import { createHmac, createSecretKey, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { createFanfare, memoryLedger } from 'express-fanfare';
import { createEmulator } from 'express-fanfare/emulator';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';

const ROUNDS = 15;
const CALLS = 20_000;

/** A session cookie, earned by a real handoff. */
async function earnCookie(fanfare, emulator) {
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

class FakeResponse {
  headers = {};
  hasHeader(name) {
    return name in this.headers;
  }
  setHeader(name, value) {
    this.headers[name] = value;
  }
}

function casesFor(fanfare, cookie) {
  const value = cookie.slice(cookie.indexOf('=') + 1);
  const secret = randomBytes(32).toString('hex');
  const key = createSecretKey(Buffer.from(secret));
  const mac = createHmac('sha256', key).update(value).digest();
  const token = jwt.sign({ sub: 'cons_1', sealed: value.slice(0, 600) }, secret);
  const cache = new LRUCache({ max: 1_000 });
  cache.set(hash('sha256', value, 'binary'), {});
  const guard = fanfare.requireAdmission();
  const next = () => undefined;
  const headers = { cookie, accept: 'text/html', host: 'shop.example' };
  return {
    'raw HMAC check': () => timingSafeEqual(createHmac('sha256', key).update(value).digest(), mac),
    'LRU hit under a SHA-256 key': () => cache.get(hash('sha256', value, 'binary')),
    'requireAdmission, warm session': () =>
      guard({ method: 'GET', url: '/checkout', headers }, new FakeResponse(), next),
    'jsonwebtoken, KeyObject': () => jwt.verify(token, key, { algorithms: ['HS256'] }),
    'jsonwebtoken, text secret': () => jwt.verify(token, secret, { algorithms: ['HS256'] }),
  };
}

function measure(cases) {
  const rounds = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(cases)) {
      const calls = name.endsWith('text secret') ? CALLS / 20 : CALLS;
      const start = performance.now();
      for (let call = 0; call < calls; call += 1) run();
      rounds[name].push(((performance.now() - start) / calls) * 1_000);
    }
  }
  return Object.entries(rounds).map(([name, times]) => [name, times.sort((a, b) => a - b)]);
}

const emulator = createEmulator();
const { url } = await emulator.listen();
const fanfare = createFanfare({
  organizationId: emulator.organizationId,
  secretKey: 'sk_test_emulator',
  api: { baseUrl: url },
  session: { secrets: [randomBytes(32).toString('hex')] },
  ledger: memoryLedger(),
});
const cookie = await earnCookie(fanfare, emulator);
const measured = measure(casesFor(fanfare, cookie));
const base = measured[0][1][Math.floor(ROUNDS / 2)];
console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0].model}, a cookie of ${cookie.length} bytes`,
);
console.log(
  'medians of interleaved rounds, as ratios to the raw HMAC check; best and worst round beside them',
);
for (const [name, times] of measured) {
  const [best, median, worst] = [times[0], times[Math.floor(ROUNDS / 2)], times.at(-1)].map((time) =>
    (time / base).toFixed(2),
  );
  console.log(`${name.padEnd(32)} ${median} (${best} to ${worst})`);
}
await fanfare.close();
await emulator.close();
