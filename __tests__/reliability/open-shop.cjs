// Opens a shop on the ledger of its task, for the scripts beside it; it ends with the test that started it.
const http = require('node:http');
const { openLedger } = require('./open-ledger.cjs');

const task = JSON.parse(process.env.TASK);
const { createFanfare } = require(`${task.lib}/index`);

exports.task = task;

/** @param place `(req, res, fanfare)`: a claimed submit; a rejection becomes the answer of its status */
exports.openShop = async ({ place, wrap = (ledger) => ledger, findOrder, onEvent = () => {} }) => {
  const fanfare = createFanfare({
    organizationId: 'org_emulator',
    secretKey: 'sk_test_emulator',
    api: { baseUrl: task.fanfare },
    session: { secrets: ['a session secret for shops that die'], insecure: true },
    ledger: wrap(openLedger(task.lib, task.address)),
    maxClaimSeconds: task.maxClaimSeconds ?? 600,
    ...(task.deliveriesPerMinute === undefined ? {} : { deliveriesPerMinute: task.deliveriesPerMinute }),
    ...(findOrder === undefined ? {} : { findOrder }),
    // Every shopper comes from somewhere else, not all from one address.
    clientKey: (req) => req.headers['x-shopper'],
    onEvent: (event) => {
      onEvent(event);
      process.send({ said: event.type });
    },
  });
  const claim = fanfare.claimAdmission({ leaseSeconds: 10 });
  const server = http.createServer((req, res) => {
    claim(req, res, (fault) => {
      const placed = fault === undefined ? place(req, res, fanfare) : Promise.reject(fault);
      placed.catch((error) => answer(res, error.status ?? 500, { code: error.code ?? String(error) }));
    });
  });
  process.on('disconnect', () => process.exit());
  await fanfare.ready();
  server.listen(0, '127.0.0.1', () => {
    process.send({ said: 'listening', origin: `http://127.0.0.1:${server.address().port}` });
  });
};

exports.answer = answer;
function answer(res, status, body) {
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
