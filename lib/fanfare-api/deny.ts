/** Taking an admission back at Fanfare. */
import { distributionType, isId, type Triple } from '../admission/identity.js';
import { FanfareError } from '../errors.js';
import { ask, type Asking } from './ask.js';
import { denialBody } from './bodies.js';
import type { Dialect } from './dialect.js';
import { checkFields, textOf } from './fields.js';

const ID = { words: '1 to 128 of the characters A-Z, a-z, 0-9, "_" and "-"', fits: isId };
const TYPE = {
  words: 'a distribution type',
  fits: (value: unknown) => distributionType(value) !== undefined,
};
const ADMISSION = {
  words: 'an admission or its three ids',
  fits: (value: unknown) => typeof value === 'object' && value !== null,
};
const KINDS = { consumerId: ID, distributionId: ID, distributionType: TYPE, reason: textOf(255) };

/** Rejects with `NOT_IN_DIALECT` where the dialect has no such call, else as {@link ask} does. */
export async function deny(
  asking: Asking,
  dialect: Dialect,
  admission: Triple,
  reason: string,
): Promise<void> {
  // `req.admission` of a page that nobody was admitted to.
  checkFields('deny', { admission }, { admission: ADMISSION });
  const { consumerId, distributionId, distributionType: type } = admission;
  const denial = { consumerId, distributionId, distributionType: type, reason };
  checkFields('deny', denial, KINDS);
  const operation = dialect.deny?.[type];
  if (operation === undefined) throw notInDialect(dialect, type);
  await ask(asking, {
    call: 'deny',
    path: operation.path,
    id: distributionId,
    body: denialBody(operation, denial),
    anySuccess: true,
  });
}

function notInDialect({ name }: Dialect, type: string): FanfareError {
  return new FanfareError('NOT_IN_DIALECT', {
    message: `deny: the dialect "${name}" has no "deny" for ${type}; use an "api.dialect" that has one`,
  });
}
