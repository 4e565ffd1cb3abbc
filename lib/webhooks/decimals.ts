/** Amounts as orders have them, decimal strings: counted in whole units, so that no float comes in between. Pure. */
const DECIMAL = /^(\d{1,12})(?:\.(\d{1,8}))?$/;

/** A whole number of units; ten to the power of `places` of them are one. */
interface Decimal {
  readonly units: bigint;
  readonly places: number;
}

/** `undefined` where one of them is no amount. */
export function sum(...amounts: readonly unknown[]): string | undefined {
  const [first, ...others] = amounts;
  return others.reduce<string | undefined>(
    (total, amount) => combined(total, amount, (one, other) => one + other),
    typeof first === 'string' ? first : undefined,
  );
}

/** What so many of a thing cost, less what was taken off; `undefined` where one of them is no amount, or below nothing. */
export function priceOf(price: unknown, quantity: unknown, discount: unknown): string | undefined {
  if (!Number.isSafeInteger(quantity)) return undefined;
  return combined(price, discount, (each, off) => each * BigInt(quantity as number) - off);
}

/** `units` with a point before the last `places` digits. */
export function decimalText({ units, places }: Decimal): string {
  const digits = units.toString().padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

function combined(
  one: unknown,
  other: unknown,
  step: (one: bigint, other: bigint) => bigint,
): string | undefined {
  const [left, right] = [decimalIn(one), decimalIn(other)];
  if (left === undefined || right === undefined) return undefined;
  const places = Math.max(left.places, right.places);
  const units = step(scaled(left, places), scaled(right, places));
  return units < 0n ? undefined : decimalText({ units, places });
}

function decimalIn(value: unknown): Decimal | undefined {
  const [, whole, part = ''] = typeof value === 'string' ? (DECIMAL.exec(value) ?? []) : [];
  return whole === undefined ? undefined : { units: BigInt(whole + part), places: part.length };
}

function scaled({ units, places }: Decimal, to: number): bigint {
  return units * 10n ** BigInt(to - places);
}
