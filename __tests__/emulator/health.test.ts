import { createEmulator } from '../../lib/emulator/index.js';
import { ManualClock } from '../support/manual-clock.js';

test.each(['/health', '/v1/health'])('%s answers without a key, by the emulator’s clock', async (path) => {
  const clock = new ManualClock();
  const emulator = createEmulator({ clock });
  const { url } = await emulator.listen();
  await clock.advance(3_600_000);
  const answer = await fetch(url + path);
  expect([answer.status, Date.parse(answer.headers.get('date') ?? '')]).toEqual([200, clock.now()]);
  await emulator.close();
});
