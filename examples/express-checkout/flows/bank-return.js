// Back from the bank after 3-D Secure. Its POST comes from another site and brings no cookie; `acceptReturn` sends the
// browser on to the same path, where the cookie is back.
function meetReturns(app, product, { fanfare, till, provider }) {
  const path = `/checkout/${product.slug}`;
  app.all(`${path}/return`, fanfare.acceptReturn({ fields: ['payment'] }), async (req, res) => {
    // What stands in the URL is only a name: the provider says what became of it.
    const payment = await provider.find(req.query.payment);
    if (payment.status !== 'paid') {
      // Only a payment of this very admission that was declined gives it back: anybody can make a link to this page.
      if (payment.status === 'declined' && payment.admissionId === req.admission?.id)
        await fanfare.releaseAdmission(req);
      res.redirect(303, `${path}?declined`);
      return;
    }
    // The money has moved at the bank, so this is an order. Where you capture here, `await fanfare.assertClaim(req)` first.
    const orderId = till.place(payment);
    const order = { orderId, amount: payment.amount, currency: 'EUR' };
    await fanfare.completeAdmission({ id: payment.admissionId }, order);
    res.redirect(303, `/orders/${orderId}`);
  });
}

module.exports = { meetReturns };
