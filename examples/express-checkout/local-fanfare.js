// A local Fanfare for who has no account; a live key has no business beside it.
const { randomUUID } = require('node:crypto');
const { createEmulator } = require('express-fanfare/emulator');
const { signedWebhook } = require('express-fanfare/testing');
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
  const keys = { organizationId, publishableKey, secretKey: EMULATOR_KEY };
  return { url, ...keys, tellOfWinner, close: () => emulator.close() };
}

/** The event that Fanfare's documentation has for the winner of a draw. */
async function tellOfWinner(receiver, secret, admissionToken) {
  const claims = JSON.parse(Buffer.from(admissionToken.split('.')[1], 'base64url'));
  const data = { consumerId: claims.consumerId, drawId: claims.distributionId, admissionToken };
  const event = { id: randomUUID(), type: 'draw.consumer.won', timestamp: new Date().toISOString(), data };
  const { headers, body } = signedWebhook({ body: event, secret });
  const answer = await fetch(receiver, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`The webhook was answered ${answer.status}`);
}

module.exports = { openLocalFanfare };
