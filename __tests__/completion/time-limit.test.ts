import type { Clock } from '../../lib/clock.js';
import { within } from '../../lib/completion/time-limit.js';
import { ManualClock } from '../support/manual-clock.js';

describe('within', () => {
  it('settles as the work does, and leaves no timer behind', async () => {
    const manual = new ManualClock(0);
    let open = 0;
    const clock: Clock = {
      now: () => manual.now(),
      after(milliseconds, task) {
        open += 1;
        const timer = manual.after(milliseconds, task);
        return {
          cancel() {
            open -= 1;
            timer.cancel();
          },
        };
      },
    };
    await expect(within(clock, 100, 'It', () => 'value')).resolves.toBe('value');
    await expect(within(clock, 100, 'It', () => Promise.reject(new Error('own')))).rejects.toThrow('own');
    const thrown = within(clock, 100, 'It', () => {
      throw new Error('at once');
    });
    await expect(thrown).rejects.toThrow('at once');
    expect(open).toBe(0);
  });

  it('rejects when the time is over, and does not mind what comes later', async () => {
    const clock = new ManualClock(0);
    let fail: (error: Error) => void = () => undefined;
    const limited = within(clock, 100, 'The thing', () => new Promise((_resolve, reject) => (fail = reject)));
    const told = limited.catch((error: unknown) => String(error));
    await clock.advance(100);
    expect(await told).toBe('Error: The thing did not answer within 100 ms');
    fail(new Error('too late'));
    await clock.advance(0);
  });
});
