// A small shop: three products behind a queue, a draw and an auction, and the checkout that express-fanfare guards.
const { randomBytes } = require('node:crypto');
const { mkdirSync, mkdtempSync } = require('node:fs');
const { createServer } = require('node:http');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const express = require('express');
const { createFanfare, FanfareError } = require('express-fanfare');
const { createEmulator } = require('express-fanfare/emulator');
const { sqliteLedger } = require('express-fanfare/sqlite');
const { openOrders } = require('./orders.js');
const pages = require('./pages.js');
const { experiences, productOf, products } = require('./products.js');

const EMULATOR_KEY = 'sk_test_emulator';

/** A local Fanfare for who has no account; a live key has no business beside it. */
async function startEmulator(environment, given) {
  if (environment.FANFARE_API_URL && !given) return undefined;
  if (environment.FANFARE_SECRET_KEY?.startsWith('sk_live_')) {
    throw new Error(
      'FANFARE_SECRET_KEY is a live key, and no FANFARE_API_URL is set: the built-in emulator refuses it.',
    );
  }
  const emulator = given ?? createEmulator({ experiences, secretKey: EMULATOR_KEY });
  const { url } = await emulator.listen();
  return { emulator, url, key: emulator.publishableKey };
}

function createShopFanfare(local, { file, orders, environment }) {
  return createFanfare({
    ...(local && {
      organizationId: local.emulator.organizationId,
      secretKey: EMULATOR_KEY,
      api: { baseUrl: local.url },
      // Good for this run only. Beside a real Fanfare the secret must be given: a new one at each start would end
      // every shopper's session.
      session: {
        secrets: [environment.FANFARE_SESSION_SECRET || randomBytes(32).toString('hex')],
        insecure: true,
      },
    }),
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
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    local ? `connect-src 'self' ${local.url}` : "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
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
  app.get('/experience', (req, res) => res.send(pages.home(products, req.query.fanfare)));
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
  app.use(showFault);
  return app;
}

/** A `FanfareError` brings its own words; of anything else the shopper learns no more than what to do. */
function sentenceFor(error, status) {
  if (error instanceof FanfareError) return error.message;
  return status < 500
    ? 'The address or the form you used is damaged. Please start again from the shop.'
    : 'That did not work. Please try again in a moment.';
}

function showFault(error, _req, res, next) {
  if (res.headersSent) {
    next(error);
    return;
  }
  const status = error.status ?? 500;
  if (status >= 500) console.error(error);
  res.status(status);
  if (error instanceof FanfareError) res.set(error.headers);
  res.send(pages.fault(sentenceFor(error, status)));
}

/** What paying comes to, by the card in the form. */
const CARDS = new Map([
  ['good', {}],
  ['declined', { status: 402, trouble: 'Your card was declined. Your place is kept: please try again.' }],
]);

/** The checkout of one product: its drop is named here, on the server. */
function sell(app, product, { fanfare, orders }) {
  const path = `/checkout/${product.slug}`;
  const guard = { distributionIds: [product.distributionId] };
  const show = (req, res, trouble) =>
    res.send(pages.checkout(product, { admission: req.admission, trouble }));

  app.get(path, fanfare.requireAdmission(guard), (req, res) => show(req, res));
  app.post(path, fanfare.claimAdmission(guard), async (req, res) => {
    // 400 and 402 give the claim back: the shopper may try again until the time is over.
    const card = CARDS.get(req.body?.card) ?? { status: 400, trouble: 'Please choose a card.' };
    if (card.trouble) {
      show(req, res.status(card.status), card.trouble);
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

async function listen(app, port) {
  const server = createServer(app);
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  }).catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${port} is taken. Choose another one with PORT, or PORT=0 for any.`);
  });
  return server;
}

async function stopListening(server) {
  const closed = new Promise((resolve) => server.close(resolve));
  // A checkout that is running may end; a browser's idle connection would hold the stop up.
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), 5_000);
  await closed;
  clearTimeout(cut);
}

function openData(folder) {
  const file = join(folder, 'shop.sqlite');
  try {
    mkdirSync(folder, { recursive: true });
    return { file, orders: openOrders(file) };
  } catch (error) {
    throw new Error(`The shop cannot keep its orders in "${folder}": ${error.message}`, { cause: error });
  }
}

/**
 * Opens the shop on the loopback. `dataDir` is the folder of the SQLite file (default: a new temporary one); `emulator`
 * is one that does not listen yet, with the secret key `sk_test_emulator`, in place of the built-in one.
 */
async function startShop({ port = 0, dataDir, emulator, environment = process.env } = {}) {
  const opened = [];
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    const local = await startEmulator(environment, emulator);
    if (local) opened.push(() => local.emulator.close());
    const { file, orders } = openData(dataDir || mkdtempSync(join(tmpdir(), 'quayside-')));
    opened.push(() => orders.close());
    const fanfare = createShopFanfare(local, { file, orders, environment });
    opened.push(() => fanfare.close());
    await fanfare.ready();
    const server = await listen(createShop({ fanfare, orders, local }), port);
    opened.push(() => stopListening(server));
    return { url: `http://127.0.0.1:${server.address().port}`, emulatorUrl: local?.url, file, close };
  } catch (error) {
    // What is open already would keep the process alive, with no shop in it.
    await close();
    throw error;
  }
}

module.exports = { startShop };
