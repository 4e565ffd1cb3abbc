/** Reading a small JSON body when no body parser ran before us. */
import { FanfareError } from '../errors.js';
import type { Request } from './http.js';

const MOST_BYTES = 8_192;

/** The parsed body: a parser's, or our own reading of at most 8 KB of JSON. Rejects with `INVALID_ADMISSION_DATA`. */
export async function readJson(req: Request): Promise<unknown> {
  if (req.body !== undefined) return req.body;
  if (!/^application\/json\b/i.test(req.headers['content-type'] ?? '')) throw damaged('the body is not JSON');
  const text = await readText(req).catch((cause: unknown) => {
    throw damaged('the body broke off', cause);
  });
  if (text === undefined) throw damaged('the body is longer than 8 KB');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged('the body is not JSON', cause);
  }
}

/** The body; `undefined` when it is too long. */
async function readText(req: Request): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped, so that the answer reaches a client that is still sending.
    if (bytes <= MOST_BYTES) chunks.push(chunk);
  }
  return bytes > MOST_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

function damaged(message: string, cause?: unknown): FanfareError {
  return new FanfareError('INVALID_ADMISSION_DATA', { message, cause });
}
