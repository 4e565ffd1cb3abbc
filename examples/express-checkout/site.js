// One origin of the demonstration: a port on the loopback, under the name that browsers are to see.
const { createServer } = require('node:http');

/**
 * Listens at once, so that the address is known, and answers once `serve(app)` was called. `name`: 127.0.0.1 and localhost
 * are different sites to a browser, as two domains are; two ports of one name are not.
 */
async function openSite({ port = 0, name = '127.0.0.1' } = {}) {
  let serve;
  const app = new Promise((resolve) => (serve = resolve));
  const server = createServer((req, res) => void app.then((answer) => answer(req, res)));
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  }).catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${port} is taken. Choose another one with PORT, or PORT=0 for any.`);
  });
  return { origin: `http://${name}:${server.address().port}`, serve, close: () => stop(server) };
}

async function stop(server) {
  const closed = new Promise((resolve) => server.close(resolve));
  // A checkout that is running may end; a browser's idle connection would hold the stop up.
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), 5_000);
  await closed;
  clearTimeout(cut);
}

module.exports = { openSite };
