// The shop itself: experience and checkout on one origin. `public/experience.js` puts the admission into the session
// storage or the URL; `attachAdmission` and the routes take it from there.
const { createFanfare } = require('express-fanfare');
const { createShopApp } = require('../shop-app.js');
const pages = require('../pages/index.js');
const { productOf, products } = require('../products.js');
const { showAround } = require('./embedded.js');
const { leadElsewhere } = require('./external.js');
const { watchSale } = require('./operator.js');
const { hearPayments } = require('./payment-webhook.js');
const { inviteWinners } = require('./winner-mail.js');

function createShopFanfare({ options, secrets, origins }) {
  return createFanfare({
    ...options(),
    experienceUrl: (req) => `/experience/${/^\/[a-z]+\/([a-z]+)/.exec(req.originalUrl)?.[1] ?? ''}`,
    handoff: { secrets: [secrets.handoff], destinations: [origins.pay] },
  });
}

function openShopSite({ fanfare, secrets, operatorPassword, site, origins, local, parts }) {
  const more = (app) => {
    showExperiences(app, local);
    for (const product of products) leadElsewhere(app, product, { fanfare, payOrigin: origins.pay });
    showAround(app, { frameOrigin: origins.frame });
    hearPayments(app, { fanfare, ...parts });
    inviteWinners(app, { fanfare, site, webhookSecret: secrets.webhook, local });
    watchSale(app, { fanfare, operatorPassword });
  };
  // The frame goes on to the bank, and it is this page's policy that lets it.
  const sources = { connect: local?.url, frame: `${origins.frame} ${parts.provider.origin}` };
  site.serve(createShopApp({ ...parts, fanfare, site, sources, more }));
}

function showExperiences(app, local) {
  app.get('/', (_req, res) => res.send(pages.home(products)));
  app.get('/experience', (req, res) => res.send(pages.home(products, req.query.fanfare)));
  app.get('/experience/:slug', (req, res, next) => {
    const product = productOf(req.params.slug);
    if (product) res.send(pages.experience(product, { local, reason: req.query.fanfare }));
    else next();
  });
}

module.exports = { createShopFanfare, openShopSite };
