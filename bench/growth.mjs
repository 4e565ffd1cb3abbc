// Whether a submit takes longer when the ledger holds more.
import { ENGINES } from './engines.mjs';
import { submit } from './requests.mjs';
import { interleave, median } from './rounds.mjs';

const TIMED = 100;

export const title = 'Growth';
export const about =
  'p50 of claim and complete together for one more admission, with so many claimed admissions in the ledger; a round takes all sizes of one engine.';

/** Milliseconds. */
async function medianSubmit(ledger) {
  const spent = [];
  for (let number = 0; number < TIMED; number += 1) {
    const began = performance.now();
    await submit(ledger);
    spent.push(performance.now() - began);
  }
  return median(spent.toSorted((a, b) => a - b));
}

export async function measure({ quick, sizes = quick ? [100, 10_000, 100_000] : [100, 10_000, 1_000_000] }) {
  const tables = [];
  const targets = [];
  for (const open of ENGINES) {
    // An engine for each size, so that all sizes are measured in turn.
    const engines = [];
    for (const size of sizes) {
      const engine = await open();
      await engine.fill(size);
      engines.push({ ...engine, size });
    }
    const cases = Object.fromEntries(
      engines.map(({ name, size, ledger }) => [`${name}, ${size} admissions`, ledger]),
    );
    const measured = await interleave(quick ? 3 : 9, cases, medianSubmit);
    for (const { stop } of engines) await stop();
    tables.push({ unit: 'ms', measured });
    const largest = measured.at(-1);
    targets.push({ what: `${largest.name}, beside ${sizes[0]}`, figure: median(largest.ratios), most: 1.5 });
  }
  return { tables, targets };
}
