/** Holding back the last byte of an answer until something is written down. */
import type { Response } from './http.js';

type Call = (...args: readonly unknown[]) => unknown;

/**
 * Runs `settle` when the handler ends its answer, and lets the answer go once it is settled. Wraps `end` because that is
 * the handler's own word: `finish` never comes on a socket that the shopper has closed, and `close` comes too early.
 */
export function beforeLastByte(res: Response, settle: () => Promise<void>): void {
  const write = res.write.bind(res) as Call;
  const end = res.end.bind(res) as Call;
  // Who has wrapped `end` in front of us, as compression and sessions do, may well swallow what comes late.
  const isNodes = !Object.hasOwn(res, 'end');
  let ended = false;
  let refuse: Call | undefined;
  res.write = ((...args) => (refuse ?? write)(...args)) as Response['write'];
  res.end = ((...args: readonly unknown[]): unknown => {
    if (ended) {
      (refuse ?? end)(...args);
      return res;
    }
    // A head that cannot be written throws, as it would without us, and the answer to that fault is the one that counts.
    writeHead(res, args);
    ended = true;
    refuse = refusingLate(res, isNodes);
    settle()
      .then(() => {
        refuse = undefined;
        Reflect.deleteProperty(res, 'writableEnded');
        end(...args);
      })
      .catch((error: unknown) => {
        breakOff(res, error);
      });
    return res;
  }) as Response['end'];
}

/**
 * Ended is ended for the code behind the handler too, although the bytes wait: late ones would go out in front of them,
 * into the next answer. `finished` stays false, since `server.close()` breaks off whatever is finished.
 */
function refusingLate(res: Response, isNodes: boolean): Call {
  Object.defineProperty(res, 'writableEnded', { value: true, configurable: true });
  let loud = isNodes;
  // Node's own answer would be gone by then, and its late writers hear of it by their callback alone: no process dies of it.
  process.nextTick(() => (loud = false));
  return (...args) => {
    const error = Object.assign(new Error('write after end'), { code: 'ERR_STREAM_WRITE_AFTER_END' });
    const callback = args.find((arg) => typeof arg === 'function');
    const isHeard = loud && Boolean(args[0]) && args[0] !== callback;
    process.nextTick(() => {
      callback?.(error);
      if (isHeard && !res.destroyed) res.emit('error', error);
    });
    return false;
  };
}

/** Makes `headersSent` true, as `end` itself would, so that an error handler does not answer a second time. */
function writeHead(res: Response, [chunk, encoding]: readonly unknown[]): void {
  if (res.headersSent) return;
  const framed = res.hasHeader('Content-Length') || res.hasHeader('Transfer-Encoding');
  if (framed || isBodiless(res.statusCode)) res.writeHead(res.statusCode);
  else res.writeHead(res.statusCode, { 'Content-Length': bytesOf(chunk, encoding) });
}

/** The head is out, so nobody can answer any more: the shopper must not take half an answer for a whole one. */
function breakOff(res: Response, error: unknown): void {
  process.emitWarning(`An answer could not be sent: ${String(error)}`, 'FanfareWarning');
  res.destroy();
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 304 || status < 200;
}

function bytesOf(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string') {
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  }
  return chunk instanceof Uint8Array ? chunk.byteLength : 0;
}
