// A checkout on another domain: the shop makes a link that is good once, and the pay site takes it.
const { createFanfare } = require('express-fanfare');
const { createShopApp } = require('../shop-app.js');

/** On the shop's side: the shopper who is in goes over by `GET /elsewhere/:slug`. */
function leadElsewhere(app, product, { fanfare, payOrigin }) {
  const guard = { distributionIds: [product.distributionId] };
  app.get(`/elsewhere/${product.slug}`, fanfare.requireAdmission(guard), async (req, res) => {
    const url = `${payOrigin}/checkout/${product.slug}`;
    res.redirect(303, await fanfare.createHandoffUrl(req, { url }));
  });
}

/** The pay site: an instance of its own, with the same ledger file and the same handoff secret. */
function openPaySite({ options, secrets, site, origins, parts }) {
  const fanfare = createFanfare({
    ...options(),
    handoff: { secrets: [secrets.handoff], origin: site.origin },
    experienceUrl: (req) =>
      `${origins.shop}/experience/${/^\/checkout\/([a-z]+)/.exec(req.originalUrl)?.[1] ?? ''}`,
  });
  const outside = { ...site, home: `${origins.shop}/`, tagline: 'checkout on its own domain' };
  site.serve(createShopApp({ ...parts, fanfare, site: outside }));
  return fanfare;
}

module.exports = { leadElsewhere, openPaySite };
