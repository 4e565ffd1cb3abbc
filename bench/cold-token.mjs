// Ten thousand requests at once with one token that nobody has seen.
import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { createFanfare, memoryLedger } from '../dist/index.js';
import { SECRET } from './shop.mjs';

const REQUESTS = 10_000;

export const title = 'A stampede on one cold token';
export const about = `${REQUESTS} page loads at once with the same token, before Fanfare has answered the first.`;

export async function measure() {
  let calls = 0;
  const server = createServer((req, res) => {
    calls += 1;
    req.resume();
    res.setHeader('Content-Type', 'application/json');
    setTimeout(() => res.end('{"valid":true}'), 200);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fanfare = createFanfare({
    ...{ organizationId: 'org_1', secretKey: 'sk_test_1', session: { secrets: [SECRET] } },
    ...{
      api: { baseUrl: `http://127.0.0.1:${server.address().port}` },
      ledger: memoryLedger(),
      doctor: false,
    },
  });
  const guard = fanfare.requireAdmission();
  const socket = new Socket();
  const ids = 'consumer_id=cons_1&distribution_id=queue_1&distribution_type=queue';
  const load = () =>
    new Promise((resolve) => {
      const req = Object.assign(new IncomingMessage(socket), { method: 'GET', url: `/checkout?${ids}` });
      req.headers = { 'x-fanfare-admission': 'one-cold-opaque-token' };
      const res = new ServerResponse(req);
      res.end = () => resolve(false);
      guard(req, res, () => resolve(true));
    });
  const passed = (await Promise.all(Array.from({ length: REQUESTS }, load))).filter(Boolean).length;
  await fanfare.close();
  server.close();
  return {
    targets: [
      { what: 'calls to Fanfare', figure: calls, most: 1 },
      { what: 'requests that passed', figure: passed, least: REQUESTS },
    ],
  };
}
