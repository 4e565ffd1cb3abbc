/** Reading a body that no parser has read. */
import type { Request } from './http.js';

/** The body; `undefined` when it is longer than `mostBytes`. Rejects when it breaks off. */
export async function readText(req: Request, mostBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped, so that the answer reaches a client that is still sending.
    if (bytes <= mostBytes) chunks.push(chunk);
  }
  return bytes > mostBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}
