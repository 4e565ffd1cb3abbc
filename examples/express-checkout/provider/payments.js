// The provider's own book: one payment for each idempotency key, charged at most once, and told to the shop until it listens.
// Whether an order is paid for once is up to the shop: another key is another payment.
const { randomUUID } = require('node:crypto');
const { sign } = require('./signature.js');

const LATER_MS = 2_000;
const LONGEST_PAUSE_MS = 2_000;

/** What each card comes to. Anything else is no card. */
const CARDS = new Map([
  ['good', 'paid'],
  ['declined', 'declined'],
  ['bank', 'challenge'],
  ['later', 'processing'],
]);

function createPayments({ secret }) {
  const byKey = new Map();
  const byId = new Map();
  /** Each time that money moved, which nothing here takes back. */
  const moves = [];
  const timers = new Set();

  const soon = (what, ms) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      what();
    }, ms);
    timers.add(timer);
  };

  function open(order) {
    const known = byKey.get(order.idempotencyKey);
    if (known) return known;
    const payment = { ...order, id: `pay_${randomUUID()}` };
    byKey.set(order.idempotencyKey, payment);
    byId.set(payment.id, payment);
    return payment;
  }

  const move = (what, { id, admissionId }) => moves.push({ what, payment: id, admissionId });

  function settle(payment, status) {
    if (payment.paidAt) return;
    payment.status = status;
    if (status === 'paid') {
      payment.paidAt = Date.now();
      move('charge', payment);
    }
    notify(payment);
  }

  function notify(payment, pauseMs = 100) {
    const body = JSON.stringify({ type: `payment.${payment.status}`, payment: viewOf(payment) });
    const headers = { 'Content-Type': 'application/json', 'Pay-Signature': sign(secret, body) };
    const again = () => soon(() => notify(payment, Math.min(2 * pauseMs, LONGEST_PAUSE_MS)), pauseMs);
    fetch(payment.notifyUrl, { method: 'POST', headers, body }).then(({ ok }) => ok || again(), again);
  }

  function viewOf({ id, admissionId, product, amount, status, paidAt, challengeUrl }) {
    return { id, admissionId, product, amount, status, paidAt, challengeUrl };
  }

  return {
    pay({ card, ...order }, origin) {
      if (!CARDS.has(card)) return { status: 'invalid' };
      const payment = open(order);
      if (payment.paidAt) return viewOf(payment);
      Object.assign(payment, order, {
        status: CARDS.get(card),
        challengeUrl: `${origin}/bank/${payment.id}`,
      });
      if (payment.status === 'paid' || payment.status === 'declined') settle(payment, payment.status);
      if (payment.status === 'processing') soon(() => settle(payment, 'paid'), LATER_MS);
      return viewOf(payment);
    },
    settle,
    get: (id) => byId.get(id),
    view: (id) => (byId.has(id) ? viewOf(byId.get(id)) : { status: 'unknown' }),
    refund(id) {
      const payment = byId.get(id);
      if (payment.status === 'paid') move('refund', payment);
      payment.status = 'refunded';
      return viewOf(payment);
    },
    moves: () => [...moves],
    close: () => timers.forEach(clearTimeout),
  };
}

module.exports = { createPayments };
