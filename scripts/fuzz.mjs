// The hostile tests at length, 10 million damaged requests and a million distinct tokens among them, and what they measured
// into docs/reliability.md. `npm run fuzz`; shorter: `FUZZ_RUNS=200000 npm run fuzz`.
import { circumstances, measured, sections } from './reliability-figures.mjs';
import { writePart } from './reliability-page.mjs';

const SIZES = { FUZZ_RUNS: '10000000', HEAP_TOKENS: '1000000' };

function proofs() {
  return {
    fuzz: [
      'Damaged requests',
      `Written by \`npm run fuzz\`, this section and the next.

${circumstances()}

Tokens, cookies, queries and bodies damaged at random, in process. *Still good*: the damage left a good token or cookie whole. Times are by the clock, from a request to its answer, whatever else the machine did meanwhile. *Limit*: 5 ms, or 20 times the plain request where that is more; in proportion for more than 16 KB of address and headers, which Node by default lets nobody send. *Over it at first*: asked again, each time in a new shop, until the processor was done within the limit. *Over it each time*: nine times in a row; then it is the request that takes so long, and the run fails.`,
      'on',
    ],
    heap: [
      'Distinct tokens without end',
      'What stays in memory of tokens that were shown once: the bounded caches, and nothing more.',
      'on',
    ],
  };
}

const rows = measured(['__tests__/hostile'], SIZES);
// They ran side by side, and ended in any order.
rows.sort((a, b) => a.on.localeCompare(b.on));
writePart('hostile', sections(proofs(), rows).join('\n'));
