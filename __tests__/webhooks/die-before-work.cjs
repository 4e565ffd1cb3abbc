// A shop that hangs between the answer and the work, so that it can be killed just there; run by kill.test.ts.
const { createServer } = require('node:http');
const { lib, file, secret, session } = JSON.parse(process.env.TASK);
const { createFanfare } = require(`${lib}/index.js`);
const { sqliteLedger } = require(`${lib}/ledger/sqlite.js`);
const { fanfareWebhook } = require(`${lib}/webhooks/index.js`);

const ledger = sqliteLedger({ file });
const addNote = ledger.addNote.bind(ledger);
ledger.addNote = (note) => {
  if (note.kind !== 'webhook_hold') return addNote(note);
  process.send({ said: 'about to work' });
  return new Promise(() => undefined);
};
const fanfare = createFanfare({
  ...{
    organizationId: 'org_emulator',
    secretKey: 'sk_test_emulator',
    api: { baseUrl: 'http://127.0.0.1:9' },
  },
  ...{ session: { secrets: [session] }, ledger, deliveries: 'manual', doctor: false },
});
const hook = fanfareWebhook(fanfare, { secrets: secret, onEvent: () => process.send({ said: 'worked' }) });
const server = createServer((req, res) => hook(req, res));
server.listen(0, '127.0.0.1', () => process.send({ said: 'ready', port: server.address().port }));
process.on('disconnect', () => process.exit());
