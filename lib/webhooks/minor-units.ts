/** Amounts as Stripe counts them, in the decimal strings of orders. Pure. */
import { decimalText } from './decimals.js';

/** As Stripe's list of currencies has them; all others are counted with two places, ISK among them. */
const NO_PLACES = 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF'.split(' ');
const THREE_PLACES = 'BHD JOD KWD OMR TND'.split(' ');

/** `undefined` for what is no amount: an order does not fail for it. */
export function decimalOf(minorUnits: unknown, currency: unknown): string | undefined {
  if (!Number.isSafeInteger(minorUnits) || (minorUnits as number) < 0) return undefined;
  if (typeof currency !== 'string') return undefined;
  return decimalText({ units: BigInt(minorUnits as number), places: placesOf(currency.toUpperCase()) });
}

function placesOf(currency: string): number {
  if (NO_PLACES.includes(currency)) return 0;
  return THREE_PLACES.includes(currency) ? 3 : 2;
}
