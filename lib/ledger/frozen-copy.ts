/** How a row is kept in memory. */
import type { Row } from './row.js';

/**
 * Neither who handed it in nor who is handed it can change what is on record. A row is plain data, and what has no value is
 * left out, so that it keeps exactly what the durable engines keep. What it has from the row before is on record already,
 * and stays.
 */
export function frozenCopy(row: Row, before: Row | undefined): Row {
  return partsCopied(row, before) as Row;
}

type Parts = Readonly<Record<string, unknown>>;

function partsCopied(parts: object, onRecord?: Parts): Parts {
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(parts)) {
    const part = (parts as Parts)[name];
    if (part === undefined) continue;
    const kept = part === onRecord?.[name] ? part : copyOf(part);
    // Metadata may have a field of this name, which an assignment would take for the prototype.
    if (name === '__proto__') Object.defineProperty(copy, name, { value: kept, enumerable: true });
    else copy[name] = kept;
  }
  return Object.freeze(copy);
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? Object.freeze(value.map(copyOf)) : partsCopied(value);
}
