// What is for sale, and which drop leads to it. A product's drop is the server's own knowledge, never the form's.
const BIDDING_SECONDS = 15;

const products = [
  {
    slug: 'lamp',
    name: 'Harbour Lamp',
    text: 'Blown glass, forty pieces. First come, first served.',
    price: '€ 129.00',
    amount: '129.00',
    pieces: 40,
    mechanism: 'queue',
    distributionId: 'queue_lamp',
    hue: 28,
  },
  {
    slug: 'print',
    name: 'Night Ferry, signed print',
    text: 'A numbered edition of ten. Everybody has the same chance.',
    price: '€ 80.00',
    amount: '80.00',
    pieces: 10,
    mechanism: 'draw',
    distributionId: 'draw_print',
    hue: 222,
  },
  {
    slug: 'chair',
    name: 'Prototype Chair No. 1',
    text: 'Six were made, sold one at a time. The highest bid takes it; checkout asks for a deposit, the rest is due on delivery.',
    // Fanfare tells a bid to the bidder's browser only, and no price comes from a browser: hence the fixed deposit.
    price: 'bids from € 410.00',
    amount: '41.00',
    deposit: true,
    pieces: 6,
    mechanism: 'auction',
    distributionId: 'auction_chair',
    startingBid: '410.00',
    hue: 152,
  },
];

/** The same drops for the emulator. */
const experiences = products.map(({ slug, name, mechanism, distributionId, startingBid }) => ({
  id: `exp_${slug}`,
  name,
  distributions: [
    {
      id: distributionId,
      type: mechanism,
      ...(startingBid ? { runSeconds: BIDDING_SECONDS, startingBid } : {}),
    },
  ],
}));

module.exports = {
  BIDDING_SECONDS,
  products,
  experiences,
  stock: Object.fromEntries(products.map(({ slug, pieces }) => [slug, pieces])),
  productOfDrop: (id) => products.find(({ distributionId }) => distributionId === id),
  productOf: (slug) => products.find((product) => product.slug === slug),
};
