/** Holding back the last byte of an answer until something is written down. */
import type { Response } from './http.js';

/**
 * Runs `settle` when the handler ends its answer, and lets the answer go once it is settled. Wraps `end` because that is
 * the handler's own word: `finish` never comes on a socket that the shopper has closed, and `close` comes too early.
 */
export function beforeLastByte(res: Response, settle: () => Promise<void>): void {
  const end = res.end.bind(res) as (...args: readonly unknown[]) => Response;
  let ended = false;
  res.end = ((...args: readonly unknown[]): Response => {
    // Ended is ended for the code behind the handler too, although the bytes wait.
    if (ended) return res;
    // A head that cannot be written throws, as it would without us, and the answer to that fault is the one that counts.
    writeHead(res, args);
    ended = true;
    settle()
      .then(() => end(...args))
      .catch((error: unknown) => {
        breakOff(res, error);
      });
    return res;
  }) as Response['end'];
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
