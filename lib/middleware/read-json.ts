/** Reading a small JSON body when no body parser ran before us. */
import type { Request } from './http.js';
import { damaged, isUnread, readText } from './read-text.js';

const MOST_KILOBYTES = 8;

/** The parsed body: a parser's, or our own reading of at most 8 KB of JSON. Rejects with `INVALID_ADMISSION_DATA`. */
export async function readJson(req: Request): Promise<unknown> {
  // Whatever has parsed it: a page of another site may send any other type without being asked by its browser first.
  if (!/^application\/json\b/i.test(req.headers['content-type'] ?? '')) throw damaged('the body is not JSON');
  if (!isUnread(req)) return req.body;
  const text = await readText(req, MOST_KILOBYTES);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged('the body is not JSON', cause);
  }
}
