// The same on Express, beside one empty middleware.
import { loader, loadInTurn } from './load.mjs';
import { middleHalf, ratioOf } from './rounds.mjs';

export const title = 'Over HTTP, on Express';
export const about = `As above, loaded by ${loader}; beside an app of the same kind with one empty synchronous middleware in our place.`;

export async function measure({ quick }) {
  const tables = [];
  const targets = [];
  for (const kind of ['Express 5', 'Express 4']) {
    const [empty, ours] = [`${kind}, one empty middleware`, `${kind}, ours`];
    const measured = await loadInTurn([empty, ours], quick ? 5 : 15);
    const [from, to] = middleHalf(measured[0].times);
    tables.push({ unit: 'µs of CPU', measured });
    targets.push({
      what: `${ours}, in the cost with one empty middleware (its own rounds spread by ${((to / from - 1) * 100).toFixed(0)} %)`,
      figure: ratioOf(measured, ours),
      most: Number((to / from).toFixed(2)),
    });
  }
  return { tables, targets };
}
