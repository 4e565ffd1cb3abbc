/** Money as Fanfare writes it: a decimal string, compared without rounding. */

const DECIMAL = /^(\d{1,12})(?:\.(\d{1,8}))?$/;

/** A decimal string in units of 10⁻⁸; undefined when it is not one. */
export function unitsOf(amount: string): bigint | undefined {
  const [, whole, fraction = ''] = DECIMAL.exec(amount) ?? [];
  return whole === undefined ? undefined : BigInt(whole + fraction.padEnd(8, '0'));
}
