/**
 * Distinct tokens without end leave nothing behind: `HEAP_TOKENS` of them (100,000) in a process of its own, after as many
 * as fill every cache.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { record } from '../reliability/figures.js';
import { CHILD_ENVIRONMENT, placeLib } from '../support/compiled-lib.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';

const TOKENS = Number(process.env['HEAP_TOKENS'] ?? 100_000);
/** Each cache holds 10,000 entries. */
const FILLING = 50_000;
const MOST_BYTES = 32 * 1_048_576;
/** Less than the hash of a token: what is kept of each would show. */
const MOST_BYTES_EACH = 24;
const ENOUGH_MS = 120_000 + TOKENS * 2;

let folder: string;

beforeAll(() => {
  folder = temporaryFolder();
  placeLib(join(folder, 'lib'));
});
afterAll(() => {
  removeFolder(folder);
});

test(
  'the heap grows by what the caches hold, and then no more',
  () => {
    const script = join(__dirname, 'heap-process.cjs');
    const parameters = ['--expose-gc', script, join(folder, 'lib'), String(FILLING), String(TOKENS)];
    const child = { env: CHILD_ENVIRONMENT, encoding: 'utf8' } as const;
    const said = execFileSync(process.execPath, parameters, child);
    const { filling, growth, whole } = JSON.parse(said) as Record<'filling' | 'growth' | 'whole', number>;
    record('heap', 'Node', {
      'distinct tokens': FILLING + TOKENS,
      'growth while caches fill, MB': (filling / 1_048_576).toFixed(1),
      'growth after that, bytes per token': (growth / TOKENS).toFixed(1),
      'growth in all, MB': (whole / 1_048_576).toFixed(1),
    });
    // The caches were filled, so there is something to see.
    expect(filling).toBeGreaterThan(0);
    expect(whole).toBeLessThan(MOST_BYTES);
    expect(growth / TOKENS).toBeLessThan(MOST_BYTES_EACH);
  },
  ENOUGH_MS,
);
