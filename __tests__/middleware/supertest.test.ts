/** The first minute with each kind of server, as merchants' own supertest suites would have it. */
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import connect from 'connect';
import express from 'express';
import request from 'supertest';
import { createFanfare, type Fanfare, memoryLedger } from '../../lib/index.js';

// Express 4 under its alias has no types of its own.
const express4 = createRequire(__filename)('express4') as typeof express;

let fanfare: Fanfare;

beforeAll(() => {
  fanfare = createFanfare({
    organizationId: 'org_1',
    secretKey: 'sk_test_1',
    session: { secrets: ['a session secret for tests, long enough'] },
    ledger: memoryLedger(),
  });
});
afterAll(() => fanfare.close());

const SERVERS: Readonly<Record<string, () => RequestListener>> = {
  'Express 5': () => express().use(fanfare.attachAdmission(), fanfare.routes(), fanfare.claimAdmission()),
  'Express 4': () => express4().use(fanfare.attachAdmission(), fanfare.routes(), fanfare.claimAdmission()),
  Connect: () => connect().use(fanfare.attachAdmission()).use(fanfare.routes()).use(fanfare.claimAdmission()),
  'node:http': () => (req, res) => {
    fanfare.routes()(req, res, () => {
      fanfare.claimAdmission()(req, res);
    });
  },
};

describe.each(Object.entries(SERVERS))('%s', (_name, serve) => {
  test('a fetch without an admission is refused as JSON', async () => {
    const answer = await request(createServer(serve())).post('/checkout').expect(403);
    expect(answer.body).toMatchObject({ error: 'Admission required', code: 'ADMISSION_REQUIRED' });
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('a page visit without one is led to the experience', () =>
    request(createServer(serve()))
      .get('/checkout?a=1')
      .set('Accept', 'text/html')
      .expect(303)
      .expect('Location', '/experience?fanfare=required'));

  test('health calls nobody', () =>
    request(createServer(serve()))
      .get('/health')
      .expect(200, /"status":"ok"/));
});
