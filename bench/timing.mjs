// Timing of what takes microseconds: by the processor's time, since on a busy machine the wall's tells of the others.
import { performance } from 'node:perf_hooks';

const ROUND_MS = 40;
const AT_ONCE = 100;

/** Microseconds of processor time a call. What answers by a promise is waited for. Needs --expose-gc. */
export async function timeCalls(run) {
  const asynchronous = run() instanceof Promise;
  gc({ type: 'minor' }); // so that nobody clears away what the case before has left
  const [start, before] = [performance.now(), cpuMicroseconds()];
  let calls = 0;
  while (performance.now() - start < ROUND_MS) {
    if (asynchronous) for (let call = 0; call < AT_ONCE; call += 1) await run();
    else for (let call = 0; call < AT_ONCE; call += 1) run();
    calls += AT_ONCE;
  }
  return (cpuMicroseconds() - before) / calls;
}

/** What this process has used of the processor, all of its threads. */
export function cpuMicroseconds() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
