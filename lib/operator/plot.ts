/** A number for each minute as a plot: bars of an inline SVG, coloured by the page's style sheet. Pure. */
import { markup, type Markup } from '../markup.js';
import { sayNumber, sayShortTime } from './words.js';

export interface Plotted {
  readonly title: string;
  /** Names its colour. */
  readonly kind: string;
  /** The minute that runs now last. */
  readonly values: readonly number[];
  /** When the first of them began. */
  readonly from: number;
}

const [STEP, BAR, HEIGHT] = [5, 4, 48];
const MINUTE_MS = 60_000;

export function plot({ title, kind, values, from }: Plotted): Markup {
  const most = Math.max(...values);
  const sum = values.reduce((total, value) => total + value, 0);
  const now = values.at(-1) ?? 0;
  const label = `${title}: ${sayNumber(sum)} in the last ${values.length} minutes, at most ${sayNumber(most)} in one, ${sayNumber(now)} in this one`;
  return markup`<figure class="plot ${kind}">
    <figcaption><span>${title}</span><b>${sayNumber(sum)}</b></figcaption>
    <svg viewBox="0 0 ${values.length * STEP} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">
      <line x1="0" x2="${values.length * STEP}" y1="${HEIGHT - 0.5}" y2="${HEIGHT - 0.5}" />
      ${values.map((value, at) => bar(value, at, most, from + at * MINUTE_MS))}
    </svg>
    <p class="axis"><span>${sayShortTime(from)}</span><span>${most === 0 ? 'none' : `most ${sayNumber(most)}`}</span><span>now</span></p>
  </figure>`;
}

function bar(value: number, at: number, most: number, begins: number): Markup | undefined {
  if (value === 0) return undefined;
  // One in a minute of many is to be seen as well.
  const height = Math.max(2, (value / most) * (HEIGHT - 2));
  return markup`<rect x="${at * STEP + 0.5}" y="${round(HEIGHT - height)}" width="${BAR}" height="${round(height)}"><title>${sayShortTime(begins)}: ${sayNumber(value)}</title></rect>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
