// A shop that keeps its own orders on the disk, as merchants do, and kills itself at the point its task names.
const { randomUUID } = require('node:crypto');
const diagnostics = require('node:diagnostics_channel');
const fs = require('node:fs');
const { answer, openShop, task } = require('./open-shop.cjs');

const orders = fs.openSync(task.orders, 'a');
/** Each time that the ledger says it has a new order. */
const recorded = fs.openSync(task.recorded, 'a');

function write(book, entry) {
  fs.writeSync(book, `${JSON.stringify(entry)}\n`);
  fs.fsyncSync(book);
}

function findOrder({ id }) {
  const lines = fs.readFileSync(task.orders, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line)).find(({ admissionId }) => admissionId === id);
}

function onEvent({ type, admissionId }) {
  if (type === 'completion.recorded') write(recorded, { admissionId });
}

/** Admissions whose order this very process has made. */
const own = new Set();

function reached(point, admissionId) {
  if (task.killAt === point && own.has(admissionId)) process.kill(process.pid, 'SIGKILL');
}

async function place(req, res, fanfare) {
  const { id } = req.admission;
  own.add(id);
  reached('claimed', id);
  await fanfare.assertClaim(req);
  const orderId = randomUUID();
  // Nothing keeps a second order of an admission out of the books: that is what is to be proven.
  write(orders, { admissionId: id, orderId });
  reached('order committed', id);
  await fanfare.completeAdmission(req, { orderId, amount: '129.00', currency: 'EUR' });
  reached('completion recorded', id);
  answer(res, 201, { orderId });
}

/** What the HTTP client says of itself: `undici:request:bodySent` and `undici:request:headers`. */
function watchCalls(channel, point) {
  diagnostics.subscribe(channel, ({ request: { headers } }) => {
    const name = headers.findIndex((header) => header === 'X-Idempotency-Key');
    if (name !== -1) reached(point, headers[name + 1]);
  });
}

function wrap(ledger) {
  const settleDelivery = (admissionId, ...rest) => {
    reached('before it is written down', admissionId);
    return ledger.settleDelivery(admissionId, ...rest);
  };
  return new Proxy(ledger, {
    get(target, name) {
      if (name === 'settleDelivery') return settleDelivery;
      const value = target[name];
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

watchCalls('undici:request:bodySent', 'request sent');
watchCalls('undici:request:headers', 'answer received');
openShop({ place, wrap, findOrder, onEvent });
