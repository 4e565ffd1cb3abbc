import bodyParser from 'body-parser';
import type { FanfareErrorCode } from '../../lib/errors.js';
import { type Answer, type Jar, ours } from '../support/jar.js';
import { closeStages, DROP, openStage, parsing, showAdmission, type Stage } from '../support/servers.js';
import { type Attack, type Loot, type Shown, TOKENS, VALUES } from './token-attacks.js';

// Every attack is to be judged, not only one client's first thirty.
const ONLY = { distributionIds: ['queue_1'], coldValidationsPerMinute: false } as const;
let stage: Stage;
let loot: Loot;
let browser: Jar;

beforeAll(async () => {
  [stage] = [await openStage(ONLY)];
  const { fanfare } = stage;
  browser = await stage.serve('Express 5', [
    { use: [fanfare.attachAdmission()] },
    { mount: '/fanfare', use: [fanfare.routes()] },
    { use: [bodyParser.json(), bodyParser.urlencoded({ extended: true })].map(parsing) },
    { path: '/checkout', use: [fanfare.requireAdmission(), showAdmission] },
    { path: '/order', use: [fanfare.claimAdmission(), showAdmission] },
  ]);
  const minted = stage.emulator.mint({ ...DROP, opaque: true });
  const parts = stage.token({ consumerId: 'cons_1' }).split('.') as [string, string, string];
  loot = {
    ...{
      stage,
      parts,
      opaque: minted.token,
      elsewhere: await openStage({ coldValidationsPerMinute: false }),
    },
    own: JSON.parse(Buffer.from(parts[1], 'base64url').toString()) as Record<string, unknown>,
    ids: { consumer_id: minted.consumerId, distribution_id: 'queue_1', distribution_type: 'queue' },
  };
});
afterAll(closeStages);

function expectRefused(answer: Answer, code: FanfareErrorCode): void {
  expect([answer.status, answer.json()['code']]).toEqual([
    code === 'INVALID_ADMISSION_DATA' ? 400 : 403,
    code,
  ]);
  expect([ours(answer), answer.headers.location]).toEqual([[], undefined]);
}

const inBody = ({ token, beside }: Shown, path: string): Promise<Answer> =>
  browser.post(path, { ...beside, admissionToken: token });

/** Each way that a text can be shown. */
async function showText({ token, beside = {} }: Shown): Promise<readonly Answer[]> {
  const [text, ids] = [String(token), new URLSearchParams()];
  for (const [name, value] of Object.entries(beside))
    for (const one of [value].flat()) ids.append(name, String(one));
  const query = new URLSearchParams([['admission_token', text], ...ids]);
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const shown = [
    await browser.fetch(`/checkout?${query.toString()}`),
    await browser.fetch('/order', { method: 'POST', headers: form, body: query.toString() }),
  ];
  // What no header can carry, and what Node cuts off at its ends, is shown in the other ways.
  if (!/^[!-~]([ -~]*[!-~])?$/.test(text)) return shown;
  const header = { 'X-Fanfare-Admission': text };
  return [...shown, await browser.fetch(`/checkout?${ids.toString()}`, { headers: header })];
}

test('what the attacks are made of is good', async () => {
  const { parts, opaque, ids } = loot;
  for (const shown of [{ token: parts.join('.') }, { token: opaque, beside: ids }]) {
    for (const answer of [...(await showText(shown)), await inBody(shown, '/fanfare/admission')]) {
      expect(answer.status).toBe(200);
    }
    browser.cookies.clear();
  }
});

const EVERYWHERE = ['/checkout', '/order', '/fanfare/admission'];

test.each(Object.entries(TOKENS))('a token %s', async (_name, [code, attack]: Attack) => {
  for (const path of EVERYWHERE) expectRefused(await inBody(attack(loot), path), code);
  for (const answer of await showText(attack(loot))) expectRefused(answer, code);
});

test.each(Object.entries(VALUES))('in the place of a token %s', async (_name, [code, attack]: Attack) => {
  for (const path of EVERYWHERE) expectRefused(await inBody(attack(loot), path), code);
});
