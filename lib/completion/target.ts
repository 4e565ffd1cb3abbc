/** What `completeAdmission` may be told instead of a request, read into a target. Pure. */
import { compact } from '../admission/compact.js';
import { parseTime } from '../admission/expiry.js';
import type { Triple } from '../admission/identity.js';
import { admissionId, distributionType, DISTRIBUTION_TYPES, isId } from '../admission/identity.js';
import { FanfareError } from '../errors.js';
import type { CompletionTarget } from '../ledger/ledger.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads `{ id }`, a full admission, or `{ distributionType, distributionId, consumerId }`.
 *
 * An id beside some of the three but not all counts alone: it names the admission well enough, and the order exists.
 * Throws `INVALID_ADMISSION_DATA`, which names the field, for anything else.
 */
export function readTarget(value: unknown, organizationId: string): CompletionTarget {
  if (typeof value !== 'object' || value === null) {
    throw invalid(
      `Expected a request, an admission, { id } or the three ids, got ${value === null ? 'null' : typeof value}`,
    );
  }
  const fields = value as Fields;
  if (fields['id'] === undefined || fields['id'] === null) {
    const triple = readTriple(fields);
    return { by: 'triple', admission: { id: admissionId(organizationId, triple, undefined), ...triple } };
  }
  const id = readId(fields, 'id');
  const named = ['distributionType', 'distributionId', 'consumerId'].every(
    (name) => fields[name] !== undefined && fields[name] !== null,
  );
  return named ? { by: 'admission', admission: readAdmission(id, fields) } : { by: 'id', id };
}

/** Times that cannot be read are unknown times: no reason to lose an order. */
function readAdmission(id: string, fields: Fields) {
  const experience = fields['experienceId'] ?? undefined;
  return compact({
    id,
    ...readTriple(fields),
    experienceId: experience === undefined ? undefined : readId(fields, 'experienceId'),
    admittedAt: parseTime(fields['admittedAt']),
    expiresAt: parseTime(fields['expiresAt']),
  });
}

function readTriple(fields: Fields): Triple {
  const type = distributionType(fields['distributionType']);
  if (type === undefined) {
    throw invalid(`"distributionType" must be one of ${DISTRIBUTION_TYPES.join(', ')}`);
  }
  return {
    distributionType: type,
    distributionId: readId(fields, 'distributionId'),
    consumerId: readId(fields, 'consumerId'),
  };
}

function readId(fields: Fields, name: string): string {
  const value = fields[name];
  if (!isId(value)) {
    throw invalid(`"${name}" must be 1 to 128 of the characters A-Z, a-z, 0-9, "_" and "-"`);
  }
  return value;
}

function invalid(message: string): FanfareError {
  return new FanfareError('INVALID_ADMISSION_DATA', { message });
}
