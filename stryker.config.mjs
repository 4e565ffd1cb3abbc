// Changes the code of a room in small ways, and sees whether the room's own tests notice. Run by scripts/mutation.mjs.
import { readFileSync } from 'node:fs';
import { filesOf, roomOf } from './scripts/mutation/parts.mjs';

const { jest } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const part = process.env.MUTATED_PART;
if (!part) throw new Error('Which room? Use "npm run test:mutation -- admission".');

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: filesOf(part),
  testRunner: 'jest',
  jest: {
    config: {
      ...jest,
      testMatch: [`<rootDir>/__tests__/${roomOf(part)}/**/*.test.ts`],
      setupFiles: ['<rootDir>/scripts/mutation/unshrunk.cjs'],
      testSequencer: '<rootDir>/scripts/mutation/by-name.cjs',
      // Other processes run the code as it was compiled before; servers are for the two engines above.
      testPathIgnorePatterns: ['\\.process\\.test\\.ts$', '/ledger/(postgres|redis)'],
    },
  },
  coverageAnalysis: 'perTest',
  concurrency: 1,
  incremental: true,
  incrementalFile: `reports/mutation/${part}.incremental.json`,
  jsonReporter: { fileName: `reports/mutation/${part}.json` },
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false },
  thresholds: { high: 95, low: 85, break: 85 },
  warnings: { slow: false },
};
