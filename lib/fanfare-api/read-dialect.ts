/** Reads the option `api.dialect`: the name of one that comes with the package, or a merchant's own. */
import { kindOf } from '../option-checks.js';
import type { Dialect } from './dialect.js';
import { DIALECTS, type DialectName } from './dialects.js';
import type * as OwnDialect from './own-dialect.js';

/** Throws a `TypeError` that names the part that is wrong and what it got. */
export function readDialect(value: unknown = 'gateway'): Dialect {
  if (typeof value === 'string' && Object.hasOwn(DIALECTS, value)) return DIALECTS[value as DialectName];
  if (typeof value !== 'object') {
    throw new TypeError(
      `"api.dialect" must be one of ${Object.keys(DIALECTS).join(', ')}, or a dialect of your own, got ${kindOf(value)}`,
    );
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- by those who have one, not at import
  const { readOwnDialect } = require('./own-dialect.js') as typeof OwnDialect;
  return readOwnDialect(value as Dialect);
}
