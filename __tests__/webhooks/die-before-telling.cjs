// A shop that hangs between the record of an order and its own handler, so that it can be killed just there; run by kill.test.ts.
const { createServer } = require('node:http');
const { lib, file, secret, session } = JSON.parse(process.env.TASK);
const { createFanfare } = require(`${lib}/index.js`);
const { sqliteLedger } = require(`${lib}/ledger/sqlite.js`);
const { shopifyWebhook } = require(`${lib}/webhooks/index.js`);

const fanfare = createFanfare({
  ...{
    organizationId: 'org_emulator',
    secretKey: 'sk_test_emulator',
    api: { baseUrl: 'http://127.0.0.1:9' },
  },
  ...{ session: { secrets: [session] }, deliveries: 'manual', doctor: false },
  ledger: sqliteLedger({ file }),
});
const onCompleted = () => {
  process.send({ said: 'about to tell' });
  return new Promise(() => undefined);
};
const hook = shopifyWebhook(fanfare, { secrets: secret, onCompleted });
const server = createServer((req, res) => hook(req, res));
server.listen(0, '127.0.0.1', () => process.send({ said: 'ready', port: server.address().port }));
process.on('disconnect', () => process.exit());
