/** How a row is kept in memory. */
import type { Row } from './row.js';

/**
 * Neither who handed it in nor who is handed it can change what is on record; through JSON, so that a row keeps exactly
 * what the durable engines keep. What it has from the row before is on record already, and stays.
 */
export function frozenCopy(row: Row, before: Row | undefined): Row {
  const onRecord = before as Readonly<Record<string, unknown>> | undefined;
  const copy: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(row))
    copy[name] = part === onRecord?.[name] ? part : copyOf(part);
  return Object.freeze(copy) as unknown as Row;
}

function copyOf(part: unknown): unknown {
  return typeof part === 'object' && part !== null
    ? frozen(JSON.parse(JSON.stringify(part)) as object)
    : part;
}

/** Not by a reviver, with which the whole copy takes twice as long. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
