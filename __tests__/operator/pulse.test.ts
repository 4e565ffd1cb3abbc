/** The numbers of one process: an hour of minutes, and never more. */
import type { FanfareEvent } from '../../lib/events.js';
import { createPulse, MINUTES } from '../../lib/operator/pulse.js';
import { ManualClock } from '../support/manual-clock.js';

const ADMITTED: FanfareEvent = {
  type: 'admission.attached',
  level: 'info',
  message: '',
  admissionId: 'adm_1',
};

function refused(code: 'ADMISSION_USED' | 'ADMISSION_EXPIRED'): FanfareEvent {
  return { type: 'admission.refused', level: 'info', message: '', code, enforced: true };
}

function admittedOf(pulse: ReturnType<typeof createPulse>): number[] {
  return pulse.minutes().map(({ counts }) => counts.admitted ?? 0);
}

test('what happens is counted in its minute, the one that runs now last', async () => {
  const clock = new ManualClock(60_000 * 1_000);
  const pulse = createPulse(clock);
  pulse.hear(ADMITTED);
  pulse.hear(ADMITTED);
  await clock.advance(59_999);
  pulse.hear(ADMITTED);
  await clock.advance(1);
  pulse.hear(ADMITTED);
  expect(admittedOf(pulse).slice(-3)).toEqual([0, 3, 1]);
  expect(admittedOf(pulse)).toHaveLength(MINUTES);
  await clock.advance((MINUTES - 1) * 60_000);
  expect(admittedOf(pulse)[0]).toBe(1);
  await clock.advance(60_000);
  expect(new Set(admittedOf(pulse))).toEqual(new Set([0]));
});

test('refusals are counted by their code, and make no news', () => {
  const pulse = createPulse(new ManualClock());
  for (const code of ['ADMISSION_USED', 'ADMISSION_EXPIRED', 'ADMISSION_USED'] as const)
    pulse.hear(refused(code));
  expect(pulse.minutes().at(-1)!.refused).toEqual(
    new Map([
      ['ADMISSION_USED', 2],
      ['ADMISSION_EXPIRED', 1],
    ]),
  );
  expect(pulse.news()).toEqual([]);
});

test('the latest twenty warnings stay, the newest first', () => {
  const clock = new ManualClock();
  const pulse = createPulse(clock);
  for (let number = 0; number < 25; number += 1) {
    pulse.hear({ type: 'fanfare.unavailable', level: 'warn', message: String(number), reason: 'away' });
  }
  pulse.hear(ADMITTED);
  expect(pulse.news().map(({ message }) => message)).toEqual(
    Array.from({ length: 20 }, (_n, at) => String(24 - at)),
  );
});

test('a pause is known until deliveries go on', () => {
  const pulse = createPulse(new ManualClock());
  pulse.hear({
    type: 'deliveries.paused',
    level: 'error',
    message: 'paused',
    cause: 'refusal',
    reason: '403',
  });
  expect(pulse.pause()?.message).toBe('paused');
  pulse.hear({ type: 'deliveries.resumed', level: 'info', message: '' });
  expect(pulse.pause()).toBeUndefined();
});
