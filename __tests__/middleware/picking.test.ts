import type { FanfareOptions, GuardOptions } from '../../lib/index.js';
import type { Answer, Jar } from '../support/jar.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, openStage, showAdmission, type Stage } from '../support/servers.js';

afterEach(closeStages);

let stage: Stage;

async function guarded(guard: GuardOptions = {}, options: Partial<FanfareOptions> = {}): Promise<Jar> {
  stage = await openStage(options);
  return stage.serve('Express 5', [
    { path: '/checkout', use: [stage.fanfare.requireAdmission(guard), showAdmission] },
  ]);
}

async function admitted(browser: Jar, mint: Parameters<Stage['token']>[0] = {}): Promise<void> {
  const answer = await browser.fetch('/checkout', { headers: { 'X-Fanfare-Admission': stage.token(mint) } });
  expect(answer.setCookies).toHaveLength(1);
}

function verdict(answer: Answer): unknown {
  return answer.status === 200 ? 'passed' : answer.json()['code'];
}

describe('two admissions in one browser', () => {
  test('neither shadows the other: each guard picks the one that fits, and the newest where both do', async () => {
    const clock = new ManualClock();
    stage = await openStage({}, { clock });
    const { fanfare } = stage;
    const browser = await stage.serve('Express 5', [
      { use: [fanfare.attachAdmission()] },
      { mount: '/fanfare', use: [fanfare.routes()] },
      { path: '/one', use: [fanfare.requireAdmission({ distributionIds: ['queue_1'] }), showAdmission] },
      { path: '/two', use: [fanfare.requireAdmission({ distributionTypes: ['draw'] }), showAdmission] },
      { path: '/three', use: [fanfare.requireAdmission({ distributionIds: ['queue_3'] }), showAdmission] },
      { path: '/any', use: [fanfare.requireAdmission(), showAdmission] },
      { path: '/', use: [showAdmission] },
    ]);
    await browser.visit(`/?admission_token=${stage.token()}`);
    await clock.advance(1_000);
    const draw = stage.token({ distributionId: 'draw_2', distributionType: 'draw' });
    await browser.visit(`/?admission_token=${draw}`);
    expect(browser.cookies.size).toBe(2);
    const seen: Record<string, unknown> = {};
    for (const path of ['/one', '/two', '/any', '/']) {
      const { admission } = (await browser.fetch(path)).json() as { admission: { distributionId: string } };
      seen[path] = admission.distributionId;
    }
    expect(seen).toEqual({ '/one': 'queue_1', '/two': 'draw_2', '/any': 'draw_2', '/': 'draw_2' });
    expect(verdict(await browser.fetch('/three'))).toBe('ADMISSION_MISMATCH');
    expect((await browser.fetch('/fanfare/session')).json()['admissions']).toHaveLength(2);
  });
});

describe('conditions', () => {
  test('a token for another distribution is refused before Fanfare is asked', async () => {
    const browser = await guarded({ distributionIds: ['queue_2', 'queue_3'] });
    const answer = await browser.fetch('/checkout', { headers: { 'X-Fanfare-Admission': stage.token() } });
    expect([verdict(answer), stage.validations()]).toEqual(['ADMISSION_MISMATCH', 0]);
  });

  test('distributionIds of the instance limit every guard', async () => {
    const browser = await guarded({}, { distributionIds: ['queue_2'] });
    const answer = await browser.fetch('/checkout', { headers: { 'X-Fanfare-Admission': stage.token() } });
    expect(verdict(answer)).toBe('ADMISSION_MISMATCH');
    await admitted(browser, { distributionId: 'queue_2' });
    expect(verdict(await browser.fetch('/checkout'))).toBe('passed');
  });

  test('a guard cannot widen the distributionIds of the instance', async () => {
    const browser = await guarded(
      { distributionIds: ['queue_1', 'queue_2'] },
      { distributionIds: ['queue_2'] },
    );
    const answer = await browser.fetch('/checkout', { headers: { 'X-Fanfare-Admission': stage.token() } });
    expect(verdict(answer)).toBe('ADMISSION_MISMATCH');
  });

  test('the handoff takes nothing else than the distributionIds of the instance', async () => {
    stage = await openStage({ distributionIds: ['queue_2'] });
    const browser = await stage.serve('Express 5', [{ use: [stage.fanfare.routes()] }]);
    expect(verdict(await browser.post('/admission', { grant: stage.token() }))).toBe('ADMISSION_MISMATCH');
    const grant = stage.token({ distributionId: 'queue_2' });
    expect(verdict(await browser.post('/admission', { grant }))).toBe('passed');
  });

  test.each([
    ['its own experience', 'exp_1', 'passed'],
    ['another experience', 'exp_2', 'ADMISSION_MISMATCH'],
    ['no known experience', undefined, 'ADMISSION_MISMATCH'],
  ])('an admission with %s meets experienceIds', async (_what, experienceId, expected) => {
    const browser = await guarded({ experienceIds: ['exp_1'] });
    await admitted(browser, experienceId === undefined ? {} : { experienceId });
    expect(verdict(await browser.fetch('/checkout'))).toBe(expected);
  });
});

/** What query builders return: awaited like a promise, and not one. */
function thenable(value: unknown): unknown {
  return {
    then(resolve: (value: unknown) => void) {
      setImmediate(resolve, value);
    },
  };
}

describe('match', () => {
  const boom = new Error('boom');

  test.each<readonly [string, () => unknown, string]>([
    ['true', () => true, 'passed'],
    ['a promise of true', () => Promise.resolve(true), 'passed'],
    ['false', () => false, 'ADMISSION_MISMATCH'],
    ['a truthy answer', () => 1, 'ADMISSION_MISMATCH'],
    ['nothing', () => undefined, 'ADMISSION_MISMATCH'],
    ['a thenable of true', () => thenable(true), 'passed'],
    ['a thenable of something truthy', () => thenable('yes'), 'ADMISSION_MISMATCH'],
    ['a promise of something truthy', () => Promise.resolve('yes'), 'ADMISSION_MISMATCH'],
  ])('%s', async (_what, match, expected) => {
    const browser = await guarded({ match });
    await admitted(browser);
    expect(verdict(await browser.fetch('/checkout'))).toBe(expected);
  });

  test.each<readonly [string, () => unknown]>([
    [
      'a throw',
      () => {
        throw boom;
      },
    ],
    ['a rejection', () => Promise.reject(boom)],
  ])('%s is a fault for next(error), not a refusal', async (_what, match) => {
    const browser = await guarded({ match });
    await admitted(browser);
    const answer = await browser.fetch('/checkout');
    expect([answer.status, answer.text]).toEqual([500, 'fault: boom']);
  });

  test('it is asked for each fitting admission, newest first, and with the request', async () => {
    const clock = new ManualClock();
    const asked: string[] = [];
    stage = await openStage({}, { clock });
    const match: GuardOptions['match'] = ({ consumerId }, req) => {
      asked.push(`${consumerId} ${String(req.url)}`);
      return Promise.resolve(consumerId === 'cons_1');
    };
    const guard = stage.fanfare.requireAdmission({ match });
    const open = stage.fanfare.requireAdmission();
    const browser = await stage.serve('Express 5', [
      { path: '/checkout', use: [open, showAdmission] },
      { path: '/matched', use: [guard, showAdmission] },
    ]);
    for (const consumerId of ['cons_1', 'cons_2', 'cons_3']) {
      await admitted(browser, { consumerId });
      await clock.advance(1_000);
    }
    const answer = await browser.fetch('/matched?cart=7');
    expect(answer.json()['admission']).toMatchObject({ consumerId: 'cons_1' });
    expect(asked).toEqual(['cons_3', 'cons_2', 'cons_1'].map((id) => `${id} /matched?cart=7`));
  });
});

describe('consumerOf', () => {
  test.each<readonly [string, () => unknown, string]>([
    ['the same customer', () => 'cons_1', 'passed'],
    ['a promise of the same customer', () => Promise.resolve('cons_1'), 'passed'],
    ['a thenable of the same customer', () => thenable('cons_1'), 'passed'],
    ['another customer', () => 'cons_2', 'ADMISSION_MISMATCH'],
    ['an unknown customer', () => undefined, 'ADMISSION_MISMATCH'],
    ['a promise of an unknown customer', () => Promise.resolve(undefined), 'ADMISSION_MISMATCH'],
  ])('%s', async (_what, consumerOf, expected) => {
    const browser = await guarded({}, { consumerOf });
    await admitted(browser, { consumerId: 'cons_1' });
    expect(verdict(await browser.fetch('/checkout'))).toBe(expected);
  });
});
