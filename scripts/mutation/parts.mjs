// What the mutation tests change at a time: a room, or a part of one that takes an hour.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const lib = join(import.meta.dirname, '../../lib');
const ALL = /./;
// What PostgreSQL and Redis decide is SQL and Lua: to Stryker texts, which it can only empty. The contract suite judges
// them, on real servers, and starting one for every mutant would take a day.
const PARTS = {
  admission: ALL,
  tokens: ALL,
  validation: ALL,
  'ledger/rules': /^(?!memory|local|sqlite|postgres|redis)/,
  'ledger/memory': /^(memory|local)/,
  'ledger/sqlite': /^sqlite/,
};

export const partNames = Object.keys(PARTS);

export const roomOf = (part) => part.split('/')[0];

/** The files that are changed, as addresses below the root. */
export function filesOf(part) {
  const room = roomOf(part);
  return readdirSync(join(lib, room))
    .filter((name) => PARTS[part].test(name))
    .map((name) => `lib/${room}/${name}`);
}
