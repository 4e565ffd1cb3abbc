/** Times as they are written on the wire, apart from the ISO and epoch forms that the domain reads itself. */
/* eslint-disable no-restricted-globals -- Date only converts here: nothing in this file asks what time it is. */

const HTTP_DATE = /^[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Reads an HTTP-date (the fixed-length form every server must send), as milliseconds since the epoch. */
export function parseHttpDate(text: string): number | undefined {
  const time = HTTP_DATE.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** ISO 8601 in UTC, from milliseconds since the epoch. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
