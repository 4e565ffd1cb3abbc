// The page for whoever watches the sale. Only this machine may see it here; a real shop asks who is logged in, such as
// `authorize: (req) => req.user?.isStaff === true`.
function watchSale(app, { fanfare }) {
  const authorize = (req) => req.socket.remoteAddress === '127.0.0.1';
  app.use('/operator', fanfare.operatorPage({ authorize }));
}

module.exports = { watchSale };
