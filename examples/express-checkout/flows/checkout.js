// The checkout of one product: the page, the submit, and what the card's bank says. Its drop is named here, on the server.
const pages = require('../pages/index.js');

const DECLINED = 'Your card was declined. Your place is kept: please try again.';

/** Fanfare, the till and the payment provider are the shop's; `site` is the origin that the shopper is on. */
function sell(app, product, { fanfare, till, provider, site }) {
  const path = `/checkout/${product.slug}`;
  const guard = { distributionIds: [product.distributionId] };
  const show = (req, res, trouble) =>
    res.send(pages.checkout(product, { admission: req.admission, trouble, site }));

  app.get(path, fanfare.requireAdmission(guard), async (req, res) => {
    await till.hold(req.admission, product); // rejects with SOLD_OUT, which the shop's error page tells
    show(req, res, 'declined' in req.query && DECLINED);
  });

  // A lease as long as the slowest charge: after a crash, that is how long the shopper has to wait.
  app.post(path, fanfare.claimAdmission({ ...guard, leaseSeconds: 20 }), async (req, res) => {
    await till.hold(req.admission, product); // whoever has a piece just keeps it
    await fanfare.assertClaim(req); // directly before money moves
    const payment = await provider.pay({
      // One payment for each admission: however often it is asked for, the provider charges it once.
      idempotencyKey: req.admission.id,
      admissionId: req.admission.id,
      product: product.slug,
      amount: product.amount,
      card: req.body?.card,
      returnUrl: site.origin + fanfare.createReturnUrl(req, `${path}/return`),
    });
    await ANSWERS[payment.status](payment, req, res);
  });

  // Where the shopper waits for a bank that answers later; the guard leads on once there is an order.
  app.get(`${path}/waiting`, fanfare.requireAdmission(guard), (_req, res) =>
    res.send(pages.waiting(product, site)),
  );

  const ANSWERS = {
    async paid(payment, req, res) {
      const orderId = till.place(payment);
      await fanfare.completeAdmission(req, { orderId, amount: payment.amount, currency: 'EUR' });
      res.redirect(303, `/orders/${orderId}`);
    },
    // 3-D Secure: the shopper goes to the bank, and the attempt waits for them. `bank-return.js` meets them.
    async challenge(payment, req, res) {
      await fanfare.deferAdmission(req, { reference: payment.id });
      res.redirect(303, payment.challengeUrl);
    },
    // The provider's webhook will tell. `payment-webhook.js` hears it.
    async processing(payment, req, res) {
      await fanfare.deferAdmission(req, { reference: payment.id });
      res.redirect(303, `${path}/waiting`);
    },
    // 4xx gives the claim back: the shopper may try again until the time is over.
    declined(_payment, req, res) {
      show(req, res.status(402), DECLINED);
    },
    invalid(_payment, req, res) {
      show(req, res.status(400), 'Please choose a card.');
    },
  };
}

module.exports = { sell };
