/** Reading a sent form that no body parser has taken apart before us. */
import { formFieldsOf } from './parameters.js';
import { damaged, isUnread, readText, type Sent } from './read-text.js';
import { type Fields, fieldsOf } from './token-sources.js';

const MOST_KILOBYTES = 64;
const FORM = 'application/x-www-form-urlencoded';

/**
 * The named fields of a form, as far as it has them: a parser's, or by our own reading of at most 64 KB. Rejects with
 * `INVALID_ADMISSION_DATA` where it is no form, or a field comes twice.
 */
export async function readFormFields(
  sent: Sent,
  names: readonly string[],
): Promise<readonly (readonly [string, string])[]> {
  const fields = isUnread(sent.req) ? await ownReading(sent) : parsed(sent.req.body);
  return names.flatMap((name) => {
    const value = fields(name);
    if (value === undefined) return [];
    if (typeof value !== 'string') throw damaged(`"${name}" is not one text`);
    return [[name, value] as const];
  });
}

function parsed(body: unknown): Fields {
  if (typeof body !== 'object' || body === null) throw damaged('the body is no form');
  return fieldsOf(body);
}

/** Nothing at all is a form without fields. A field in a body that we cannot read must not seem to be missing. */
async function ownReading(sent: Sent): Promise<Fields> {
  const text = await readText(sent, MOST_KILOBYTES);
  const { 'content-type': type = FORM } = sent.req.headers;
  if (text !== '' && !type.toLowerCase().startsWith(FORM)) throw damaged('the body is no form');
  return formFieldsOf(text);
}
