/** An object without its unknown fields, as `exactOptionalPropertyTypes` wants it. */
export type Compact<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out every field that is `undefined`. */
export function compact<T extends object>(fields: T): Compact<T> {
  const known: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) known[name] = value;
  return known as Compact<T>;
}
