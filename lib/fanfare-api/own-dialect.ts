/** A merchant's own dialect, checked part by part. */
import { DISTRIBUTION_TYPES, type DistributionType, isId } from '../admission/identity.js';
import { checkOptions, kindOf } from '../option-checks.js';
import { parseBaseUrl, pathBelow } from './base-url.js';
import type { Dialect, Operation } from './dialect.js';
import { checkProof } from './proof-check.js';

const NAMES: readonly (keyof Dialect)[] = [
  'name',
  'baseUrl',
  'authenticate',
  'proofField',
  'metadata',
  'validate',
  'complete',
  'deny',
  'authorizeExternal',
];
/** Field names that a validation's body uses for the ids. */
const TAKEN = ['consumerId', 'distributionId', 'distributionType'];

type Cell = Operation<never> & { readonly read?: unknown };

/** Throws a `TypeError` that names the part that is wrong and what it got. */
export function readOwnDialect(dialect: Dialect): Dialect {
  checkOptions('createFanfare: "api.dialect"', dialect, NAMES);
  if (!isId(dialect.name)) throw wrong('name', 'a short name of letters, digits, "_" and "-"', dialect.name);
  const base = readBase(dialect.baseUrl);
  readFunction('authenticate', dialect.authenticate, 'required');
  if (!isId(dialect.proofField) || TAKEN.includes(dialect.proofField)) {
    throw wrong('proofField', 'the name of the field that holds the token', dialect.proofField);
  }
  readFunction('metadata', dialect.metadata);
  readCells('validate', dialect.validate, base, ['path', 'body', 'read']);
  readCells('complete', dialect.complete, base, ['path', 'body', 'read']);
  if (dialect.deny !== undefined) readCells('deny', dialect.deny, base, ['path', 'body']);
  if (dialect.authorizeExternal !== undefined) readExternal(dialect.authorizeExternal, base);
  for (const type of DISTRIBUTION_TYPES) checkProof(dialect, type);
  return dialect;
}

function readBase(baseUrl: unknown): URL {
  if (typeof baseUrl !== 'string') throw wrong('baseUrl', 'an address', baseUrl);
  return parseBaseUrl(baseUrl, 'api.dialect.baseUrl');
}

type Operations = 'validate' | 'complete' | 'deny';

function readCells(
  operation: Operations,
  cells: Readonly<Partial<Record<DistributionType, Cell | undefined>>>,
  base: URL,
  names: readonly string[],
): void {
  checkOptions(`createFanfare: "api.dialect.${operation}"`, cells, DISTRIBUTION_TYPES);
  for (const [type, cell] of Object.entries(cells)) {
    if (cell === undefined) continue;
    const where = `${operation}.${type}`;
    checkOptions(`createFanfare: "api.dialect.${where}"`, cell, names);
    readPath(`${where}.path`, cell.path, base);
    readFunction(`${where}.body`, cell.body);
    readFunction(`${where}.read`, cell.read);
  }
}

function readExternal(external: NonNullable<Dialect['authorizeExternal']>, base: URL): void {
  checkOptions('createFanfare: "api.dialect.authorizeExternal"', external, ['path']);
  const { path } = external;
  readPath('authorizeExternal.path', path, base);
  if (path.includes('{id}')) throw wrong('authorizeExternal.path', 'a path without {id}', path);
}

/** Tried once with an id: whatever would lead elsewhere later leads elsewhere now. */
function readPath(where: string, path: unknown, base: URL): void {
  const shaped =
    typeof path === 'string' && /^\/(?!\/)[^?#\\]*$/.test(path) && path.split('{id}').length <= 2;
  if (shaped && !/[{}]/.test(path.replace('{id}', '')) && staysBelow(base, path)) return;
  throw wrong(where, 'a path that starts with "/", with {id} once or not at all, and no query', path);
}

function staysBelow(base: URL, path: string): boolean {
  try {
    pathBelow(base, path, 'id');
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function readFunction(where: string, value: unknown, need?: 'required'): void {
  if (typeof value === 'function' || (value === undefined && need === undefined)) return;
  throw wrong(where, 'a function', value);
}

function wrong(where: string, expected: string, value: unknown): TypeError {
  return new TypeError(`"api.dialect.${where}" must be ${expected}, got ${kindOf(value)}`);
}
