// Runs the proofs of __tests__/reliability, and writes what they measured, with the machine named, to docs/reliability.md.
// `npm run reliability`; with --soak (`npm run test:soak`) at full length, printing the figures instead.
import { circumstances, measured, sections } from './reliability-figures.mjs';
import { writePart } from './reliability-page.mjs';

const soak = process.argv.includes('--soak');
const SIZES = soak
  ? {
      RELIABILITY_KILLS: '2000',
      RELIABILITY_CRASHES: '150',
      RELIABILITY_DRAINS: '9',
      RELIABILITY_SOAK_SECONDS: '600',
    }
  : { RELIABILITY_KILLS: '100', RELIABILITY_DRAINS: '9' };

/** Each proof, in the order of the page. */
const PROOFS = {
  engines: ['The engines', 'Versions, and the settings that durability depends on.'],
  contest: [
    'One winner',
    'Four processes with 50 callers each claim the same admissions (the memory ledger: 200 callers in one process).',
  ],
  kills: [
    'A shop that is killed',
    'A shop of two processes under load; one of them is killed (SIGKILL) at a random moment and started again, over and over; in the end both, and one last process runs until nothing is left to do.',
  ],
  points: [
    'Killed at a chosen point',
    'A process kills itself at this point of an order; another one goes on. A shopper who was not told of success is not acknowledged, and the order arrives all the same.',
  ],
  crashes: [
    'An engine that is killed',
    'The engine is killed (SIGKILL) under load and started on the same data; the time counts from when it answers again. SQLite is a part of the shop, so all processes of the shop are killed at once.',
  ],
  transactions: [
    "Orders inside the merchant's own transaction",
    'Transactions race for admissions, each with its order and its completion inside; some are rolled back.',
  ],
  days: ['Fanfare away for 72 hours', 'On a virtual clock.'],
  drain: [
    'The end of an outage',
    'In real time: completions that wait while Fanfare answers 503, and what happens once it does not any more.',
  ],
  strangers: [
    'Strangers',
    'Calls that end, renew or keep an attempt, or settle a delivery, by somebody who does not hold it.',
  ],
  paused: [
    'An owner that was paused',
    'A process stands still (SIGSTOP) beyond its lease, another one takes over, the first goes on.',
  ],
  unreachable: [
    'An engine that is away at `completeAdmission`',
    'What the handler is answered, and after how long. The same call succeeds once the engine is back.',
  ],
  soak: [
    'Bad weather',
    'Shoppers who come, come back, order and hang up, and strangers with forged tokens, while the way to Fanfare or Fanfare itself breaks in another way every second.',
  ],
};

function page(rows) {
  return [
    '# Reliability: what was measured',
    '',
    'Written by `npm run reliability`, never by hand; what begins with *Damaged requests* by `npm run fuzz`, and the last section by `npm run test:mutation`. The proofs themselves are in `__tests__/reliability` and `__tests__/hostile`, and `npm test` runs them at a smaller size.',
    '',
    circumstances(),
    '',
    "What the columns of a sale mean: **acknowledged**, orders whose shopper was told of success; **orders**, those in the shop's own books; **calls**, completions that reached Fanfare, repeats included. What must be 0: **forgotten**, orders that the ledger took for new more than once; **lost**, acknowledged orders that Fanfare does not know, or knows as another one; **doubled**, second effects at Fanfare; **orders too many**, second orders for one admission; **stuck**, rows of the ledger that are not delivered in the end.",
    '',
    ...sections(PROOFS, rows),
  ].join('\n');
}

const text = page(measured(['--runInBand', '__tests__/reliability'], SIZES));
if (soak) {
  console.log(text);
} else {
  writePart('proofs', text);
}
