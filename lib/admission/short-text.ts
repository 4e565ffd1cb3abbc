/** The texts that orders go by: their ids, references and reasons. One rule, so that what one call takes another finds. Pure. */

/** Half a surrogate pair is no letter, and not every database keeps it. */
const SHORT_TEXT = /^[^\u0000-\u001f\u007f\ud800-\udfff]{1,255}$/u;

/** 1 to 255 characters, none of them control characters. */
export function isShortText(value: unknown): value is string {
  return typeof value === 'string' && SHORT_TEXT.test(value);
}
