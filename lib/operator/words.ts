/** Numbers and times as an operator reads them, in UTC. Pure. */

const NUMBER = new Intl.NumberFormat('en');
const CLOCK_TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'UTC' });
const SHORT_TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' });
const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

export const sayNumber = (value: number): string => NUMBER.format(value);
export const sayTime = (at: number): string => CLOCK_TIME.format(at);
export const sayShortTime = (at: number): string => SHORT_TIME.format(at);
export const sayDay = (at: number): string => DAY.format(at);

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
] as const;

/** How long something has lasted, in its largest unit. */
export function sayAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ['s', 1];
  return `${sayNumber(Math.floor(seconds / size))} ${unit}`;
}
