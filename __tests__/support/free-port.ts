/** A port for a server that is told its port, and comes back to it when it was killed. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below those that systems hand out by themselves: such a one may be somebody else's when the server comes back. */
const FIRST = 10_000;
/** A Redis cluster takes the port that is 10,000 further as well. */
const LAST = 22_000;

/** One that nobody listens on. */
export async function freePort(): Promise<number> {
  const port = randomInt(FIRST, LAST);
  const holder = createServer();
  try {
    await once(holder.listen(port, '127.0.0.1'), 'listening');
  } catch {
    return freePort();
  }
  holder.close();
  await once(holder, 'close');
  return port;
}
