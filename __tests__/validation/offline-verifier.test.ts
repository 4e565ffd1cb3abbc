import type { FanfareEvent } from '../../lib/events.js';
import { createSignatureCheck, type OfflineVerifier } from '../../lib/validation/offline-verifier.js';
import { ManualClock } from '../support/manual-clock.js';

function checkedBy(verify: OfflineVerifier['verify']) {
  const clock = new ManualClock();
  const events: FanfareEvent[] = [];
  const emit = (event: FanfareEvent): unknown => events.push(event);
  return { clock, events, emit, check: createSignatureCheck({ verify }, clock, emit) };
}

test.each(['signed', 'unknown'] as const)(
  'the verifier is asked with the time, and “%s” is no event',
  async (verdict) => {
    const verify = jest.fn(() => Promise.resolve(verdict));
    const { check, events, clock, emit } = checkedBy(verify);
    expect(await check('a token')).toBe(verdict);
    expect(verify.mock.calls).toEqual([['a token', { now: clock.now(), emit }]]);
    expect(events).toEqual([]);
  },
);

test('forgeries are told of once a minute at most, with how many there were', async () => {
  const { check, events, clock } = checkedBy(() => Promise.resolve('forged'));
  for (let round = 0; round < 3; round += 1) expect(await check('a token')).toBe('forged');
  expect(events).toEqual([
    {
      type: 'signature.refused',
      level: 'warn',
      message: expect.stringMatching(/refused for their signature \(1\).*"offlineVerifier"/) as string,
      tokens: 1,
    },
  ]);
  await clock.advance(59_999);
  await check('a token');
  expect(events).toHaveLength(1);
  await clock.advance(1);
  await check('a token');
  expect(events.slice(1)).toMatchObject([{ type: 'signature.refused', tokens: 4 }]);
  await clock.advance(60_000);
  await check('a token');
  expect(events.slice(2)).toMatchObject([{ type: 'signature.refused', tokens: 1 }]);
});

test.each<[string, OfflineVerifier['verify']]>([
  ['rejects', () => Promise.reject(Object.assign(new Error('a token'), { code: 'EKEYS' }))],
  [
    'throws',
    () => {
      throw Object.assign(new Error('a token'), { code: 'EKEYS' });
    },
  ],
])('a verifier that %s leaves it to Fanfare, and is told of once a minute at most', async (_how, verify) => {
  const { check, events, clock } = checkedBy(verify);
  expect(await check('a token')).toBe('unknown');
  expect(await check('a token')).toBe('unknown');
  expect(events).toEqual([
    {
      type: 'signature.unchecked',
      level: 'error',
      message: '"offlineVerifier" failed (EKEYS); Fanfare is asked instead.',
      reason: 'EKEYS',
    },
  ]);
  await clock.advance(60_000);
  await check('a token');
  expect(events).toHaveLength(2);
});
