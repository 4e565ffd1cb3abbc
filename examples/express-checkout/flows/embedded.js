// A checkout in a frame of another site. The page around learns how it ended by messages, never by the frame's address.
const { createFanfare } = require('express-fanfare');
const { createShopApp } = require('../shop-app.js');
const pages = require('../pages/index.js');
const { productOf } = require('../products.js');

/** The page around the frame, on the experience's site: `public/around.js` fills the frame and listens. */
function showAround(app, { frameOrigin }) {
  app.get('/framed/:slug', (req, res, next) => {
    const product = productOf(req.params.slug);
    if (product) res.send(pages.around(product, frameOrigin));
    else next();
  });
}

/** The site in the frame: an instance of its own, since the session there is another one than in a window. */
function openFrameSite({ options, site, origins, parts }) {
  const { session, ...rest } = options();
  const fanfare = createFanfare({
    ...rest,
    // Secure cookies, which browsers keep on http://localhost as well; `insecure` does not go with a frame.
    session: { ...session, insecure: false, embedded: { frameAncestors: [origins.shop] } },
    experienceUrl: '/over',
  });
  const inside = { ...site, parent: origins.shop };
  const more = (app) => app.get('/over', (req, res) => res.send(pages.over(req.query.fanfare, inside)));
  site.serve(createShopApp({ ...parts, fanfare, site: inside, more }));
  return fanfare;
}

module.exports = { showAround, openFrameSite };
