// The shop in a process of its own, which can be killed at any moment and started again on the same data.
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { join } = require('node:path');
const { openSite } = require('../site.js');

async function freePort() {
  const site = await openSite();
  await site.close();
  return new URL(site.origin).port;
}

async function openShopProcess({ folder, fanfare, provider }) {
  const port = await freePort();
  const env = {
    ...process.env,
    PORT: port,
    SHOP_DATA: folder,
    FANFARE_API_URL: fanfare.url,
    FANFARE_ORGANIZATION_ID: fanfare.organizationId,
    FANFARE_SECRET_KEY: fanfare.secretKey,
    FANFARE_SESSION_SECRET: 'a session secret for the scripted sale',
    PROVIDER_URL: provider.origin,
    PROVIDER_SECRET: provider.secret,
  };
  let child;

  async function start() {
    child = spawn(process.execPath, [join(__dirname, '../server.js')], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(child, 'close').then(() => Promise.reject(new Error('The shop did not open.')));
    await Promise.race([once(child.stdout, 'data'), closed]);
    closed.catch(() => {});
    child.stdout.resume();
  }

  async function end(signal) {
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  }

  await start();
  return {
    origin: `http://127.0.0.1:${port}`,
    async killAndRestart() {
      await end('SIGKILL');
      console.log('The shop was killed.');
      await start();
      console.log('The shop is open again.');
    },
    close: () => end('SIGTERM'),
  };
}

module.exports = { openShopProcess };
