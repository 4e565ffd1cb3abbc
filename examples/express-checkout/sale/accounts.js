// What became of it all, by everybody's own books: the shop's orders and stock, the provider's payments, and Fanfare.
const { join } = require('node:path');
const Database = require('better-sqlite3');

function openAccounts({ folder, stock, fanfare, provider }) {
  const database = new Database(join(folder, 'shop.sqlite'), { readonly: true, timeout: 5_000 });
  const orders = () => database.prepare('SELECT id, admission_id, product FROM orders').all();
  const completions = () => fanfare.admissions().map(({ completion }) => completion);
  const delivered = () => completions().filter(({ effects }) => effects > 0);

  /** More sold or kept of an item than there were. */
  const oversold = () =>
    Object.entries(stock).reduce((sum, [item, made]) => {
      const sold = orders().filter(({ product }) => product === item).length;
      const { held } = database
        .prepare(
          `SELECT coalesce(sum(quantity), 0) AS held FROM fanfare_reservations WHERE item = ? AND state = 'held'`,
        )
        .get(item);
      const { available } = database.prepare('SELECT available FROM stock WHERE sku = ?').get(item);
      return sum + Math.abs(made - sold - held - available);
    }, 0);

  /** Charged and no order, an order that Fanfare never heard of, or one that a shopper was shown and that is not there. */
  const lost = (shown) => {
    const admissions = new Set(orders().map((order) => order.admission_id));
    const ids = new Set(orders().map(({ id }) => id));
    const told = new Set(delivered().map(({ orderId }) => orderId));
    return (
      provider.payments().filter(({ status, reference }) => status === 'paid' && !admissions.has(reference))
        .length +
      [...ids].filter((id) => !told.has(id)).length +
      shown.filter((id) => !ids.has(id)).length
    );
  };

  /** An admission that bought twice, a card charged twice, or an order that Fanfare counted twice. */
  const doubled = () =>
    orders().length -
    new Set(orders().map((order) => order.admission_id)).size +
    provider.payments().filter(({ charges }) => charges > 1).length +
    completions().filter(({ effects }) => effects > 1).length;

  return {
    orders: () => orders().length,
    delivered: () => delivered().length,
    table(outcomes) {
      const count = (what) => outcomes.filter(({ outcome }) => outcome === what).length;
      const shown = outcomes.flatMap(({ order = [] }) => order);
      const zeros = [
        ['oversold', oversold()],
        ['lost', lost(shown)],
        ['doubled', doubled()],
      ];
      const rows = [
        ['shoppers', outcomes.length],
        ['not drawn or outbid', count('not drawn')],
        ['sold out', count('sold out')],
        ['refused', count('refused')],
        ['admissions', fanfare.admissions().length],
        ['orders', orders().length],
        ['completions delivered', delivered().length],
        ...zeros,
      ];
      return { rows, wrong: zeros.reduce((sum, [, number]) => sum + number, 0) };
    },
    close: () => database.close(),
  };
}

module.exports = { openAccounts };
