// What a submit writes: a claim and a completion, beside the same statements on the plain driver.
import { ENGINES } from './engines.mjs';
import { submit } from './requests.mjs';
import { interleave, ratioOf } from './rounds.mjs';

const ORDERS = 50;

export const title = 'A submit in the ledger';
export const about =
  'One after the other on one connection: claim and complete of a new admission, each durable when it resolves. The raw case sends the very same statements (SQLite: one read and one write in a transaction each) and does nothing else.';

const timeOrders = async (run) => {
  gc({ type: 'minor' });
  const began = performance.now();
  for (let order = 0; order < ORDERS; order += 1) await run();
  return ((performance.now() - began) * 1_000) / ORDERS;
};

export async function measure({ quick }) {
  const tables = [];
  const targets = [];
  for (const open of ENGINES) {
    const { name, ledger, raw, stop } = await open();
    const ours = `${name}, claim + complete`;
    const cases = { [`${name}, raw statements`]: raw.send, [ours]: () => submit(ledger) };
    await interleave(2, cases, timeOrders); // to warm up
    const measured = await interleave(quick ? 7 : 25, cases, timeOrders);
    await stop();
    tables.push({ unit: 'µs', measured });
    targets.push({ what: `${ours}, in raw statements`, figure: ratioOf(measured, ours), most: 1.3 });
    const { roundTrips } = raw;
    if (roundTrips !== undefined)
      targets.push({ what: `${name}, round trips for both`, figure: roundTrips, most: 2 });
  }
  return { tables, targets };
}
