// The same on Express, beside one empty middleware.
import { loader, loadInTurn } from './load.mjs';
import { middleHalf, ratioOf } from './rounds.mjs';

export const title = 'Over HTTP, on Express';
export const about = `As above, loaded by ${loader}; beside an app of the same kind with one empty synchronous middleware in our place, and with the least that a session costs.`;

export async function measure({ quick }) {
  const tables = [];
  const targets = [];
  for (const kind of ['Express 5', 'Express 4']) {
    const empty = `${kind}, one empty middleware`;
    const ours = `${kind}, ours`;
    const measured = await loadInTurn([empty, `${kind}, the least of a session`, ours], quick ? 5 : 15);
    const [from, to] = middleHalf(measured[0].times);
    tables.push({ unit: 'µs of CPU', measured });
    targets.push({
      what: `${ours}, in the cost with one empty middleware (its own rounds spread by ${((to / from - 1) * 100).toFixed(0)} %)`,
      figure: ratioOf(measured, ours),
      most: Number((to / from).toFixed(2)),
      why: 'Express gives each request another prototype, after which every new property of it takes microseconds: ours are `req.admission` and what we know about the request',
    });
  }
  return { tables, targets };
}
