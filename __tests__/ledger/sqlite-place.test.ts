import { join } from 'node:path';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { warningsOfPlace, warningsOfType } from '../../lib/ledger/sqlite-place.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';

test.each([
  ['NFS', 0x6969],
  ['CIFS', 0xff534d42],
  ['CIFS', 0xff534d42 | 0], // as a system with 32-bit numbers tells it
  ['SMB', 0xfe534d42],
])('a file on %s is warned of', (name, type) => {
  expect(warningsOfType('shop.sqlite', type)).toEqual([
    expect.stringContaining(`"shop.sqlite" lies on a network file system (${name})`),
  ]);
});

test('a file on a disk of this machine is not', async () => {
  expect(warningsOfType('shop.sqlite', 0xef53)).toEqual([]);
  const folder = temporaryFolder();
  const ledger = sqliteLedger({ file: join(folder, 'shop.sqlite') });
  expect(await ledger.open()).toEqual([]);
  await ledger.close();
  removeFolder(folder);
});

test('a place that is not told is said, and stops nothing', () => {
  expect(warningsOfPlace('/nowhere/at/all.sqlite')).toEqual([
    expect.stringMatching(/not known whether .*ENOENT/),
  ]);
  expect(warningsOfPlace(':memory:')).toEqual([]);
});
