/** Which admissions an order of a platform or a payment provider names, by the fields that travelled with it. Pure. */
import type { Admission } from '../admission/admission.js';
import { compact } from '../admission/compact.js';
import { parseTime } from '../admission/expiry.js';
import type { Triple } from '../admission/identity.js';
import { distributionType, isId } from '../admission/identity.js';
import { sum } from './decimals.js';
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
  expiresAt: 'fanfare_expires_at',
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

/** A second and further admission in one place has the same names with a number behind: `fanfare_admission_id_2`. */
const NUMBERED = /^(.+)_([2-9]|[1-9]\d)$/;

/**
 * What is ours among `[name, value]` pairs, the admission without a number first; of several values for one name the first
 * counts.
 */
export function carriedIn(pairs: Iterable<readonly [unknown, unknown]>): readonly CarriedFields[] {
  const found = new Map<number, CarriedFields>();
  for (const [name, value] of pairs) {
    const [part, number] = partOf(name);
    if (part === undefined || typeof value !== 'string' || value.length > LONGEST) continue;
    const fields = found.get(number) ?? {};
    fields[part] ??= value;
    found.set(number, fields);
  }
  return [...found].sort(([one], [other]) => one - other).map(([, fields]) => fields);
}

function partOf(name: unknown): readonly [Part | undefined, number] {
  if (typeof name !== 'string') return [undefined, 1];
  const [, plain = name, number = '1'] = NUMBERED.exec(name) ?? [];
  return [NAMES.get(plain), Number(number)];
}

export function carriedInObject(fields: Fields): readonly CarriedFields[] {
  return carriedIn(Object.entries(fields));
}

/** What a line of an order carries, and what it costs where that is told. */
export interface Line {
  readonly carried: readonly CarriedFields[];
  readonly amount?: string | undefined;
}

/** An admission that an order names, and what its lines cost together, where all of them tell. */
export interface NamedAdmission {
  readonly admission: Carried;
  readonly amount?: string | undefined;
}

/**
 * The admissions of an order, each once: those that its lines name, with what the order itself tells in the place of what a
 * line leaves out; and the order's own, where no line names one or one names another.
 */
export function admissionsOf(
  own: readonly CarriedFields[],
  lines: readonly Line[] = [],
  distributionIdOf?: DistributionIdOf,
): readonly NamedAdmission[] {
  const [order = {}, ...others] = own;
  const named = [
    ...lines.flatMap(({ carried, amount }) =>
      carried.map((fields) => ({ fields, amount: carried.length === 1 ? amount : undefined })),
    ),
    ...others.map((fields) => ({ fields, amount: undefined })),
  ];
  const ownToo = named.length === 0 || named.some(({ fields }) => isAnother(order, fields));
  const told = named.map(({ fields, amount }) => ({ fields: inPlace(order, fields), amount }));
  const found = new Map<string, NamedAdmission>();
  for (const { fields, amount } of ownToo ? [{ fields: order, amount: undefined }, ...told] : told) {
    const admission = read(fields, distributionIdOf);
    if (admission === undefined) continue;
    const name = nameOf(admission);
    const before = found.get(name);
    found.set(name, { admission, amount: before === undefined ? amount : sum(before.amount, amount) });
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
  return { ...compact({ ...order, id: undefined, admittedAt: undefined, expiresAt: undefined }), ...line };
}

function read(told: CarriedFields, distributionIdOf: DistributionIdOf | undefined): Carried | undefined {
  const triple = tripleOf(told, distributionIdOf);
  if (!isId(told.id)) return triple;
  if (triple === undefined) return { id: told.id };
  const experienceId = isId(told.experienceId) ? told.experienceId : undefined;
  const times = { admittedAt: parseTime(told.admittedAt), expiresAt: parseTime(told.expiresAt) };
  return { id: told.id, ...triple, ...compact({ experienceId, ...times }) };
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
