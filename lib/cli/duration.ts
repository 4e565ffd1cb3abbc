/** Spans of time as people write and read them. Pure. */

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;

/** Reads `90s`, `30m`, `2h` or `3d` into seconds; `undefined` for anything else. */
export function readDuration(text: string): number | undefined {
  const [, amount, letter] = /^(\d{1,7})([smhd])$/.exec(text) ?? [];
  const unit = UNITS.find(([known]) => known === letter);
  return unit && Number(amount) * unit[1];
}

/** Says a span in its two largest units, such as `5h 12m`. */
export function sayDuration(milliseconds: number): string {
  let rest = Math.max(0, Math.floor(milliseconds / 1_000));
  const parts = UNITS.map(([letter, seconds]) => {
    const amount = Math.floor(rest / seconds);
    rest -= amount * seconds;
    return { amount, text: `${amount}${letter}` };
  });
  const largest = parts.findIndex(({ amount }) => amount > 0);
  if (largest === -1) return '0s';
  return parts
    .slice(largest, largest + 2)
    .filter(({ amount }) => amount > 0)
    .map(({ text }) => text)
    .join(' ');
}
