/** Which admissions an order of a platform or a payment provider names, by the fields that travelled with it. Pure. */
import type { Admission } from '../admission/admission.js';
import { compact } from '../admission/compact.js';
import { parseTime } from '../admission/expiry.js';
import type { Triple } from '../admission/identity.js';
import { distributionType, isId } from '../admission/identity.js';
import type { Fields } from './fields.js';

/** An admission as `completeAdmission` takes it. */
export type Carried = Admission | { readonly id: string } | Triple;

/** The fields under their plain names, as this package writes them; all are texts of at most 128 characters. */
export const CARRIED = {
  id: 'fanfare_admission_id',
  distributionId: 'fanfare_distribution_id',
  distributionType: 'fanfare_distribution_type',
  consumerId: 'fanfare_consumer_id',
  admittedAt: 'fanfare_admitted_at',
} as const;

type Part = keyof typeof CARRIED | 'experienceId';

/** Every name that a field goes by: with and without the leading underscore, and as Fanfare's payment guides spell it. */
const NAMES = new Map<string, Part>(
  Object.entries({ ...CARRIED, experienceId: 'fanfare_experience_id' }).flatMap(([part, name]) => [
    [name, part as Part],
    [`_${name}`, part as Part],
    ...(part === 'id' ? [] : [[part, part as Part] as const]),
  ]),
);

export type CarriedFields = Partial<Record<Part, string>>;

/** Finds the distribution of an order that only names the experience, as Fanfare's Shopify guide has it. */
export type DistributionIdOf = (told: CarriedFields) => string | undefined;

const LONGEST = 128;

/** What is ours among `[name, value]` pairs; of several the first counts. */
export function carriedIn(pairs: Iterable<readonly [unknown, unknown]>): CarriedFields {
  const found: CarriedFields = {};
  for (const [name, value] of pairs) {
    const part = typeof name === 'string' ? NAMES.get(name) : undefined;
    if (part === undefined || typeof value !== 'string' || value.length > LONGEST) continue;
    found[part] ??= value;
  }
  return found;
}

export function carriedInObject(fields: Fields): CarriedFields {
  return carriedIn(Object.entries(fields));
}

/**
 * The admissions of an order: one for each line that names one, with what the order itself tells in the place of what a line
 * leaves out; and the order's own, where no line names one or one names another. Each once.
 */
export function admissionsOf(
  order: CarriedFields,
  lines: readonly CarriedFields[],
  distributionIdOf?: DistributionIdOf,
): readonly Carried[] {
  const named = lines.filter((line) => Object.keys(line).length > 0);
  const ownToo = named.length === 0 || named.some((line) => isAnother(order, line));
  const told = [...named.map((line) => inPlace(order, line)), ...(ownToo ? [order] : [])];
  const found = new Map<string, Carried>();
  for (const one of told) {
    const carried = read(one, distributionIdOf);
    if (carried !== undefined) found.set(nameOf(carried), carried);
  }
  return [...found.values()];
}

function isAnother(order: CarriedFields, line: CarriedFields): boolean {
  return (['id', 'distributionId', 'consumerId'] as const).some(
    (part) => line[part] !== undefined && order[part] !== undefined && line[part] !== order[part],
  );
}

/** An id names one admission: the order's must not stand beside another's consumer or distribution, nor the other way round. */
function inPlace(order: CarriedFields, line: CarriedFields): CarriedFields {
  if (!isAnother(order, line)) return { ...order, ...line };
  if (line.id !== undefined && line.id !== order.id) return line;
  return { ...compact({ ...order, id: undefined, admittedAt: undefined }), ...line };
}

function read(told: CarriedFields, distributionIdOf: DistributionIdOf | undefined): Carried | undefined {
  const triple = tripleOf(told, distributionIdOf);
  if (!isId(told.id)) return triple;
  if (triple === undefined) return { id: told.id };
  const experienceId = isId(told.experienceId) ? told.experienceId : undefined;
  return { id: told.id, ...triple, ...compact({ experienceId, admittedAt: parseTime(told.admittedAt) }) };
}

function tripleOf(told: CarriedFields, distributionIdOf: DistributionIdOf | undefined): Triple | undefined {
  const { consumerId } = told;
  const type = distributionType(told.distributionType);
  const distributionId = told.distributionId ?? distributionIdOf?.(told);
  if (type === undefined || !isId(distributionId) || !isId(consumerId)) return undefined;
  return { distributionType: type, distributionId, consumerId };
}

function nameOf(carried: Carried): string {
  if ('id' in carried) return carried.id;
  return [carried.distributionType, carried.distributionId, carried.consumerId].join(' ');
}
