// Ways to ask about a token that nobody has seen, each over a real connection.
import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import * as crowdhandler from 'crowdhandler-sdk';
import { Pool } from 'undici';
import { createFanfare, DIALECTS, memoryLedger } from '../dist/index.js';
import { compiled } from './compiled.mjs';
import { SECRET } from './shop.mjs';
import { withoutClientsOwn } from './wire.mjs';

const [{ systemClock }, { createFanfareClient }, { createValidator }] = compiled(
  'lib/clock.ts',
  'lib/fanfare-api/client.ts',
  'lib/validation/validator.ts',
);

export const [RAW, OURS] = ['raw undici request', 'our validation'];
const [GUARD, SDK] = ['requireAdmission, new session and all', 'CrowdHandler, validateRequest'];
/** Those that do more than ask, or ask somebody else. */
export const SELDOM = [GUARD, SDK];

/** A validator as `createFanfare` makes it. */
function validatorFor({ url, organizationId }) {
  const emit = () => undefined;
  const told = { organizationId, clock: systemClock, emit };
  const secretKey = 'sk_test_emulator';
  const client = createFanfareClient({ ...told, secretKey, dialect: DIALECTS.gateway, baseUrl: url });
  return createValidator({ ...told, dialect: 'gateway', client });
}

/** What one question of ours looks like on the wire. */
async function seenOnTheWire(organizationId, question) {
  let seen;
  const server = createServer(async (req, res) => {
    const body = Buffer.concat(await req.toArray()).toString();
    seen = { method: req.method, path: req.url, headers: req.headers, body };
    res.end('true');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await validatorFor({ url: `http://127.0.0.1:${server.address().port}`, organizationId }).page(question);
  server.closeAllConnections();
  server.close();
  return { ...seen, headers: withoutClientsOwn(seen.headers) };
}

function guardAsker({ url, organizationId }) {
  const fanfare = createFanfare({
    ...{
      organizationId,
      secretKey: 'sk_test_emulator',
      api: { baseUrl: url },
      session: { secrets: [SECRET] },
    },
    ...{ ledger: memoryLedger(), doctor: false, deliveries: 'manual', coldValidationsPerMinute: false },
  });
  const guard = fanfare.requireAdmission();
  const socket = new Socket();
  return ({ token }) =>
    new Promise((resolve, reject) => {
      const req = Object.assign(new IncomingMessage(socket), { method: 'GET', url: '/checkout' });
      req.headers = { 'x-fanfare-admission': token };
      const res = new ServerResponse(req);
      res.end = () => reject(new Error(`refused: ${res.statusCode}`));
      guard(req, res, resolve);
    });
}

function crowdHandlerAsker({ crowdHandlerUrl: apiUrl }) {
  const headers = { 'user-agent': 'Mozilla/5.0', host: 'shop.example', 'x-forwarded-for': '192.0.2.1' };
  const header = (name) => headers[name.toLowerCase()];
  const request = {
    ...{ headers, originalUrl: '/checkout', url: '/checkout', method: 'GET' },
    ...{ protocol: 'https', get: header, header, connection: { remoteAddress: '127.0.0.1' } },
    ...{ socket: { remoteAddress: '127.0.0.1', encrypted: true } },
  };
  const response = { setHeader: () => undefined, getHeader: () => undefined, cookie: () => undefined };
  return async () => {
    const options = { mode: 'full', apiUrl, timeout: 5_000 };
    const { gatekeeper } = crowdhandler.init({ publicKey: 'key', options, request, response });
    const { promoted } = await gatekeeper.validateRequest();
    if (!promoted) throw new Error('CrowdHandler did not let in');
  };
}

/** What asks about a minted token, by name; `sample` is one of them. */
export async function askersFor(server, sample) {
  const wire = await seenOnTheWire(server.organizationId, sample);
  const pool = new Pool(server.url, { connections: 50, pipelining: 1 });
  const { page } = validatorFor(server);
  const { method, path, headers } = wire;
  const bodyFor = ({ token, consumerId }) =>
    wire.body.replace(sample.token, token).replace(sample.consumerId, consumerId);
  const good = (status) => {
    if (status !== 200) throw new Error(`answered ${status}`);
  };
  return {
    [RAW]: async (minted) => {
      const answer = await pool.request({ method, path, headers, body: bodyFor(minted) });
      good(answer.statusCode);
      await answer.body.text();
    },
    [OURS]: async (minted) => (await page(minted)).answer,
    [GUARD]: guardAsker(server),
    'global fetch': async (minted) => {
      const answer = await fetch(server.url + path, { method, headers, body: bodyFor(minted) });
      good(answer.status);
      await answer.text();
    },
    [SDK]: crowdHandlerAsker(server),
  };
}
