import { AsyncLocalStorage } from 'node:async_hooks';
import { repeat } from '../../lib/completion/repeat.js';
import { ManualClock } from '../support/manual-clock.js';

describe('repeat', () => {
  it('runs now, and again the given time after each end', async () => {
    const clock = new ManualClock(0);
    const runs: number[] = [];
    const repeating = repeat(clock, 100, () => {
      runs.push(clock.now());
      return Promise.resolve();
    });
    await clock.advance(50);
    repeating.now();
    expect(runs).toEqual([]);
    repeating.start();
    repeating.start();
    await clock.advance(250);
    expect(runs).toEqual([50, 150, 250]);
    await repeating.stop();
    await clock.advance(500);
    expect(runs).toHaveLength(3);
  });

  it('never runs twice at once, and once more for all who asked meanwhile', async () => {
    const clock = new ManualClock(0);
    const ends: (() => void)[] = [];
    const repeating = repeat(clock, 100, () => new Promise((resolve) => ends.push(resolve)));
    repeating.start();
    repeating.now();
    repeating.now();
    await clock.advance(1_000);
    expect(ends).toHaveLength(1);
    ends[0]!();
    await clock.advance(0);
    expect(ends).toHaveLength(2);
    ends[1]!();
    await clock.advance(99);
    expect(ends).toHaveLength(2);
    await clock.advance(1);
    expect(ends).toHaveLength(3);
  });

  it('stops when the running one has ended, and can start anew', async () => {
    const clock = new ManualClock(0);
    const ends: (() => void)[] = [];
    const repeating = repeat(clock, 100, () => new Promise((resolve) => ends.push(resolve)));
    repeating.start();
    let stopped = false;
    repeating.now();
    const stopping = repeating.stop().then(() => (stopped = true));
    await clock.advance(0);
    expect(stopped).toBe(false);
    ends[0]!();
    await stopping;
    expect(ends).toHaveLength(1);
    repeating.start();
    expect(ends).toHaveLength(2);
  });

  it('runs in the context that it was made in, whoever asks for a run', async () => {
    const clock = new ManualClock(0);
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const repeating = storage.run('made here', () =>
      repeat(clock, 100, () => {
        seen.push(storage.getStore());
        return Promise.resolve();
      }),
    );
    storage.run('the start', () => {
      repeating.start();
    });
    await clock.advance(0);
    storage.run('a request', () => {
      repeating.now();
    });
    await clock.advance(100);
    expect(seen).toEqual(['made here', 'made here', 'made here']);
    await repeating.stop();
  });
});
