import type { Fanfare } from '../../lib/index.js';
import { type Jar, ours } from '../support/jar.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, openStage, type Route, SECRET, showAdmission, type Stage } from '../support/servers.js';

afterEach(closeStages);

function routes(fanfare: Fanfare): readonly Route[] {
  return [
    { mount: '/fanfare', use: [fanfare.routes()] },
    { path: '/checkout', use: [fanfare.attachAdmission(), fanfare.requireAdmission(), showAdmission] },
  ];
}

async function admitted(stage: Stage, browser: Jar, mint: Parameters<Stage['token']>[0] = {}): Promise<void> {
  const answer = await browser.visit(`/checkout?admission_token=${stage.token(mint)}`);
  expect([answer.status, answer.headers.location]).toEqual([303, '/checkout']);
}

describe('the end of a session', () => {
  test('it ends with the admission, says so once, and its cookie is gone', async () => {
    const clock = new ManualClock();
    const stage = await openStage({}, { clock });
    const browser = await stage.serve('Express 5', routes(stage.fanfare));
    await admitted(stage, browser, { expiresInSeconds: 60 });
    await clock.advance(60_000 + 5_000);
    expect((await browser.fetch('/checkout')).status).toBe(200);
    await clock.advance(1);
    const late = await browser.fetch('/checkout');
    expect([late.status, late.json()['code']]).toEqual([403, 'ADMISSION_EXPIRED']);
    expect(ours(late)).toEqual([
      expect.stringMatching(/^fanfare_admission_[\w-]{8}=; Max-Age=0; /) as string,
    ]);
    const after = await browser.fetch('/checkout');
    expect([after.json()['code'], ours(after).length]).toEqual(['ADMISSION_REQUIRED', 0]);
  });

  test('a late page visit is led to the experience with the reason', async () => {
    const clock = new ManualClock();
    const stage = await openStage({}, { clock });
    const browser = await stage.serve('Express 5', routes(stage.fanfare));
    await admitted(stage, browser, { expiresInSeconds: 60 });
    await clock.advance(66_000);
    const late = await browser.visit('/checkout');
    expect([late.status, late.headers.location]).toEqual([303, '/experience?fanfare=expired']);
  });

  test('the browser keeps the cookie no longer than the admission lasts', async () => {
    const stage = await openStage({}, { clock: new ManualClock() });
    const browser = await stage.serve('Express 5', routes(stage.fanfare));
    const answer = await browser.visit(`/checkout?admission_token=${stage.token({ expiresInSeconds: 60 })}`);
    expect(/Max-Age=(\d+)/.exec(ours(answer)[0] ?? '')?.[1]).toBe('65');
  });
});

describe('cookies that say nothing', () => {
  test.each(['', 'x', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.', '%00', '"quoted"'])(
    '%j is cleared once and never loops',
    async (value) => {
      const stage = await openStage();
      const browser = await stage.serve('Express 5', routes(stage.fanfare));
      browser.cookies.set('fanfare_admission_abcdefgh', value);
      const first = await browser.visit('/checkout');
      expect([first.status, first.headers.location]).toEqual([303, '/experience?fanfare=required']);
      expect(ours(first)).toEqual(['fanfare_admission_abcdefgh=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax']);
      expect(ours(await browser.visit('/checkout'))).toEqual([]);
    },
  );

  test('a good cookie under another admission’s name is none', async () => {
    const stage = await openStage();
    const browser = await stage.serve('Express 5', routes(stage.fanfare));
    await admitted(stage, browser);
    const [value = ''] = browser.cookies.values();
    browser.cookies.clear();
    browser.cookies.set('fanfare_admission_abcdefgh', value);
    expect((await browser.fetch('/checkout')).json()['code']).toBe('ADMISSION_REQUIRED');
  });

  test('other cookies of the shop are left alone', async () => {
    const stage = await openStage();
    const browser = await stage.serve('Express 5', routes(stage.fanfare));
    browser.cookies.set('my_fanfare_admission_abcdefgh', 'mine').set('cart', 'fanfare_admission_');
    await admitted(stage, browser);
    expect((await browser.visit('/checkout')).setCookies).toEqual([]);
    expect(browser.cookies.size).toBe(3);
  });
});

test('secrets rotate by a list: the first signs, all verify, one that left counts no more', async () => {
  const stage = await openStage();
  const NEXT = 'another session secret, also long enough';
  const browser = await stage.serve('Express 5', routes(stage.fanfare));
  await admitted(stage, browser);
  const inFrontOf = async (secrets: readonly string[]): Promise<Jar> => {
    const fanfare = stage.another({ session: { secrets, insecure: true } });
    return stage.serve('Express 5', routes(fanfare));
  };
  const carry = (from: Jar, to: Jar): void => {
    for (const [name, value] of from.cookies) to.cookies.set(name, value);
  };
  const rotated = await inFrontOf([NEXT, SECRET]);
  carry(browser, rotated);
  expect((await rotated.visit('/checkout')).status).toBe(200);
  const finished = await inFrontOf([NEXT]);
  carry(browser, finished);
  expect((await finished.fetch('/checkout')).status).toBe(403);
  await admitted(stage, rotated, { consumerId: 'cons_new' });
  carry(rotated, finished);
  expect((await finished.fetch('/checkout')).json()['admission']).toMatchObject({ consumerId: 'cons_new' });
});

test('a session of another organization is none', async () => {
  const stage = await openStage();
  const browser = await stage.serve('Express 5', routes(stage.fanfare));
  await admitted(stage, browser);
  const other = await stage.serve('Express 5', routes(stage.another({ organizationId: 'org_other' })));
  for (const [name, value] of browser.cookies) other.cookies.set(name, value);
  expect((await other.fetch('/checkout')).status).toBe(403);
});

test('outside development the cookie is bound to the host and to TLS', async () => {
  const stage = await openStage({ session: { secrets: [SECRET] } });
  const browser = await stage.serve('Express 5', routes(stage.fanfare));
  const answer = await browser.visit(`/checkout?admission_token=${stage.token()}`);
  expect(ours(answer)).toEqual([
    expect.stringMatching(
      /^__Host-fanfare_admission_[\w-]{8}=[\w.-]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    ) as string,
  ]);
  expect((await browser.visit('/checkout')).status).toBe(200);
});

test('many admissions together stay below 8,000 bytes; the oldest go first', async () => {
  const clock = new ManualClock();
  const stage = await openStage({}, { clock });
  const browser = await stage.serve('Express 5', routes(stage.fanfare));
  for (let drop = 1; drop <= 12; drop += 1) {
    await admitted(stage, browser, { distributionId: `queue_${String(drop)}` });
    await clock.advance(1_000);
    const header = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    expect(header.length).toBeLessThanOrEqual(8_000);
  }
  const view = (await browser.fetch('/fanfare/session')).json() as {
    admissions: { distributionId: string }[];
  };
  const kept = view.admissions.map(({ distributionId }) => distributionId);
  expect(kept.length).toBeGreaterThan(1);
  expect(kept).toEqual(
    Array.from({ length: 12 }, (_, index) => `queue_${String(12 - index)}`).slice(0, kept.length),
  );
});
