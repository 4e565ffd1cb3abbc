// The sale's Fanfare: the emulator, outside the shop's process, with rounds that are short enough for one sale.
const { createEmulator } = require('express-fanfare/emulator');
const { experiences } = require('../products.js');

const secretKey = 'sk_test_emulator';
const SHORT = {
  queue: { waitSeconds: 1 },
  draw: { runSeconds: 10 },
  auction: { runSeconds: 2 },
};

async function openFanfare({ winners }) {
  const emulator = createEmulator({
    secretKey,
    experiences: experiences.map((experience) => ({
      ...experience,
      distributions: experience.distributions.map((distribution) => ({
        ...distribution,
        ...SHORT[distribution.type],
        ...(distribution.type === 'draw' ? { winners } : {}),
      })),
    })),
  });
  const { url } = await emulator.listen();
  const { organizationId, publishableKey } = emulator;
  return {
    ...{ url, organizationId, publishableKey, secretKey },
    admissions: emulator.admissions,
    goAway: () => emulator.faults.set({ kind: 'status', status: 503, on: 'any' }),
    comeBack: () => emulator.faults.clear(),
    close: () => emulator.close(),
  };
}

module.exports = { openFanfare };
