/** Reading a small JSON body when no body parser ran before us. */
import { damaged, isUnread, readText, type Sent } from './read-text.js';

const MOST_KILOBYTES = 8;

/** The parsed body: a parser's, or our own reading of at most 8 KB of JSON. Rejects with `INVALID_ADMISSION_DATA`. */
export async function readJson(sent: Sent): Promise<unknown> {
  const { req } = sent;
  // Whatever has parsed it: a page of another site may send any other type without being asked by its browser first.
  if (!/^application\/json\b/i.test(req.headers['content-type'] ?? '')) throw damaged('the body is not JSON');
  if (!isUnread(req)) return req.body;
  const text = await readText(sent, MOST_KILOBYTES);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged('the body is not JSON', cause);
  }
}
