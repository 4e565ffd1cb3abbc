// Servers in their own processes, one loaded after the other, round after round.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { interleave } from './rounds.mjs';

const CONNECTIONS = 32;
const SECONDS = 1;
/** Ticks of `/proc/…/stat`. */
const TICK_US = 10_000;

const hasWrk = (() => {
  try {
    execFileSync('which', ['wrk'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** What makes the load. */
export const loader = hasWrk ? 'wrk' : 'autocannon';

async function startServer(name) {
  const child = fork(join(import.meta.dirname, 'http-server.mjs'), [name]);
  const [{ port, cookie }] = await once(child, 'message');
  const server = { child, url: `http://127.0.0.1:${port}/checkout`, cookie };
  const answer = await fetch(server.url, { headers: { cookie, accept: 'text/html' }, redirect: 'manual' });
  if ((await answer.text()) !== 'checkout') throw new Error(`${name}: the session was not let in`);
  return server;
}

/** Answers in one round. */
async function answersOf({ url, cookie }) {
  const headers = { cookie, accept: 'text/html' };
  if (!hasWrk) {
    const { requests } = await autocannon({ url, headers, connections: CONNECTIONS, duration: SECONDS });
    return requests.total;
  }
  const given = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const { spawn } = await import('node:child_process');
  const wrk = spawn('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, ...given, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  wrk.stdout.on('data', (chunk) => (said += chunk));
  await once(wrk, 'close');
  if (/Non-2xx/.test(said)) throw new Error(`Not every answer was good:\n${said}`);
  return Number(/(\d+) requests in/.exec(said)[1]);
}

/** User and system time of a process so far, in microseconds; Linux only. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** Microseconds of the server's processor time an answer: what other processes do at the time does not count. */
async function timeLoad(server) {
  const before = cpuOf(server.child.pid);
  const answers = await answersOf(server);
  return (cpuOf(server.child.pid) - before) / answers;
}

/** Loads the servers of these names in turn. */
export async function loadInTurn(names, rounds) {
  const servers = {};
  for (const name of names) servers[name] = await startServer(name);
  await interleave(1, servers, timeLoad); // to warm up
  const measured = await interleave(rounds, servers, timeLoad);
  for (const { child } of Object.values(servers)) child.disconnect();
  return measured;
}
