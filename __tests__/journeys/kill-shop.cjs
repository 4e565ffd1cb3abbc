// A shop in a process of its own, to be killed: run by kill.test.ts with the compiled package's folder as argument.
const http = require('node:http');
const { createFanfare } = require(`${process.argv[2]}/index.js`);
const { sqliteLedger } = require(`${process.argv[2]}/ledger/sqlite.js`);

const fanfare = createFanfare({
  organizationId: 'org_emulator',
  secretKey: 'sk_test_emulator',
  api: { baseUrl: process.env.FANFARE_API_URL },
  session: { secrets: ['a session secret for the killed shop'], insecure: true },
  ledger: sqliteLedger({ file: process.env.LEDGER_FILE }),
  onEvent: (event) => process.stdout.write(`event ${event.type}\n`),
});

const claim = fanfare.claimAdmission();
const server = http.createServer((req, res) => {
  claim(req, res, async (error) => {
    if (error) throw error;
    await fanfare.completeAdmission(req, { orderId: 'order_1', amount: '129.00', currency: 'EUR' });
    res.writeHead(201).end('ordered');
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`listening ${server.address().port}\n`));
