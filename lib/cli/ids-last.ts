/** Ids are 43 characters, with a number behind some, and one in 64 begins with a dash, which would make it an option. Pure. */
export function idsLast(args: readonly string[]): string[] {
  const isDashedId = (arg: string): boolean => /^-[\w-]{42}(\.\d+)?$/.test(arg);
  const ids = args.filter(isDashedId);
  if (ids.length === 0 || args.includes('--')) return [...args];
  return [...args.filter((arg) => !isDashedId(arg)), '--', ...ids];
}
