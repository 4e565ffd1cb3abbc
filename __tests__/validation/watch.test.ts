import type { Verdict } from '../../lib/admission/verdict.js';
import { question, scripted } from './scripted-client.js';

const yes: Verdict = { answer: 'yes' };
const down: Verdict = { answer: 'unknown', failure: 'away', reason: 'ECONNREFUSED' };
const badKey: Verdict = { answer: 'unknown', reason: 'HTTP 401 Unauthorized', status: 401 };
const refusal = (status: number): Verdict => ({ answer: 'no', code: 'ADMISSION_INVALID', status });

/** Submits once for each verdict and tells which events came of it. */
async function eventsOf(...verdicts: Verdict[]): Promise<readonly string[]> {
  const { validator, events } = scripted(() => verdicts.shift()!);
  while (verdicts.length > 0) await validator.submit(question);
  return events.map(({ type }) => type);
}

describe('fanfare.unavailable', () => {
  it('comes at most once in 10 seconds, with the reason', async () => {
    const { validator, events, clock } = scripted(() => down);
    await validator.page(question);
    await validator.submit(question);
    await clock.advance(9_999);
    await validator.submit(question);
    expect(events).toEqual([
      {
        type: 'fanfare.unavailable',
        level: 'warn',
        message: 'Fanfare could not be asked whether a token is good: ECONNREFUSED.',
        reason: 'ECONNREFUSED',
      },
    ]);
    await clock.advance(1);
    await validator.submit(question);
    expect(events).toHaveLength(2);
  });

  it('comes with the outage itself, too, and fanfare.recovered with its end', async () => {
    const verdicts: Verdict[] = Array.from({ length: 20 }, () => down);
    const { validator, events, clock } = scripted(() => verdicts.shift() ?? yes);
    while (verdicts.length > 0) await validator.submit(question);
    await clock.advance(5_000);
    await validator.submit(question);
    expect(events.slice(1)).toEqual([
      {
        type: 'fanfare.unavailable',
        level: 'warn',
        message: 'Fanfare is away: only one call each 5 seconds goes out until it is back.',
        reason: 'more than half of the latest 20 calls failed',
      },
      { type: 'fanfare.recovered', level: 'info', message: 'Fanfare answers again.' },
    ]);
  });

  it('never holds the token', async () => {
    const { validator, events } = scripted(() => down);
    await validator.submit(question);
    expect(JSON.stringify(events)).not.toContain(question.token);
  });
});

describe('fanfare.misconfigured', () => {
  it('comes with a refused key, at most once a minute', async () => {
    const { validator, events, clock } = scripted(() => badKey);
    const accusations = () => events.filter(({ type }) => type === 'fanfare.misconfigured');
    await validator.submit(question);
    await clock.advance(59_999);
    await validator.submit(question);
    const reason = 'it refuses the secret key (401); check FANFARE_SECRET_KEY and whose it is';
    const message = `Fanfare looks misconfigured: ${reason}.`;
    const accusation = { type: 'fanfare.misconfigured', level: 'error', message, reason, status: 401 };
    expect(accusations()).toEqual([accusation]);
    await clock.advance(1);
    await validator.submit(question);
    expect(accusations()).toHaveLength(2);
  });

  it('comes with what an answer says of our own settings', async () => {
    const { validator, events } = scripted(() => ({ ...down, misconfigured: 'it wants a device' }));
    await validator.submit(question);
    expect(events.map(({ type, message }) => [type, message])).toEqual([
      ['fanfare.misconfigured', 'Fanfare looks misconfigured: it wants a device.'],
      ['fanfare.unavailable', 'Fanfare could not be asked whether a token is good: ECONNREFUSED.'],
    ]);
  });

  it('comes with the fifth bare refusal when there was nothing else', async () => {
    const four = [404, 403, 404, 404].map(refusal);
    expect(await eventsOf(...four)).toEqual([]);
    expect(await eventsOf(...four, refusal(404))).toEqual(['fanfare.misconfigured']);
    expect(await eventsOf(...four, refusal(403), refusal(403))).toEqual(['fanfare.misconfigured']);
  });

  it.each([200, 204, 301, 307, 405])('comes with the fifth answer %d that is none', async (status) => {
    const strange: Verdict = { answer: 'unknown', status, reason: 'no answer to be read in it' };
    const { validator, events } = scripted(() => strange);
    for (let asked = 0; asked < 5; asked += 1) await validator.submit(question);
    expect(events.at(-1)).toMatchObject({
      ...{ type: 'fanfare.misconfigured', status },
      reason: expect.stringMatching(/"api\.baseUrl" .*"api\.dialect" and the organization id$/) as string,
    });
  });

  it('never comes of an outage alone', async () => {
    const failing: Verdict = { answer: 'unknown', status: 500, reason: 'HTTP 500' };
    expect(await eventsOf(...Array.from({ length: 9 }, () => failing))).toEqual(['fanfare.unavailable']);
  });

  it.each<[string, Verdict]>([
    ['a yes', yes],
    ['a no that was a success', refusal(200)],
    ['a no that was a bad request', refusal(400)],
    ['an expiry', { answer: 'no', code: 'ADMISSION_EXPIRED', status: 403 }],
    ['another device', { answer: 'no', code: 'DEVICE_MISMATCH', status: 403 }],
  ])('never comes of refusals after %s', async (_name, verdict) => {
    const refusals = Array.from({ length: 9 }, () => refusal(404));
    expect(await eventsOf(refusal(404), verdict, ...refusals)).toEqual([]);
  });

  it('is not held off by an outage in between', async () => {
    const refusals = Array.from({ length: 5 }, () => refusal(404));
    expect(await eventsOf(down, ...refusals)).toEqual(['fanfare.unavailable', 'fanfare.misconfigured']);
  });
});
