// A small shop: three products behind a queue, a draw and an auction, and the checkout that express-fanfare guards.
const { randomBytes } = require('node:crypto');
const { mkdirSync, mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const express = require('express');
const { createFanfare } = require('express-fanfare');
const { createEmulator } = require('express-fanfare/emulator');
const { sqliteLedger } = require('express-fanfare/sqlite');
const { openOrders } = require('./orders.js');
const pages = require('./pages.js');
const { experiences, productOf, products } = require('./products.js');

const EMULATOR_KEY = 'sk_test_emulator';

/** A local Fanfare for who has no account; a live key has no business beside it. */
async function startEmulator(environment) {
  if (environment.FANFARE_API_URL) return undefined;
  if (environment.FANFARE_SECRET_KEY?.startsWith('sk_live_')) {
    throw new Error(
      'FANFARE_SECRET_KEY is a live key, and no FANFARE_API_URL is set: the built-in emulator refuses it.',
    );
  }
  const emulator = createEmulator({ experiences, secretKey: EMULATOR_KEY });
  const { url } = await emulator.listen();
  return { emulator, url, key: emulator.publishableKey };
}

function createShopFanfare(local, { file, orders, environment }) {
  const plainHttp = local !== undefined;
  return createFanfare({
    ...(local && {
      organizationId: local.emulator.organizationId,
      secretKey: EMULATOR_KEY,
      api: { baseUrl: local.url },
    }),
    session: {
      secrets: [environment.FANFARE_SESSION_SECRET ?? randomBytes(32).toString('hex')],
      insecure: plainHttp,
    },
    ledger: sqliteLedger({ file }),
    experienceUrl: (req) => `/experience/${/^\/checkout\/([a-z]+)/.exec(req.originalUrl)?.[1] ?? ''}`,
    orderUrl: (orderId) => `/orders/${orderId}`,
    findOrder: ({ id }) => {
      const order = orders.ofAdmission(id);
      return order && { orderId: order.id, amount: order.amount, currency: 'EUR' };
    },
  });
}

function securityHeaders(local) {
  const policy = `default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self' ${local?.url ?? ''}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
  return (_req, res, next) => {
    res.set({
      'Content-Security-Policy': policy,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'same-origin',
    });
    next();
  };
}

function createShop({ fanfare, orders, local }) {
  const app = express();
  app.disable('x-powered-by');
  app.use(securityHeaders(local), express.urlencoded({ extended: false }));
  app.use('/public', express.static(join(__dirname, 'public')));
  app.use(fanfare.attachAdmission());
  app.use('/fanfare', fanfare.routes());

  app.get('/', (_req, res) => res.send(pages.home(products)));
  app.get('/experience', (_req, res) => res.redirect(303, '/'));
  app.get('/experience/:slug', (req, res, next) => {
    const product = productOf(req.params.slug);
    if (product) res.send(pages.experience(product, { emulator: local, reason: req.query.fanfare }));
    else next();
  });
  for (const product of products) sell(app, product, { fanfare, orders });
  app.get('/orders/:id', (req, res, next) => {
    const order = orders.find(req.params.id);
    if (order) res.send(pages.confirmation(order, productOf(order.product)));
    else next();
  });
  app.use((_req, res) => res.status(404).send(pages.notFound()));
  return app;
}

/** The checkout of one product: its drop is named here, on the server. */
function sell(app, product, { fanfare, orders }) {
  const path = `/checkout/${product.slug}`;
  const guard = { distributionIds: [product.distributionId] };
  const show = (req, res, declined) =>
    res.send(pages.checkout(product, { admission: req.admission, serverNow: Date.now(), declined }));

  app.get(path, fanfare.requireAdmission(guard), (req, res) => show(req, res, false));
  app.post(path, fanfare.claimAdmission(guard), async (req, res) => {
    if (req.body.card === 'declined') {
      // 402 gives the claim back: the shopper may try again until the time is over.
      show(req, res.status(402), true);
      return;
    }
    await fanfare.assertClaim(req);
    const orderId = orders.place({
      admissionId: req.admission.id,
      product: product.slug,
      amount: product.amount,
    });
    await fanfare.completeAdmission(req, { orderId, amount: product.amount, currency: 'EUR' });
    res.redirect(303, `/orders/${orderId}`);
  });
}

async function startShop({ port = 0, dataDir, environment = process.env } = {}) {
  const local = await startEmulator(environment);
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'quayside-'));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'shop.sqlite');
  const orders = openOrders(file);
  const fanfare = createShopFanfare(local, { file, orders, environment });
  await fanfare.ready();
  const server = createShop({ fanfare, orders, local }).listen(port, '127.0.0.1');
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    emulatorUrl: local?.url,
    file,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await fanfare.close();
      orders.close();
      await local?.emulator.close();
    },
  };
}

module.exports = { startShop };
