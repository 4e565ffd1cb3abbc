// A shop that tells what went wrong unseen and what it holds open: for soak.test.ts.
const http = require('node:http');
const fs = require('node:fs');
const { randomUUID } = require('node:crypto');
const { openLedger } = require('./open-ledger.cjs');

const task = JSON.parse(process.env.TASK);
const { createFanfare } = require(`${task.lib}/index`);

for (const said of ['unhandledRejection', 'uncaughtException', 'warning']) {
  process.on(said, (cause) => process.send({ said, cause: String(cause?.stack ?? cause) }));
}

const DESCRIPTORS = '/proc/self/fd';

/** What keeps the process alive, by kind, and where the system tells, its open files and sockets. */
function held() {
  const kinds = {};
  for (const kind of process.getActiveResourcesInfo()) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return { kinds, descriptors: fs.existsSync(DESCRIPTORS) ? fs.readdirSync(DESCRIPTORS).length : 0 };
}

async function main() {
  const fanfare = createFanfare({
    organizationId: 'org_emulator',
    secretKey: 'sk_test_emulator',
    api: { baseUrl: task.fanfare },
    session: { secrets: ['a session secret for shops in bad weather'], insecure: true },
    ledger: openLedger(task.lib, task.address),
    clientKey: (req) => req.headers['x-shopper'],
    onEvent: () => undefined,
  });
  const attach = fanfare.attachAdmission();
  const guards = { GET: fanfare.requireAdmission(), POST: fanfare.claimAdmission() };
  const server = http.createServer((req, res) => {
    const end = (status, body = {}) =>
      res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    const failed = (error) => end(error.status ?? 500, { code: error.code ?? String(error) });
    const buy = async () => {
      // A third of the cards are declined, and a third of the payments end elsewhere.
      const outcome = Math.floor(Math.random() * 3);
      if (outcome > 0) return end(outcome === 1 ? 402 : 202);
      await fanfare.completeAdmission(req, { orderId: randomUUID() });
      end(201, { admissionId: req.admission.id });
    };
    attach(req, res, (attachFault) => {
      if (attachFault !== undefined) return failed(attachFault);
      guards[req.method](req, res, (fault) => {
        if (fault !== undefined) return failed(fault);
        if (req.method === 'GET') return end(200);
        buy().catch(failed);
      });
    });
  });
  // The crowd hangs up by itself in the end: a connection that we end may be the one that it sends on just then.
  server.keepAliveTimeout = 600_000;
  process.on('message', () => process.send({ said: 'held', held: held() }));
  process.on('disconnect', () => process.exit());
  await fanfare.ready();
  server.listen(0, '127.0.0.1', () => {
    process.send({ said: 'listening', origin: `http://127.0.0.1:${server.address().port}` });
  });
}

void main();
