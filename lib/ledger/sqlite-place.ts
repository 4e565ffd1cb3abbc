/** Whether a SQLite file lies where its locks hold: on a disk of this machine, not on another machine's. */
import { statfsSync } from 'node:fs';

/** Linux's numbers for the file systems of other machines. */
const NETWORK: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB',
  0x5346414f: 'AFS',
};

/** What an operator should know about the place of a file that is open; nothing where the system does not tell. */
export function warningsOfPlace(file: string): readonly string[] {
  if (process.platform !== 'linux' || file === ':memory:') return [];
  try {
    return warningsOfType(file, statfsSync(file).type);
  } catch (error) {
    // A ledger that works must not fail because its place is not told.
    return [
      `It is not known whether the SQLite file "${file}" lies on a disk of this machine: ${String(error)}`,
    ];
  }
}

/** Pure; `type` is the file system's number. */
export function warningsOfType(file: string, type: number): readonly string[] {
  const name = NETWORK[type >>> 0];
  if (name === undefined) return [];
  return [
    `The SQLite file "${file}" lies on a network file system (${name}), where locks may not hold: two servers could both ` +
      'let one admission buy. Put it on a local disk, or use PostgreSQL or Redis.',
  ];
}
