import fc from 'fast-check';
import { type Bulkhead, createBulkhead, FULL } from '../../lib/fanfare-api/bulkhead.js';
import { cpuMs } from '../hostile/cpu-time.js';
import { until } from './wire.js';

/** Tasks by name that end when they are told to. */
function rig(bulkhead: Bulkhead) {
  const started: string[] = [];
  const running = new Map<string, { resolve(value: string): void; reject(fault: Error): void }>();
  const run = (name: string) =>
    bulkhead.run(() => {
      started.push(name);
      return new Promise<string>((resolve, reject) => running.set(name, { resolve, reject }));
    });
  const taken = (name: string) => {
    const task = running.get(name)!;
    running.delete(name);
    return task;
  };
  return {
    started,
    running,
    run,
    end: (name: string) => {
      taken(name).resolve(name);
    },
    fail: (name: string) => {
      taken(name).reject(new Error(name));
    },
  };
}

/** Whatever waits for nothing but promises has happened. */
const settled = (): Promise<void> => new Promise(setImmediate);

describe('a bulkhead of 2 running and 1 waiting', () => {
  it('runs two at once, keeps one waiting and turns the fourth away', async () => {
    const { run, started, end } = rig(createBulkhead(2, 1));
    const results = ['a', 'b', 'c'].map(run);
    expect(started).toEqual(['a', 'b']);
    expect(await run('d')).toBe(FULL);
    end('a');
    await until(() => started.length === 3);
    end('b');
    end('c');
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c']);
  });

  it('has room again for whom it turned away', async () => {
    const { run, started, end } = rig(createBulkhead(2, 1));
    const results = ['a', 'b', 'c'].map(run);
    expect(await run('d')).toBe(FULL);
    end('a');
    await settled();
    results.push(run('d'));
    expect(await run('e')).toBe(FULL);
    end('b');
    end('c');
    await until(() => started.length === 4);
    end('d');
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('a place', () => {
  it('is given back by a rejection, which is passed on', async () => {
    const bulkhead = createBulkhead(1, 0);
    await expect(bulkhead.run(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    await expect(bulkhead.run(() => Promise.resolve('next'))).resolves.toBe('next');
  });

  it('is given back by a task that throws, as by one that rejects', async () => {
    const bulkhead = createBulkhead(1, 0);
    const throwing = () => {
      throw new Error('mine');
    };
    await expect(bulkhead.run(throwing)).rejects.toThrow('mine');
    await expect(bulkhead.run(() => Promise.resolve('next'))).resolves.toBe('next');
  });

  it('goes to those who wait in the order in which they came, whatever becomes of them', async () => {
    const bulkhead = createBulkhead(1, 9);
    const { run, started, end, fail } = rig(bulkhead);
    const first = run('first');
    const failing = run('failing');
    const throwing = bulkhead.run(() => {
      started.push('throwing');
      throw new Error('throwing');
    });
    const last = run('last');
    end('first');
    await expect(first).resolves.toBe('first');
    await until(() => started.includes('failing'));
    fail('failing');
    await expect(failing).rejects.toThrow('failing');
    await expect(throwing).rejects.toThrow('throwing');
    await until(() => started.includes('last'));
    end('last');
    await expect(last).resolves.toBe('last');
    expect(started).toEqual(['first', 'failing', 'throwing', 'last']);
  });

  it('is not for whoever comes before those who wait have heard that it is free', async () => {
    const bulkhead = createBulkhead(1, 1);
    const started: string[] = [];
    const run = (name: string, ending: Promise<void>) =>
      bulkhead.run(() => {
        started.push(name);
        return ending;
      });
    let end!: () => void;
    const ending = new Promise<void>((resolve) => (end = resolve));
    const all = [run('first', ending), run('waiting', ending), ending.then(() => run('late', ending))];
    end();
    await Promise.all(all);
    expect(started).toEqual(['first', 'waiting', 'late']);
  });
});

test('whoever comes and whatever ends, there are never too many, and nobody is passed', async () => {
  const step = fc.tuple(
    fc.constantFrom('come' as const, 'come' as const, 'end' as const, 'fail' as const),
    fc.nat(),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.nat(4),
      fc.array(step, { maxLength: 60, size: 'max' }),
      async (inFlight, waiting, steps) => {
        const { run, started, running, end, fail } = rig(createBulkhead(inFlight, waiting));
        const results: Promise<unknown>[] = [];
        const expected: string[] = [];
        const line: string[] = [];
        const come = (name: string): void => {
          const full = running.size === inFlight && line.length === waiting;
          if (running.size < inFlight) expected.push(name);
          else if (!full) line.push(name);
          const result = run(name).catch((fault: unknown) => (fault as Error).message);
          results.push(expect(result).resolves.toBe(full ? FULL : name));
        };
        const leave = async (name: string, by: typeof end): Promise<void> => {
          expected.push(...line.splice(0, 1));
          by(name);
          await settled();
        };
        for (const [kind, number] of steps) {
          const names = [...running.keys()];
          if (kind === 'come') come(String(results.length));
          else if (names.length > 0) await leave(names[number % names.length]!, kind === 'end' ? end : fail);
          expect(started).toEqual(expected);
        }
        while (running.size > 0) await leave([...running.keys()][0]!, end);
        expect(started).toEqual(expected);
        await Promise.all(results);
      },
    ),
  );
});

/** Milliseconds of processor time for so many who wait one behind the other. */
async function waitingMs(count: number): Promise<number> {
  const bulkhead = createBulkhead(1, count);
  let turns = 0;
  const began = cpuMs();
  const all = Array.from({ length: count + 1 }, () => bulkhead.run(() => Promise.resolve((turns += 1))));
  const tooMany = bulkhead.run(() => Promise.resolve(0));
  const order = await Promise.all(all);
  const took = cpuMs() - began;
  expect(await tooMany).toBe(FULL);
  expect(order).toEqual(Array.from(order, (_, index) => index + 1));
  return took;
}

/** The best of some rounds: what the process does besides only ever adds. */
async function leastWaitingMs(count: number): Promise<number> {
  return Math.min(await waitingMs(count), await waitingMs(count), await waitingMs(count));
}

test('a turn costs the same, however many wait for theirs', async () => {
  const [some, many] = [await leastWaitingMs(10_000), await leastWaitingMs(80_000)];
  // Eight times as many take eight times as long, and their garbage a little more; not sixty-four.
  expect(many / some).toBeLessThan(32);
});
