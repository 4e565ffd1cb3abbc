// What is for sale, and which drop leads to it. A product's drop is the server's own knowledge, never the form's.
const products = [
  {
    slug: 'lamp',
    name: 'Harbour Lamp',
    text: 'Blown glass, forty pieces. First come, first served.',
    amount: '129.00',
    mechanism: 'queue',
    distributionId: 'queue_lamp',
    hue: 28,
  },
  {
    slug: 'print',
    name: 'Night Ferry, signed print',
    text: 'A numbered edition of ten. Everybody has the same chance.',
    amount: '80.00',
    mechanism: 'draw',
    distributionId: 'draw_print',
    hue: 222,
  },
  {
    slug: 'chair',
    name: 'Prototype Chair No. 1',
    text: 'There is only one. The highest bid takes it.',
    amount: '410.00',
    mechanism: 'auction',
    distributionId: 'auction_chair',
    hue: 152,
  },
];

/** The same drops for the emulator. */
const experiences = products.map(({ slug, name, amount, mechanism, distributionId }) => ({
  id: `exp_${slug}`,
  name,
  distributions: [
    {
      id: distributionId,
      type: mechanism,
      ...(mechanism === 'auction' ? { runSeconds: 15, startingBid: amount } : {}),
    },
  ],
}));

module.exports = {
  products,
  experiences,
  productOf: (slug) => products.find((product) => product.slug === slug),
};
