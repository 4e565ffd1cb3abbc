// One of the processes that fight over the same admissions, with many callers in it; run by contest.test.ts.
const { openLedger } = require('./open-ledger.cjs');

const { lib, address, name, admissions, callers, passes } = JSON.parse(process.env.TASK);
process.on('disconnect', () => process.exit());

const ledger = openLedger(lib, address);
const won = [];
let attempts = 0;
let askedAgain = 0;

async function claim(number, attemptId) {
  const admission = {
    id: `admission-${number}`,
    consumerId: `cons_${number}`,
    distributionId: 'queue_1',
    distributionType: 'queue',
  };
  try {
    return await ledger.claim({
      admission,
      tokenHash: `token ${number}`,
      sidHash: attemptId,
      attemptId,
      owner: name,
      leaseMs: 3_600_000,
      supersede: true,
      takeUnresolved: true,
    });
  } catch (error) {
    // Too many at once for the engine's patience: nothing was claimed, so ask again.
    if (!/database is locked/.test(error.message)) throw error;
    askedAgain += 1;
    return claim(number, attemptId);
  }
}

/** The passes over one admission follow each other at once, so that callers of one process collide as well. */
async function call(caller) {
  while (attempts < admissions * passes) {
    const number = Math.floor(attempts / passes);
    attempts += 1;
    const attemptId = `${name} ${caller} ${attempts}`;
    const { outcome } = await claim(number, attemptId);
    if (outcome === 'claimed') won.push({ admissionId: `admission-${number}`, attemptId });
  }
}

process.once('message', async () => {
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  await ledger.close();
  process.send({ said: 'done', won, attempts, askedAgain });
});
ledger.open().then(() => process.send({ said: 'ready' }));
