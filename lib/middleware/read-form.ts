/** Reading a sent form when no body parser ran before us. */
import { damaged, isUnread, readText, type Sent } from './read-text.js';
import { fieldsOf } from './token-sources.js';

const MOST_KILOBYTES = 64;

/**
 * The named fields of a form, as far as it has them: a parser's, or by our own reading of at most 64 KB. Rejects with
 * `INVALID_ADMISSION_DATA` where it is no form, or a field comes twice.
 */
export async function readFormFields(
  sent: Sent,
  names: readonly string[],
): Promise<readonly (readonly [string, string])[]> {
  const body = isUnread(sent.req) ? await ownReading(sent) : sent.req.body;
  if (typeof body !== 'object' || body === null) throw damaged('the body is no form');
  const fields = fieldsOf(body);
  return names.flatMap((name) => {
    const value = fields(name);
    if (value === undefined) return [];
    if (typeof value !== 'string') throw damaged(`"${name}" is not one text`);
    return [[name, value] as const];
  });
}

async function ownReading(sent: Sent): Promise<object> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(sent.req.headers['content-type'] ?? ''))
    throw damaged('the body is no form');
  const text = await readText(sent, MOST_KILOBYTES);
  const parameters = new URLSearchParams(text);
  return Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => {
      const values = parameters.getAll(name);
      return [name, values.length > 1 ? values : values[0]];
    }),
  );
}
