/** How a row is kept in memory. */
import type { Row } from './row.js';

/**
 * Neither who handed it in nor who is handed it can change what is on record. A row is plain data, and what has no value is
 * left out, so that it keeps exactly what the durable engines keep. What it has from the row before is on record already,
 * and stays.
 */
export function frozenCopy(row: Row, before: Row | undefined): Row {
  const onRecord = before as Readonly<Record<string, unknown>> | undefined;
  const copy: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(row))
    copy[name] = part === onRecord?.[name] ? part : copyOf(part);
  return Object.freeze(copy) as unknown as Row;
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map(copyOf));
  const parts = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.freeze(Object.fromEntries(parts.map(([name, part]) => [name, copyOf(part)])));
}
