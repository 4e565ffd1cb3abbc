/** How a row is kept in memory. */
import type { Row } from './row.js';

/** Parts of rows on record: the next row of the same admission brings most of them along. */
const kept = new WeakSet<object>();

/**
 * Neither who handed it in nor who is handed it can change what is on record; through JSON, so that a row keeps exactly
 * what the durable engines keep.
 */
export function frozenCopy(row: Row): Row {
  const copy: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(row)) copy[name] = keep(part);
  return Object.freeze(copy) as unknown as Row;
}

function keep(part: unknown): unknown {
  if (typeof part !== 'object' || part === null || kept.has(part)) return part;
  const copy = frozen(JSON.parse(JSON.stringify(part)) as object);
  kept.add(copy);
  return copy;
}

/** Not by a reviver, with which the whole copy takes twice as long. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
