// A shop whose handler does, step by step, what the test tells it to: `{ step, number, do, orderId }`.
const { answer, openShop } = require('./open-shop.cjs');

/** Submits that are being placed, by number, in the order of their coming. */
const submits = [];
/** A timer of this same process: whatever the machine's speed, it runs out after everything that is due before. */
const PATIENCE_MS = 3_000;

const STEPS = {
  assert: ({ req, fanfare }) => fanfare.assertClaim(req),
  complete: ({ req, fanfare }, { orderId }) => fanfare.completeAdmission(req, { orderId }),
  answer: async ({ res }, { status }) => answer(res, status, {}),
};

async function take(step) {
  const startedAt = performance.now();
  let inTime = true;
  const patience = setTimeout(() => (inTime = false), PATIENCE_MS);
  const { code, orderId } = await STEPS[step.do](submits[step.number], step).then(
    () => ({ code: 'done' }),
    (error) => ({ code: error.code ?? String(error), orderId: error.orderId }),
  );
  clearTimeout(patience);
  process.send({ said: `step ${step.step}`, code, orderId, inTime, tookMs: performance.now() - startedAt });
}

process.on('message', (step) => void take(step));
openShop({
  place: async (req, res, fanfare) => {
    const number = submits.push({ req, res, fanfare }) - 1;
    process.send({ said: `submit ${number}`, admissionId: req.admission.id });
  },
});
