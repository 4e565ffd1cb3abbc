// Preloaded: the shop dies at the worst moment, with its order written and nobody told.
const { createRequire } = require('node:module');

// The shop's copy of the package: asked for from here, its name would mean the one under test.
const shop = createRequire(process.argv[1]);
const real = shop('express-fanfare');

require.cache[shop.resolve('express-fanfare')].exports = {
  ...real,
  createFanfare: (options) => ({
    ...real.createFanfare(options),
    completeAdmission: () => process.kill(process.pid, 'SIGKILL'),
  }),
};
