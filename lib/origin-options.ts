/** Reading the origins that a merchant trusts: exact ones, and https except on this machine. */
import { isLoopback } from './fanfare-api/base-url.js';
import type { FanfareOptions } from './fanfare-options.js';
import type { Settings } from './middleware/context.js';
import { checkOptions, kindOf } from './option-checks.js';

/** Whose pages may hand an admission over, and whose may show our pages in a frame. */
export function readOrigins({
  experienceOrigins,
  session = {},
}: FanfareOptions): Pick<Settings, 'experienceOrigins' | 'frameAncestors'> {
  const origins = experienceOrigins === undefined ? [] : readList('experienceOrigins', experienceOrigins);
  return { experienceOrigins: new Set(origins), ...readEmbedded(session, experienceOrigins) };
}

function readEmbedded(
  { embedded, insecure }: NonNullable<FanfareOptions['session']>,
  experienceOrigins: unknown,
): Pick<Settings, 'frameAncestors'> {
  if (embedded === undefined || embedded === false) return {};
  if (insecure === true) {
    throw new TypeError(
      '"session.embedded" needs secure cookies, which browsers also keep on http://localhost: leave "session.insecure" out',
    );
  }
  if (embedded === true) return { frameAncestors: readList('experienceOrigins', experienceOrigins) };
  checkOptions('createFanfare: "session.embedded"', embedded, ['frameAncestors']);
  return { frameAncestors: readList('session.embedded.frameAncestors', embedded.frameAncestors) };
}

function readList(name: string, value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  const wrong = list.findIndex((entry) => !isOrigin(entry));
  if (list.length > 0 && wrong === -1) return list as readonly string[];
  throw new TypeError(
    `"${name}" must be a list of at least one exact origin, such as "https://drops.example" ` +
      `(no "/" at the end, no "*"; http only on localhost), got ${kindOf(wrong === -1 ? value : list[wrong])}`,
  );
}

/** Spelled as a browser spells it in `Origin`, or it would never be met. */
export function isOrigin(value: unknown): value is string {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const url = new URL(value);
  // No browser sends a wildcard, so one would never be met.
  if (url.origin !== value || value.includes('*')) return false;
  const isHere = isLoopback(url) || url.hostname.endsWith('.localhost');
  return url.protocol === 'https:' || (url.protocol === 'http:' && isHere);
}
