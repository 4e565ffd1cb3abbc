/** However many processes and callers want an admission at once, one gets it. */
import { Child, type Message, useChildren } from './child.js';
import { openHere } from './engine.js';
import { ENGINES } from './engines.js';
import { record, seconds } from './figures.js';
import type { Address } from './open-ledger.cjs';
import { CONTESTED, PATIENCE_MS } from './sizes.js';

const PROCESSES = 4;
const CALLERS = 50;

interface Won {
  readonly admissionId: string;
  readonly attemptId: string;
}

useChildren();

for (const engine of ENGINES) {
  engine.suite('the contest', (store) => {
    it(
      `${CONTESTED * PROCESSES} attempts on ${CONTESTED} admissions: one winner each`,
      async () => {
        const address = await store().address();
        const contest = await compete(address, engine.durable ? PROCESSES : 1);
        expect(contest.attempts).toBe(CONTESTED * PROCESSES);
        expect(contest.won).toHaveLength(CONTESTED);
        expect(new Set(contest.won.map(({ admissionId }) => admissionId)).size).toBe(CONTESTED);
        if (engine.durable) expect(await holders(address)).toEqual(sorted(contest.won));
        record('engines', engine.name, { 'version and settings': await store().about() });
        record('contest', engine.name, {
          attempts: contest.attempts,
          admissions: CONTESTED,
          winners: contest.won.length,
          'asked again, engine busy': contest.askedAgain,
          'claims per second': Math.round(contest.attempts / (contest.tookMs / 1_000)),
          'seconds in all': seconds(contest.tookMs),
        });
      },
      PATIENCE_MS,
    );
  });
}

async function compete(address: Address, processes: number) {
  const passes = PROCESSES / processes;
  const children = Array.from(
    { length: processes },
    (_, index) =>
      new Child('contender.cjs', {
        address,
        name: `process ${index}`,
        admissions: CONTESTED,
        callers: CALLERS * passes,
        passes,
      }),
  );
  await Promise.all(children.map((child) => child.heard('ready')));
  const startedAt = performance.now();
  for (const child of children) child.tell({ go: true });
  const results = await Promise.all(children.map((child) => child.heard('done')));
  return {
    won: results.flatMap(({ won }) => won as Won[]),
    attempts: sum(results, 'attempts'),
    askedAgain: sum(results, 'askedAgain'),
    tookMs: performance.now() - startedAt,
  };
}

function sum(messages: readonly Message[], name: string): number {
  return messages.reduce((total, message) => total + Number(message[name]), 0);
}

/** Who holds what, by the ledger's own record. */
async function holders(address: Address): Promise<readonly Won[]> {
  const ledger = openHere(address);
  const rows = await ledger.list({ states: ['active'], limit: CONTESTED * 2 });
  await ledger.close();
  return sorted(
    rows.map((row) => ({
      admissionId: row.admission.id,
      attemptId: row.state === 'active' && row.attempts === 1 ? row.attempt.id : 'nobody',
    })),
  );
}

function sorted(won: readonly Won[]): readonly Won[] {
  return [...won].sort((one, other) => (one.admissionId < other.admissionId ? -1 : 1));
}
