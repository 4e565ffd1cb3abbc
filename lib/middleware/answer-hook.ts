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
    ended = true;
    writeHead(res, args);
    settle().then(
      () => end(...args),
      (error: unknown) => res.destroy(error instanceof Error ? error : undefined),
    );
    return res;
  }) as Response['end'];
}

/** Makes `headersSent` true, as `end` itself would, so that an error handler does not answer a second time. */
function writeHead(res: Response, [chunk, encoding]: readonly unknown[]): void {
  if (res.headersSent) return;
  const unframed = !res.hasHeader('Content-Length') && !res.hasHeader('Transfer-Encoding');
  if (unframed && !isBodiless(res.statusCode)) res.setHeader('Content-Length', bytesOf(chunk, encoding));
  res.writeHead(res.statusCode);
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
