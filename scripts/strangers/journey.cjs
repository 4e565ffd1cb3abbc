// One shopper's whole way, on the server that the command names: refused, handed over, let in, one order, never a second.
const assert = require('node:assert/strict');
const { mkdtempSync, rmSync } = require('node:fs');
const { createServer } = require('node:http');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { createFanfare, memoryLedger } = require('express-fanfare');
const { createEmulator } = require('express-fanfare/emulator');
const { sqliteLedger } = require('express-fanfare/sqlite');

const VISIT = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };

/** Each takes `[method, path, ...middlewares]` and answers what `http.createServer` wants. */
const SERVERS = {
  express: (routes) => mounted(require('express')(), routes),
  express4: (routes) => mounted(require('express4')(), routes),
  connect: (routes) => inTurn(require('connect')(), routes),
  'node:http': (routes) => (req, res) => {
    const [, , ...steps] = routes.find(([method]) => method === req.method);
    const step = (index) => steps[index](req, res, () => step(index + 1));
    step(0);
  },
};

function mounted(app, routes) {
  for (const [method, path, ...middlewares] of routes) app[method.toLowerCase()](path, ...middlewares);
  return app;
}

/** Connect tells paths apart, but not methods. */
function inTurn(app, routes) {
  for (const [method, path, ...middlewares] of routes) {
    for (const middleware of middlewares) {
      app.use(path, (req, res, next) => (req.method === method ? middleware(req, res, next) : next()));
    }
  }
  return app;
}

async function journey(kind, file) {
  const emulator = createEmulator();
  const { url: baseUrl } = await emulator.listen();
  const [major, minor] = process.versions.node.split('.').map(Number);
  const inNode = major > 22 || (major === 22 && minor >= 13);
  const fanfare = createFanfare({
    organizationId: emulator.organizationId,
    secretKey: 'sk_test_emulator',
    api: { baseUrl },
    session: { secrets: ['a secret of at least thirty-two bytes'], insecure: true },
    ledger: inNode ? sqliteLedger({ file }) : memoryLedger(),
    doctor: false,
  });
  await fanfare.ready();
  const placeOrder = (req, res) =>
    fanfare.completeAdmission(req, { orderId: 'order_1' }).then(() => res.end('ordered'));
  const server = createServer(
    SERVERS[kind]([
      ['GET', '/checkout', fanfare.requireAdmission(), (req, res) => res.end(req.admission.distributionId)],
      ['POST', '/checkout', fanfare.claimAdmission(), placeOrder],
    ]),
  );
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  await walk(`http://127.0.0.1:${server.address().port}/checkout`, emulator);
  server.closeAllConnections();
  server.close();
  await fanfare.close();
  await emulator.close();
}

async function walk(checkout, emulator) {
  const ask = (url, init) => fetch(url, { redirect: 'manual', ...init });
  assert.equal((await ask(checkout)).status, 403);
  const { token } = emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' });
  const handover = await ask(`${checkout}?admission_token=${token}`, { headers: VISIT });
  assert.equal(handover.status, 303);
  const headers = {
    Cookie: handover.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; '),
  };
  assert.equal(await (await ask(checkout, { headers })).text(), 'queue_1');
  assert.equal(await (await ask(checkout, { method: 'POST', headers })).text(), 'ordered');
  const again = await ask(checkout, { method: 'POST', headers });
  assert.equal((await again.json()).code, 'ADMISSION_USED');
  await told(emulator);
}

/** Fanfare hears of the order by itself. */
async function told(emulator) {
  while (emulator.admissions()[0].state !== 'completed') await new Promise((later) => setTimeout(later, 10));
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'journey-'));
  try {
    for (const kind of Object.keys(SERVERS))
      await journey(kind, join(folder, `${kind.replace(':', '-')}.sqlite`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
