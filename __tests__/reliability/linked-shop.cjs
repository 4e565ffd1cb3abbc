// One process of the checkout on another domain, which takes links and winners; run by links.test.ts.
const http = require('node:http');
const { openLedger } = require('./open-ledger.cjs');

const task = JSON.parse(process.env.TASK);
const { createFanfare } = require(`${task.lib}/index`);
const { systemClock } = require(`${task.lib}/clock`);

const fanfare = createFanfare({
  organizationId: task.organizationId,
  secretKey: 'sk_test_emulator',
  api: { baseUrl: task.fanfare },
  session: { secrets: [task.secret], insecure: true },
  handoff: { secrets: [task.both], origin: task.origin },
  ledger: openLedger(task.lib, task.address),
  // On a slow machine a crowd at once takes longer than the ledger may, and whoever used up the link is told to come back.
  clock: { ...systemClock, after: (milliseconds, act) => systemClock.after(10 * milliseconds, act) },
  coldValidationsPerMinute: false,
  doctor: false,
  onEvent: ({ type, cause }) => process.send({ said: type, cause: String(cause) }),
});

const STEPS = {
  '/pay': [fanfare.requireAdmission(), (_req, res) => res.end('pay')],
  '/order': [fanfare.claimAdmission(), order],
  '/winner': [fanfare.winnerPage()],
};

function order(req, res) {
  fanfare.completeAdmission(req, { orderId: `order at ${task.name}` }).then(
    () => res.end('ordered'),
    ({ status, code }) => res.writeHead(status ?? 500).end(code),
  );
}

const server = http.createServer((req, res) => {
  const [step, handler] = STEPS[req.url.split('?')[0]];
  step(req, res, () => handler(req, res));
});
process.on('disconnect', () => process.exit());
fanfare.ready().then(() => {
  server.listen(0, '127.0.0.1', () => {
    process.send({ said: 'listening', at: `http://127.0.0.1:${server.address().port}` });
  });
});
