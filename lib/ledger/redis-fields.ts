/** Objects as the scripts take and give them: a flat list of names and texts, `attempt.id`, `a1`, … */

/** Fields that are numbers, by the last part of their name. */
const NUMBERS: ReadonlySet<string> = new Set([
  ...['number', 'startedAt', 'leaseUntil', 'pendingUntil', 'since', 'attempts', 'usesUpBefore'],
  ...['createdAt', 'updatedAt', 'admittedAt', 'expiresAt', 'completedAt', 'deliveredAt', 'discardedAt'],
  ...['nextAttemptAt', 'refusedSince', 'lastStatus', 'crashes', 'until', 'takenAt', 'uses'],
]);

type Field = object | string | number | boolean | undefined;

/** Every field that is not `undefined`. Numbers and texts arrive to the letter. */
export function toFields(values: object, path = ''): string[] {
  return Object.entries(values as Record<string, Field>).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (typeof value === 'object') return toFields(value, `${path}${name}.`);
    return [`${path}${name}`, String(value)];
  });
}

/** The object that a script tells of. */
export function fromFields(reply: unknown): unknown {
  const texts = reply as readonly unknown[];
  const fields = texts.flatMap((name, at) =>
    at % 2 === 0 ? [[String(name), String(texts[at + 1])] as const] : [],
  );
  // Sorted, the order as it was handed in comes before what has been added to it.
  fields.sort(([one], [other]) => (one < other ? -1 : 1));
  const whole: Record<string, unknown> = {};
  for (const [name, text] of fields) place(whole, name, text);
  return whole;
}

function place(into: Record<string, unknown>, path: string, text: string): void {
  const dot = path.indexOf('.');
  if (dot === -1) into[path] = read(path, text);
  else place((into[path.slice(0, dot)] ??= {}) as Record<string, unknown>, path.slice(dot + 1), text);
}

function read(name: string, text: string): unknown {
  if (NUMBERS.has(name)) return Number(text);
  if (name === 'done') return text === 'true';
  // An order is kept as the text it came as: Lua would turn [] into {} and round its numbers.
  return name === 'order' ? JSON.parse(text) : text;
}
