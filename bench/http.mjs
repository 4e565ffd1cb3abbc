// Throughput over HTTP on Connect, where no router hides what a middleware costs.
import { loader, loadInTurn } from './load.mjs';
import { ratioOf } from './rounds.mjs';

const [PLAIN, OURS] = ['Connect, cookie ignored', 'attachAdmission + requireAdmission'];

export const title = 'Over HTTP, on Connect';
export const about = `Each server in a process of its own, loaded in turn by ${loader}. What counts is the processor time that the server spends on an answer, which is what limits its throughput, and which other processes on the machine do not change.`;

export async function measure({ quick }) {
  const names = [PLAIN, OURS, 'jsonwebtoken, KeyObject', 'Queue-it', 'express-session', 'helmet'];
  const measured = await loadInTurn(names, quick ? 5 : 15);
  const share = (name) => 1 / ratioOf(measured, name);
  return {
    tables: [{ unit: 'µs of CPU', measured }],
    targets: [{ what: 'our throughput, in that of Connect alone', figure: share(OURS), least: 0.88 }],
    note: `Throughput in that of Connect alone: ${names
      .slice(2)
      .map((name) => `${name} ${share(name).toFixed(2)}`)
      .join(', ')}.`,
  };
}
