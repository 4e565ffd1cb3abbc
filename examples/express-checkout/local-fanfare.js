// A local Fanfare for who has no account; a live key has no business beside it.
const { createEmulator } = require('express-fanfare/emulator');
const { experiences } = require('./products.js');

const EMULATOR_KEY = 'sk_test_emulator';

async function openLocalFanfare(given) {
  if (given || process.env.FANFARE_API_URL) return undefined;
  if (process.env.FANFARE_SECRET_KEY?.startsWith('sk_live_')) {
    throw new Error(
      'FANFARE_SECRET_KEY is a live key, and no FANFARE_API_URL is set: the built-in emulator refuses it.',
    );
  }
  const emulator = createEmulator({ experiences, secretKey: EMULATOR_KEY });
  const { url } = await emulator.listen();
  const { organizationId, publishableKey } = emulator;
  return { url, organizationId, publishableKey, secretKey: EMULATOR_KEY, close: () => emulator.close() };
}

module.exports = { openLocalFanfare };
