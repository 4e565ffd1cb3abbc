// Preloaded: the shop dies at the worst moment, with its order written and nobody told.
const path = require.resolve('express-fanfare', { paths: [require('node:path').dirname(process.argv[1])] });
const real = require(path);

require.cache[path].exports = {
  ...real,
  createFanfare: (options) => ({
    ...real.createFanfare(options),
    completeAdmission: () => process.kill(process.pid, 'SIGKILL'),
  }),
};
