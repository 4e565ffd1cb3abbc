// A payment provider and its cards' bank, on another site: everything here is somebody else's, and none of it is real.
const { join } = require('node:path');
const express = require('express');
const { openSite } = require('../site.js');
const { bankPage, wayBack } = require('./pages.js');
const { createPayments } = require('./payments.js');

const POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'";

async function openProvider({ secret, port = 0 }) {
  const site = await openSite({ port, name: 'localhost' });
  const payments = createPayments({ secret });
  const app = express();
  app.use((_req, res, next) => next(void res.set('Content-Security-Policy', POLICY)));
  app.use('/public', express.static(join(__dirname, '../public')));
  app.use(express.json(), express.urlencoded({ extended: false }));
  app.use('/payments', (req, res, next) => {
    if (req.get('Authorization') === `Bearer ${secret}`) next();
    else res.status(401).json({ error: 'Who is asking?' });
  });
  app.post('/payments', (req, res) => res.json(payments.pay(req.body, site.origin)));
  app.get('/payments/:id', (req, res) => res.json(payments.view(req.params.id)));
  app.post('/payments/:id/refund', (req, res) => res.json(payments.refund(req.params.id)));

  app.use('/bank/:id', (req, res, next) => {
    res.locals.payment = payments.get(req.params.id);
    if (res.locals.payment) next();
    else res.status(404).send('There is no such payment.');
  });
  app.get('/bank/:id', (_req, res) => res.send(bankPage(res.locals.payment)));
  app.post('/bank/:id', (req, res) => {
    const { payment } = res.locals;
    payments.settle(payment, req.body.answer === 'yes' ? 'paid' : 'declined');
    res.send(wayBack(payment));
  });
  site.serve(app);
  const close = async () => {
    payments.close();
    await site.close();
  };
  return { origin: site.origin, secret, moves: payments.moves, close };
}

module.exports = { openProvider };
