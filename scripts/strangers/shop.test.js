// A merchant's own Jest suite, with nothing set up for us.
const express = require('express');
const { createFanfare, FanfareError, memoryLedger } = require('express-fanfare');
const { createEmulator } = require('express-fanfare/emulator');

let emulator, fanfare, server, checkout;

beforeAll(async () => {
  emulator = createEmulator();
  const { url: baseUrl } = await emulator.listen();
  const secrets = ['a secret of at least thirty-two bytes'];
  const { organizationId } = emulator;
  const options = { organizationId, secretKey: 'sk_test_emulator', api: { baseUrl }, doctor: false };
  fanfare = createFanfare({ ...options, ledger: memoryLedger(), session: { secrets, insecure: true } });
  await fanfare.ready();
  const app = express();
  app.get('/checkout', fanfare.requireAdmission(), (req, res) => res.json(req.admission));
  await new Promise((listening) => (server = app.listen(0, '127.0.0.1', listening)));
  checkout = `http://127.0.0.1:${server.address().port}/checkout`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  await fanfare.close();
  await emulator.close();
});

test('lets nobody in without an admission', async () => {
  const answer = await fetch(checkout);
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({ code: 'ADMISSION_REQUIRED' });
});

test('lets an admitted shopper in', async () => {
  const { token } = emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' });
  const answer = await fetch(checkout, { headers: { 'X-Fanfare-Admission': token } });
  expect(await answer.json()).toMatchObject({ distributionId: 'queue_1', verifiedBy: 'fanfare' });
});

test('has one error class', () => {
  expect(() => fanfare.requireAdmission('x')).toThrow(TypeError);
  expect(new FanfareError('CLAIM_LOST')).toBeInstanceOf(FanfareError);
});
