import { createBulkhead, FULL } from '../../lib/fanfare-api/bulkhead.js';
import { until } from './wire.js';

describe('a bulkhead of 2 running and 1 waiting', () => {
  it('runs two, keeps one waiting and turns the fourth away', async () => {
    const bulkhead = createBulkhead(2, 1);
    const started: string[] = [];
    const release: (() => void)[] = [];
    const task = (name: string) => () => {
      started.push(name);
      return new Promise<string>((resolve) =>
        release.push(() => {
          resolve(name);
        }),
      );
    };
    const results = ['a', 'b', 'c'].map((name) => bulkhead.run(task(name)));
    expect(await bulkhead.run(task('d'))).toBe(FULL);
    expect(started).toEqual(['a', 'b']);
    release[0]!();
    await until(() => started.length === 3);
    for (const letGo of release) letGo();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c']);
  });

  it('passes a rejection on and gives the place back', async () => {
    const bulkhead = createBulkhead(1, 0);
    await expect(bulkhead.run(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    await expect(bulkhead.run(() => Promise.resolve('next'))).resolves.toBe('next');
  });
});
