// Stock and orders together: a piece is kept while its shopper pays, and an order takes it for good, or neither happens.
const { sqliteReservations } = require('express-fanfare/reservations');

const SWEEP_MS = 60_000;

/** What is held for a product and what an order of it takes: one piece, as there is one for each admission. */
const cartOf = (slug) => [{ item: slug, quantity: 1 }];

/** `fanfare`: the shop's; what happens to stock is said where everything else is. */
async function openTill({ orders, fanfare }) {
  const reservations = sqliteReservations({
    database: orders.database,
    fanfare,
    stock: { table: 'stock', item: 'sku', quantity: 'available', total: 'made' },
  });
  await reservations.open();
  const sweeping = setInterval(() => reservations.sweep().catch(console.error), SWEEP_MS).unref();
  const place = orders.database.transaction((payment) => {
    const orderId = orders.place(payment);
    reservations.convertSync({ id: payment.admissionId }, { orderId, lines: cartOf(payment.product) });
    return orderId;
  });
  return {
    /** Keeps one piece for the shopper, as often as it is asked for; rejects with `SOLD_OUT`. */
    hold: (admission, product) => reservations.hold(admission, cartOf(product.slug)),
    /** What a payment has bought: the same order however often it is told of. */
    place: (payment) => place.immediate(payment),
    find: orders.find,
    reconcile: () => reservations.reconcile(),
    close: () => clearInterval(sweeping),
  };
}

module.exports = { openTill };
