/** How many a list shows at most. Pure. */
import { LONGEST_LIST } from '../completion/operate.js';

/** Throws for anything but a number from 1 to 10,000; default 100. */
export function readLimit(text = '100'): number {
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= LONGEST_LIST) return limit;
  throw new Error(`--limit must be a number from 1 to ${LONGEST_LIST}, got "${text}"`);
}
