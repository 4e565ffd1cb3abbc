// The demonstration, put together: the shop, its checkout on another domain and in a frame, a payment provider, and a
// local Fanfare. Each flow has a file of its own in `flows/`.
const { randomBytes } = require('node:crypto');
const { mkdirSync, mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { sqliteLedger } = require('express-fanfare/sqlite');
const { openFrameSite } = require('./flows/embedded.js');
const { openPaySite } = require('./flows/external.js');
const { createShopFanfare, openShopSite } = require('./flows/same-site.js');
const { openLocalFanfare } = require('./local-fanfare.js');
const { openOrders } = require('./orders.js');
const { stock } = require('./products.js');
const { createProviderClient } = require('./provider/client.js');
const { openProvider } = require('./provider/server.js');
const { openSite } = require('./site.js');
const { openTill } = require('./till.js');

function openData(folder = mkdtempSync(join(tmpdir(), 'quayside-'))) {
  const file = join(folder, 'shop.sqlite');
  try {
    mkdirSync(folder, { recursive: true });
    return { file, orders: openOrders(file, stock) };
  } catch (error) {
    throw new Error(`The shop cannot keep its orders in "${folder}": ${error.message}`, { cause: error });
  }
}

/** What the instances have in common. Each has a ledger of its own on the one file, and closes it. */
function commonOptions({ local, given, file, orders }) {
  const session = {
    // Good for this run only. Beside a real Fanfare the secret must be given: a new one at each start would end
    // every shopper's session.
    secrets: [process.env.FANFARE_SESSION_SECRET || randomBytes(32).toString('hex')],
    insecure: true,
  };
  const { organizationId, secretKey, url: baseUrl } = local ?? {};
  return () => ({
    ...(local && { organizationId, secretKey, api: { baseUrl }, session }),
    ...given,
    ledger: sqliteLedger({ file }),
    orderUrl: (orderId) => `/orders/${orderId}`,
    findOrder: ({ id }) => {
      const order = orders.ofAdmission(id);
      return order && { orderId: order.id, amount: order.amount, currency: 'EUR' };
    },
    // Three instances in one process is this demonstration's own idea.
    doctor: ['TWO_INSTANCES'],
  });
}

/** What is not given is good for this run only. */
function secretsOf({ FANFARE_WEBHOOK_SECRET: webhook }) {
  const made = () => randomBytes(32).toString('hex');
  return { handoff: made(), webhook: webhook || made() };
}

/** A provider outside this process where `PROVIDER_URL` names one, with its secret; else the built-in one. */
async function findProvider({ PROVIDER_URL: origin, PROVIDER_SECRET: secret }) {
  if (origin) return { origin, secret, close() {} };
  return openProvider({ secret: randomBytes(32).toString('hex') });
}

/**
 * Opens everything on the loopback. `dataDir` is the folder of the SQLite file; default: a new temporary one. `given`: what
 * `createFanfare` gets in place of what the environment says, such as a test's own Fanfare.
 */
async function startShop({ port = 0, dataDir, given } = {}) {
  const sites = [];
  const others = [];
  const closes = (list, thing) => (list.push(thing), thing);
  const close = async () => {
    // The servers first: an order that is running needs everything else.
    for (const site of sites.splice(0)) await site.close();
    for (const thing of others.splice(0).reverse()) await thing?.close();
  };
  try {
    const local = closes(others, await openLocalFanfare(given));
    const { origin, secret } = closes(others, await findProvider(process.env));
    const { file, orders } = openData(dataDir);
    others.push(orders);
    const shop = closes(sites, await openSite({ port }));
    const pay = closes(sites, await openSite({ name: 'localhost' }));
    const frame = closes(sites, await openSite({ name: 'localhost' }));

    const provider = createProviderClient({ origin, secret, notifyUrl: `${shop.origin}/webhooks/payments` });
    const options = commonOptions({ local, given, file, orders });
    const origins = { shop: shop.origin, pay: pay.origin, frame: frame.origin };
    const secrets = secretsOf(process.env);
    const operatorPassword = process.env.OPERATOR_PASSWORD || randomBytes(16).toString('base64url');
    const fanfare = closes(others, createShopFanfare({ options, secrets, origins }));
    const till = closes(others, await openTill({ orders, fanfare }));
    const parts = { till, provider, secret };
    const pays = closes(others, openPaySite({ options, secrets, origins, parts, site: pay }));
    const framed = closes(others, openFrameSite({ options, origins, parts, site: frame }));
    for (const instance of [fanfare, pays, framed]) await instance.ready();
    openShopSite({ fanfare, secrets, operatorPassword, origins, local, parts, site: shop });
    const addresses = { url: shop.origin, emulatorUrl: local?.url, providerUrl: origin, origins };
    return { ...addresses, operatorPassword, file, close };
  } catch (error) {
    // What is open already would keep the process alive, with no shop in it.
    await close();
    throw error;
  }
}

module.exports = { startShop };
