// The provider's webhook: what a payment came to, told to the server itself. It may come late, twice, or while the
// shopper's own request is still running; the admission's id in the payment makes all of these the same order.
const express = require('express');
const { isSigned } = require('../provider/signature.js');

function hearPayments(app, { fanfare, till, provider, secret }) {
  const raw = express.raw({ type: 'application/json', limit: '16kb' });
  app.post('/webhooks/payments', raw, async (req, res) => {
    if (!isSigned(secret, req.body, req.get('Pay-Signature'))) {
      res.status(400).json({ error: 'The signature does not fit.' });
      return;
    }
    const { type, payment } = JSON.parse(req.body);
    await HANDLERS[type]?.(payment);
    res.status(204).end();
  });

  const HANDLERS = {
    async 'payment.paid'(payment) {
      const orderId = await placeOrRefund(payment);
      if (!orderId) return;
      const order = { orderId, amount: payment.amount, currency: 'EUR' };
      await fanfare.completeAdmission({ id: payment.admissionId }, order, { paidAt: payment.paidAt });
    },
    // It may come late, when the shopper is at the bank with another card.
    async 'payment.declined'({ id, admissionId }) {
      const { status } = await provider.find(id);
      if (status === 'declined') await fanfare.releaseAdmission({ id: admissionId });
    },
  };

  /** A payment that ended after its piece had gone back to the others buys nothing. */
  async function placeOrRefund(payment) {
    try {
      return till.place(payment);
    } catch (error) {
      if (error.code !== 'RESERVATION_MISSING') throw error;
      await provider.refund(payment.id);
      return undefined;
    }
  }
}

module.exports = { hearPayments };
