// What every origin of the shop has: the guarded checkouts, the orders, and pages for when something is wrong.
const { join } = require('node:path');
const express = require('express');
const { FanfareError } = require('express-fanfare');
const { meetReturns } = require('./flows/bank-return.js');
const { sell } = require('./flows/checkout.js');
const pages = require('./pages/index.js');
const { productOf, products } = require('./products.js');

function securityHeaders({ parent }, { connect = '', frame = '', form = '' }) {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${connect}`,
    // A form's answer may lead to the bank, and browsers hold the whole way against this.
    `form-action 'self' ${form}`,
    `frame-src ${frame || "'none'"}`,
    "base-uri 'none'",
    `frame-ancestors ${parent ?? "'none'"}`,
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

/** `more(app)`: the routes that only one of the origins has. */
function createShopApp({ fanfare, till, provider, site, sources, more }) {
  const app = express();
  app.disable('x-powered-by');
  app.use(securityHeaders(site, { form: provider.origin, ...sources }));
  app.use(express.urlencoded({ extended: false }));
  app.use('/public', express.static(join(__dirname, 'public')));
  app.use(fanfare.attachAdmission());
  app.use('/fanfare', fanfare.routes());
  more?.(app);
  for (const product of products) {
    sell(app, product, { fanfare, till, provider, site });
    meetReturns(app, product, { fanfare, till, provider });
  }
  app.get('/orders/:id', (req, res, next) => {
    const order = till.find(req.params.id);
    if (order) res.send(pages.confirmation(order, productOf(order.product), site));
    else next();
  });
  app.use((_req, res) => res.status(404).send(pages.notFound(site)));
  app.use(showFault(site));
  return app;
}

/** A `FanfareError` brings its own words; of anything else the shopper learns no more than what to do. */
function sentenceFor(error, status) {
  if (error instanceof FanfareError) return error.message;
  return status < 500
    ? 'The address or the form you used is damaged. Please start again from the shop.'
    : 'That did not work. Please try again in a moment.';
}

const showFault = (site) => (error, _req, res, next) => {
  if (res.headersSent) {
    next(error);
    return;
  }
  const status = error.status ?? 500;
  if (status >= 500) console.error(error);
  res.status(status);
  if (error instanceof FanfareError) res.set(error.headers);
  res.send(error.code === 'SOLD_OUT' ? pages.soldOut(site) : pages.fault(sentenceFor(error, status), site));
};

module.exports = { createShopApp };
