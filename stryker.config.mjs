// Changes the code of a room in small ways, and sees whether the room's own tests notice. Run by scripts/mutation.mjs.
import { readFileSync } from 'node:fs';

const { jest } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const room = process.env.MUTATED_ROOM;
if (!room) throw new Error('Which room? Use "npm run test:mutation -- admission".');

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: [
    `lib/${room}/**/*.ts`,
    // What these two engines decide is SQL and Lua: to Stryker texts, which it can only empty. The contract suite
    // judges them, on real servers, and starting one for every mutant would take a day.
    '!lib/ledger/{postgres,redis}*.ts',
  ],
  testRunner: 'jest',
  jest: {
    config: {
      ...jest,
      testMatch: [`<rootDir>/__tests__/${room}/**/*.test.ts`],
      setupFiles: ['<rootDir>/scripts/mutation/unshrunk.cjs'],
      testSequencer: '<rootDir>/scripts/mutation/by-name.cjs',
      // Other processes run the code as it was compiled before; servers are for the two engines above.
      testPathIgnorePatterns: ['\\.process\\.test\\.ts$', '/ledger/(postgres|redis)'],
    },
  },
  coverageAnalysis: 'perTest',
  concurrency: 1,
  incremental: true,
  incrementalFile: `reports/mutation/${room}.incremental.json`,
  jsonReporter: { fileName: `reports/mutation/${room}.json` },
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, reportTests: false },
  thresholds: { high: 95, low: 85, break: 85 },
  warnings: { slow: false },
};
