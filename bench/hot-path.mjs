// What a page load with a warm session costs, beside a raw HMAC check and the neighbours, in one run.
// Run with --expose-gc.
import { createHmac, createSecretKey, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { createEmulator } from '../dist/emulator/index.js';
import { createFanfare, memoryLedger } from '../dist/index.js';
import { queueItCases } from './queue-it.mjs';
import { interleave, machine, median, print } from './rounds.mjs';

const ROUNDS = 25;
const ROUND_MS = 40;
const AT_ONCE = 100;
const PAGE_LOAD = 'attachAdmission + requireAdmission';

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

/** Both middlewares, as a router calls them; throws unless they let the request through before they return. */
function pageLoad(fanfare, cookie) {
  const attach = fanfare.attachAdmission();
  const guard = fanfare.requireAdmission();
  const headers = { cookie, accept: 'text/html', host: 'shop.example' };
  return () => {
    const req = { method: 'GET', url: '/checkout', headers };
    const res = new FakeResponse();
    let passed = false;
    attach(req, res, () =>
      guard(req, res, () => {
        passed = true;
      }),
    );
    if (!passed) throw new Error('a warm session did not pass synchronously');
  };
}

function casesFor(fanfare, cookie, queueIt) {
  const value = cookie.slice(cookie.indexOf('=') + 1);
  const secret = randomBytes(32).toString('hex');
  const key = createSecretKey(Buffer.from(secret));
  const mac = createHmac('sha256', key).update(value).digest();
  const token = jwt.sign({ sub: 'cons_1', sealed: value.slice(0, 600) }, secret);
  const cache = new LRUCache({ max: 1_000 });
  cache.set(hash('sha256', value, 'binary'), {});
  return {
    'raw HMAC check': () => timingSafeEqual(createHmac('sha256', key).update(value).digest(), mac),
    'LRU hit under a SHA-256 key': () => cache.get(hash('sha256', value, 'binary')),
    [PAGE_LOAD]: pageLoad(fanfare, cookie),
    ...queueIt,
    'jsonwebtoken, KeyObject': () => jwt.verify(token, key, { algorithms: ['HS256'] }),
    'jsonwebtoken, text secret': () => jwt.verify(token, secret, { algorithms: ['HS256'] }),
  };
}

/** Microseconds a call. What answers by a promise is waited for. */
async function timeCalls(run) {
  const asynchronous = run() instanceof Promise;
  gc({ type: 'minor' }); // so that nobody clears away what the case before has left
  const start = performance.now();
  let calls = 0;
  while (performance.now() - start < ROUND_MS) {
    if (asynchronous) for (let call = 0; call < AT_ONCE; call += 1) await run();
    else for (let call = 0; call < AT_ONCE; call += 1) run();
    calls += AT_ONCE;
  }
  return ((performance.now() - start) / calls) * 1_000;
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
const queueIt = await queueItCases();
const cases = casesFor(fanfare, cookie, queueIt);
await interleave(3, cases, timeCalls); // to warm up
const measured = await interleave(ROUNDS, cases, timeCalls);
console.log(machine);
print(`A page load with a warm session (a cookie of ${cookie.length} bytes), in process`, 'µs', measured);
const ratioOf = (name) => median(measured.find((one) => one.name === name).ratios);
for (const name of Object.keys(queueIt)) {
  console.log(`${name}: ${(ratioOf(name) / ratioOf(PAGE_LOAD)).toFixed(1)} times our cost`);
}
await fanfare.close();
await emulator.close();
