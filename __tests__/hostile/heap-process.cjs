// Shows many distinct tokens to the guards and says how much the heap has grown: run by heap.test.ts with --expose-gc,
// the compiled package's folder, and how many tokens before and after the first measurement.
const { IncomingMessage, ServerResponse } = require('node:http');
const { Socket } = require('node:net');
const { createFanfare, DIALECTS, memoryLedger } = require(`${process.argv[2]}/index.js`);

const [before, after] = process.argv.slice(3).map(Number);
const fanfare = createFanfare({
  organizationId: 'org_1',
  secretKey: 'sk_test_1',
  session: { secrets: ['a session secret for this process, long enough'], insecure: true },
  ledger: memoryLedger(),
  api: { dialect: { ...DIALECTS.gateway, name: 'none', validate: {}, complete: {} }, validate: () => false },
  deliveries: 'manual',
  coldValidationsPerMinute: false,
  onEvent: () => undefined,
});
const [page, submit] = [fanfare.requireAdmission(), fanfare.claimAdmission()];
const socket = new Socket();

/** A token, opaque or signed by nobody, for a consumer of its own; every fourth as a cookie. */
function requestOf(number) {
  const req = new IncomingMessage(socket);
  const ids = { consumerId: `cons_${number}`, distributionId: 'queue_1', distributionType: 'queue' };
  const claims = Buffer.from(JSON.stringify(ids)).toString('base64url');
  const token = `eyJhbGciOiJFZERTQSJ9.${claims}.${String(number).padStart(86, 'A')}`;
  const cookie = `fanfare_admission_${String(number).padStart(8, '0')}=${token}`;
  req.method = number % 2 === 0 ? 'GET' : 'POST';
  req.url = '/checkout';
  req.headers = number % 4 === 0 ? { cookie } : { 'x-fanfare-admission': token };
  return req;
}

function show(number) {
  const req = requestOf(number);
  const res = new ServerResponse(req);
  return new Promise((resolve, reject) => {
    res.end = () => {
      if (res.statusCode === 403) resolve();
      else reject(new Error(`token ${number} was answered ${res.statusCode}`));
    };
    const guard = req.method === 'GET' ? page : submit;
    guard(req, res, () => reject(new Error(`token ${number} was let in`)));
  });
}

async function heapAfter(from, to) {
  for (let number = from; number < to; number += 1) await show(number);
  // What waits for its turn is not what stays.
  await new Promise(setImmediate);
  global.gc();
  global.gc();
  return process.memoryUsage().heapUsed;
}

async function main() {
  const empty = await heapAfter(0, 1_000);
  const first = await heapAfter(1_000, before);
  const second = await heapAfter(before, before + after);
  await fanfare.close();
  process.stdout.write(
    JSON.stringify({ filling: first - empty, growth: second - first, whole: second - empty }),
  );
}

void main();
