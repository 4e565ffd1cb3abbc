// Throughput over HTTP on Connect, where no router hides what a middleware costs.
import { loader, loadInTurn } from './load.mjs';
import { ratioOf } from './rounds.mjs';

const [PLAIN, FLOOR, OURS] = [
  'Connect, cookie ignored',
  'Connect, the least of a session',
  'attachAdmission + requireAdmission',
];

export const title = 'Over HTTP, on Connect';
export const about = `Each server in a process of its own, loaded in turn by ${loader}. What counts is the processor time that the server spends on an answer, which is what limits its throughput, and which other processes on the machine do not change. The second row is what no middleware of a session does without: it reads the cookie, puts a property on the request and forbids caching.`;

export async function measure({ quick }) {
  const names = [PLAIN, FLOOR, OURS, 'jsonwebtoken, KeyObject', 'Queue-it', 'express-session', 'helmet'];
  const measured = await loadInTurn(names, quick ? 5 : 15);
  const share = (name) => 1 / ratioOf(measured, name);
  return {
    tables: [{ unit: 'µs of CPU', measured }],
    targets: [
      {
        what: 'our throughput, in that of Connect alone',
        figure: share(OURS),
        least: 0.88,
        why: 'a quarter of what we add is the hash of the cookie, and some of it any session adds, as the second row shows',
      },
    ],
    note: `Throughput in that of Connect alone: ${names
      .filter((name) => name !== PLAIN && name !== OURS)
      .map((name) => `${name} ${share(name).toFixed(2)}`)
      .join(', ')}.`,
  };
}
