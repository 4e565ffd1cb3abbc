/** A checkout inside a frame of another site's page: its cookies, who may frame it, and which submits count. */
import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import type { Middleware } from '../../lib/index.js';
import { withAncestors } from '../../lib/middleware/framing.js';
import type { Answer, Jar } from '../support/jar.js';
import { closeStages, openStage, type ServerKind, SERVERS, type Stage } from '../support/servers.js';

const PARENT = 'https://drops.example';
const ANCESTORS = `frame-ancestors 'self' ${PARENT}`;
const session = {
  secrets: ['a session secret for tests, long enough'],
  embedded: { frameAncestors: [PARENT] },
};

let stage: Stage;
let browser: Jar;

afterEach(closeStages);

const showPage: Middleware = (_req, res) => res.end('checkout');

async function open(kind: ServerKind = 'Express 5', page = showPage, embedded = true): Promise<void> {
  stage = await openStage(embedded ? { session } : {});
  const { fanfare } = stage;
  browser = await stage.serve(kind, [
    { use: [fanfare.attachAdmission()] },
    { mount: '/fanfare', use: [fanfare.routes()] },
    { path: '/checkout', use: [fanfare.requireAdmission(), page] },
    { path: '/order', use: [fanfare.claimAdmission(), showPage] },
    { path: '/back', use: [fanfare.acceptReturn(), showPage] },
    { path: '/products', use: [page] },
  ]);
}

function admitted(): Promise<Answer> {
  return browser.visit(`/checkout?admission_token=${stage.token()}`);
}

function policyOf({ headers }: Answer): unknown {
  return headers['content-security-policy'];
}

describe.each(SERVERS)('on %s', (kind) => {
  test('the session is kept for the framing site alone, and guarded pages name who may frame them', async () => {
    await open(kind);
    const handoff = await admitted();
    expect(handoff.setCookies).toEqual([
      expect.stringMatching(
        /^__Host-fanfare_admission_.{8}=.*; Path=\/; HttpOnly; Secure; SameSite=None; Partitioned$/,
      ),
    ]);
    const page = await browser.visit('/checkout');
    expect([page.status, page.text, policyOf(page)]).toEqual([200, 'checkout', ANCESTORS]);
  });
});

describe('who may frame', () => {
  test('stands on refusals, our own routes and returns as well, and nowhere else', async () => {
    await open();
    const own = [
      await browser.visit('/checkout'),
      await browser.fetch('/checkout'),
      await browser.fetch('/fanfare/session'),
      await browser.fetch('/order', { method: 'POST' }),
      await browser.visit('/back?fanfare_return=junk'),
    ];
    for (const answer of own) expect(policyOf(answer)).toBe(ANCESTORS);
    for (const path of ['/products', '/back']) expect(policyOf(await browser.visit(path))).toBeUndefined();
  });

  test('joins the policy of our own small pages', async () => {
    await open();
    stage.emulator.faults.set({ on: 'validate', kind: 'status', status: 500 });
    const page = await admitted();
    expect(page.status).toBe(503);
    expect(policyOf(page)).toMatch(
      /^default-src 'none'; style-src 'sha256-.*; frame-ancestors 'self' https:\/\/drops\.example$/,
    );
  });

  test.each<readonly [string, (res: ServerResponse) => unknown, string]>([
    [
      'set by the handler',
      (res) => res.setHeader('Content-Security-Policy', "default-src 'self'; frame-ancestors 'none'").end(),
      `default-src 'self'; ${ANCESTORS}`,
    ],
    [
      'handed to writeHead',
      (res) => res.writeHead(200, { 'content-security-policy': "img-src *;frame-ancestors 'self';" }).end(),
      `img-src *; ${ANCESTORS}`,
    ],
    [
      'handed to writeHead as a list, with a status text',
      (res) => res.writeHead(200, 'Fine', ['X-Other', '1', 'Content-Security-Policy', 'img-src *']).end(),
      `img-src *; ${ANCESTORS}`,
    ],
    [
      'several of them',
      (res) =>
        res
          .setHeader('Content-Security-Policy', ["frame-ancestors 'none'; a", "b; Frame-Ancestors 'none', c"])
          .end(),
      `a; ${ANCESTORS}, b, c`,
    ],
  ])('the shop’s own policy %s stays, but for that', async (_how, answer, policy) => {
    await open('Express 5', (_req, res) => void answer(res));
    await admitted();
    const page = await browser.visit('/checkout');
    expect([page.status, policyOf(page)]).toEqual([200, policy]);
  });

  test('is nothing of ours where the checkout is not embedded', async () => {
    await open('Express 5', showPage, false);
    const handoff = await admitted();
    expect(handoff.setCookies[0]).toMatch(/; SameSite=Lax$/);
    expect(policyOf(await browser.visit('/checkout'))).toBeUndefined();
  });

  test('of any policy, nothing else is lost and no other answer to the question is left', () => {
    const directive = fc.constantFrom(
      "default-src 'self'",
      'img-src * data:',
      'sandbox',
      "frame-ancestors 'none'",
      '',
      ' ',
    );
    const policy = fc.array(directive).map((directives) => directives.join(';'));
    fc.assert(
      fc.property(fc.array(policy), (policies) => {
        const directivesOf = (text: string): string[] =>
          text
            .split(/[,;]/)
            .map((one) => one.trim())
            .filter((one) => one !== '');
        const merged = withAncestors(policies, [PARENT]);
        const kept = policies.flatMap(directivesOf).filter((one) => !one.startsWith('frame-ancestors'));
        expect(directivesOf(merged).filter((one) => one !== ANCESTORS)).toEqual(kept);
        expect(merged.split('frame-ancestors')).toHaveLength(2);
      }),
    );
  });
});

describe('a submit', () => {
  const code = (answer: Answer): unknown =>
    answer.text.startsWith('{') ? answer.json()['code'] : answer.text;

  test.each<readonly [string, () => Record<string, string>, string]>([
    ['of our own page, by its Origin', () => ({ Origin: browser.origin }), 'checkout'],
    [
      'of our own page, by Sec-Fetch-Site',
      () => ({ 'Sec-Fetch-Site': 'same-origin', Origin: 'null' }),
      'checkout',
    ],
    ['of nobody who says so', () => ({}), 'ADMISSION_REQUIRED'],
    [
      'of the page that frames us',
      () => ({ Origin: PARENT, 'Sec-Fetch-Site': 'cross-site' }),
      'ADMISSION_REQUIRED',
    ],
    ['of a stranger', () => ({ Origin: 'https://evil.example' }), 'ADMISSION_REQUIRED'],
    ['of a sandbox', () => ({ Origin: 'null' }), 'ADMISSION_REQUIRED'],
    ['of a sibling', () => ({ 'Sec-Fetch-Site': 'same-site' }), 'ADMISSION_REQUIRED'],
  ])('%s', async (_whose, headers, outcome) => {
    await open();
    await admitted();
    expect(code(await browser.fetch('/order', { method: 'POST', headers: headers() }))).toBe(outcome);
  });

  test('that brings the token itself needs no cookie, and so no origin', async () => {
    await open();
    const headers = { 'X-Fanfare-Admission': stage.token() };
    expect(code(await browser.fetch('/order', { method: 'POST', headers }))).toBe('checkout');
  });
});
