// The page for whoever watches the sale. This shop has no staff login, so the browser asks for a password (HTTP Basic;
// over https only, outside your own machine). A shop that has one asks it: `authorize: (req) => req.user?.isStaff === true`.
const { createHash, timingSafeEqual } = require('node:crypto');

// Digests are of one length, so that comparing them takes one time, whatever was sent.
const digestOf = (text) => createHash('sha256').update(text).digest();

function watchSale(app, { fanfare, operatorPassword }) {
  const expected = digestOf(`Basic ${Buffer.from(`operator:${operatorPassword}`).toString('base64')}`);
  const isOperator = (req) => timingSafeEqual(digestOf(req.get('Authorization') ?? ''), expected);
  app.use('/operator', (req, res, next) => {
    if (isOperator(req)) next();
    else res.status(401).set('WWW-Authenticate', 'Basic realm="Quayside"').send('For operators only.');
  });
  app.use('/operator', fanfare.operatorPage({ authorize: isOperator }));
}

module.exports = { watchSale };
