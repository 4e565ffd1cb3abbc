// A shop that has installed this package and nothing else: a stranger is refused, and what needs more says what.
const assert = require('node:assert/strict');
const { createServer } = require('node:http');

exports.firstUse = async ({ createFanfare, FanfareError, memoryLedger, ...wings }) => {
  for (const [name, wing] of Object.entries(wings)) assert.equal(typeof wing, 'function', name);
  assert.throws(() => wings.offlineVerifier({ keys: [] }), /jose@6/);
  assert.throws(() => wings.openTelemetry(), /opentelemetry\/api@1/);
  assert.throws(() => wings.createEmulator(), /express/);
  assert.ok(new FanfareError('CLAIM_LOST') instanceof Error);

  const fanfare = createFanfare({
    organizationId: 'org_1',
    secretKey: 'sk_test_1',
    ledger: memoryLedger(),
    session: { secrets: ['a secret of at least thirty-two bytes'] },
  });
  const guard = fanfare.requireAdmission();
  const server = createServer((req, res) => guard(req, res, () => res.end('in')));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const answer = await fetch(`http://127.0.0.1:${server.address().port}`);
  assert.equal((await answer.json()).code, 'ADMISSION_REQUIRED');
  assert.equal(answer.status, 403);
  server.closeAllConnections();
  server.close();
  await fanfare.close();
};
