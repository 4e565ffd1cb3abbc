// What became of it all, by everybody's own books: the shop's orders and stock, the provider's moves of money, and what
// Fanfare was told. Each count is of what could go wrong there, whatever the others have written.
const { join } = require('node:path');
const Database = require('better-sqlite3');

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const tooMany = (number) => Math.max(0, number - 1);

/** How many there are beyond the first of each. */
const repeated = (names) => names.length - new Set(names).size;

function openAccounts({ folder, stock, fanfare, provider }) {
  const database = new Database(join(folder, 'shop.sqlite'), { readonly: true, timeout: 5_000 });
  const orders = () => database.prepare('SELECT id, admission_id AS admission, product FROM orders').all();
  const completions = () => fanfare.admissions().map(({ completion }) => completion);
  const delivered = () =>
    completions()
      .filter(({ effects }) => effects > 0)
      .map(({ orderId }) => orderId);

  function undelivered() {
    const heard = new Set(delivered());
    return orders().filter(({ id }) => !heard.has(id)).length;
  }

  /** Pieces that are sold, kept or for sale, beyond those that were made; negative: some are nowhere. */
  const surpluses = () =>
    Object.entries(stock).map(([item, made]) => {
      const sold = orders().filter(({ product }) => product === item).length;
      const { held } = database
        .prepare(
          `SELECT coalesce(sum(quantity), 0) AS held FROM fanfare_reservations WHERE item = ? AND state = 'held'`,
        )
        .get(item);
      const { available } = database.prepare('SELECT available FROM stock WHERE sku = ?').get(item);
      return sold + held + available - made;
    });

  /** How often the card of each admission was charged, less what was given back. */
  function charges() {
    const counts = new Map();
    for (const { what, admissionId } of provider.moves())
      counts.set(admissionId, (counts.get(admissionId) ?? 0) + (what === 'charge' ? 1 : -1));
    return counts;
  }

  const oversold = () => ({
    'pieces beyond those made': sum(surpluses().map((surplus) => Math.max(0, surplus))),
  });

  function lost(shown) {
    const ids = new Set(orders().map(({ id }) => id));
    const admissions = new Set(orders().map(({ admission }) => admission));
    const paid = new Set([...charges()].filter(([, times]) => times > 0).map(([admission]) => admission));
    return {
      'paid for, and no order': [...paid].filter((admission) => !admissions.has(admission)).length,
      'ordered, and not paid for': [...admissions].filter((admission) => !paid.has(admission)).length,
      'shown to a shopper, and no order': shown.filter((id) => !ids.has(id)).length,
      'ordered, and Fanfare never heard of it': undelivered(),
      'pieces that are nowhere': sum(surpluses().map((surplus) => Math.max(0, -surplus))),
    };
  }

  const doubled = () => ({
    'orders beyond one for an admission': repeated(orders().map(({ admission }) => admission)),
    'charges beyond one for an admission': sum([...charges().values()].map(tooMany)),
    // The emulator takes each admission once; a key more is a completion more to a Fanfare that goes by keys.
    'completions beyond one for an admission': sum(
      completions().map(({ idempotencyKeys }) => tooMany(idempotencyKeys.length)),
    ),
    'admissions beyond one for an order': repeated(delivered()),
  });

  return {
    orders: () => orders().length,
    undelivered,
    table(outcomes) {
      const count = (what) => outcomes.filter(({ outcome }) => outcome === what).length;
      const zeros = {
        oversold: oversold(),
        lost: lost(outcomes.flatMap(({ order = [] }) => order)),
        doubled: doubled(),
      };
      const rows = [
        ['shoppers', outcomes.length],
        ['not drawn or outbid', count('not drawn')],
        ['sold out', count('sold out')],
        ['refused', count('refused')],
        ['admissions', fanfare.admissions().length],
        ['orders', orders().length],
        ['completions delivered', delivered().length],
        ...Object.entries(zeros).map(([what, parts]) => [what, sum(Object.values(parts))]),
      ];
      const wrong = Object.values(zeros)
        .flatMap((parts) => Object.entries(parts))
        .filter(([, number]) => number > 0);
      return { rows, wrong };
    },
    close: () => database.close(),
  };
}

module.exports = { openAccounts };
