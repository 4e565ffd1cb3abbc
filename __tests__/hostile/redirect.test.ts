import type { IncomingMessage, RequestListener } from 'node:http';
import type { Fanfare, FanfareOptions } from '../../lib/index.js';
import {
  closeStages,
  listen,
  listenerOf,
  openStage,
  type Route,
  showAdmission,
  type Stage,
} from '../support/servers.js';
import { type Ask, askInProcess, type Outcome } from './in-process.js';
import { leadsAway } from './judge.js';
import { askOverHttp } from './over-http.js';
import { ECHOED, HOSTS, TARGETS } from './redirect-attacks.js';

const VISIT = { host: 'shop.example', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const FORM = { ...VISIT, 'content-type': 'application/x-www-form-urlencoded' };

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ coldValidationsPerMinute: false });
});
afterAll(closeStages);

/** Every path is guarded, as a shop would have it that mounts the guard on all of checkout. */
function guarded(fanfare: Fanfare): readonly Route[] {
  return [{ use: [fanfare.attachAdmission()] }, { use: [fanfare.claimAdmission(), showAdmission] }];
}

/** The same request to both kinds of server: in process, where no parser refuses it, and as bytes. */
async function everywhere(routes: readonly Route[], ask: () => Ask): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const kind of ['Express 5', 'node:http'] as const) {
    const listener: RequestListener = listenerOf(kind, routes);
    outcomes.push(await askInProcess(listener, ask()));
    outcomes.push(await askOverHttp(await listen(listener), ask()));
  }
  return outcomes;
}

/** Where the links of a page lead. */
function linksOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:href|src|action|url)\s*=\s*"?([^"\s>]*)/gi)].map(([, link = '']) =>
    link.replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code))),
  );
}

/** A redirect or a page of the shop's own, or a 4xx; `fault` is what a shop's own function may make of it. */
function expectStaysHere({ status, headers, text }: Outcome, fault?: string): void {
  const ends = status === 200 || status === 303 || (status >= 400 && status < 500);
  const ownFault = status === 500 && fault !== undefined && text.includes(fault);
  expect({ status, text, ends: ends || ownFault }).toMatchObject({ ends: true });
  expect(leadsAway(headers['location'])).toBeUndefined();
  expect(Object.keys(headers)).not.toContain('x-evil');
  if (String(headers['content-type']).startsWith('text/html')) {
    expect(linksOf(text).map((link) => leadsAway(link))).toEqual(linksOf(text).map(() => undefined));
  }
}

const withQuery = (target: string, query: string): string =>
  `${target}${target.includes('?') ? '&' : '?'}${query}`;
const NEXT = 'next=//evil.example&url=https://evil.example&return_to=/\\evil.example';

describe('a target with a good token is cleaned', () => {
  test.each(Object.entries(TARGETS))('%s: %j', async (_name, target) => {
    const outcomes = await everywhere(guarded(stage.fanfare), () => {
      const query = `admission_token=${stage.token()}&${NEXT}`;
      return { method: 'GET', target: withQuery(target, query), headers: VISIT };
    });
    expect(outcomes[0]!.status).toBe(303);
    for (const outcome of outcomes) expectStaysHere(outcome);
    for (const { headers } of outcomes) expect(String(headers['location'])).not.toContain('admission_token');
  });
});

describe('a target of a stranger is refused', () => {
  test.each(Object.entries(TARGETS))('%s: %j', async (_name, target) => {
    const ask = { method: 'GET', target: withQuery(target, NEXT), headers: VISIT };
    const outcomes = await everywhere(guarded(stage.fanfare), () => ask);
    for (const outcome of outcomes) expectStaysHere(outcome);
    expect(outcomes[0]!.headers['location']).toBe('/experience?fanfare=required');
  });
});

describe('a target leads back from a submit that has to wait', () => {
  let used: string;

  beforeAll(async () => {
    used = stage.token();
    const admission = { 'x-fanfare-admission': used };
    const first = listenerOf('node:http', [
      { use: [stage.fanfare.claimAdmission(), (_req, res) => void res.writeHead(202).end()] },
    ]);
    await askInProcess(first, { method: 'POST', target: '/order', headers: admission });
  });

  test.each(Object.entries(TARGETS))('%s: %j', async (_name, target) => {
    const ask = {
      method: 'POST',
      target: withQuery(target, NEXT),
      headers: { ...FORM, 'x-fanfare-admission': used },
      body: 'a=b',
    };
    const outcomes = await everywhere(guarded(stage.fanfare), () => ask);
    expect([outcomes[0]!.status, linksOf(outcomes[0]!.text)]).toEqual([
      409,
      [expect.stringMatching(/^\/(?!\/)/)],
    ]);
    for (const outcome of outcomes) expectStaysHere(outcome);
  });
});

describe('headers that name another host', () => {
  test.each(Object.entries(HOSTS))('%s', async (_name, headers) => {
    for (const query of [NEXT, `admission_token=${stage.token()}&${NEXT}`]) {
      const ask = { method: 'GET', target: `/checkout?${query}`, headers: { ...VISIT, ...headers } };
      for (const outcome of await everywhere(guarded(stage.fanfare), () => ask)) {
        expectStaysHere(outcome);
        // Relative, so that no cache and no browser can take the host of the request for the shop's.
        expect(outcome.headers['location'] ?? '/').toMatch(/^\/(checkout|experience)?/);
      }
    }
  });
});

describe('a function of the shop that repeats what it was sent', () => {
  async function shown(options: Partial<FanfareOptions>, ask: () => Ask): Promise<readonly Outcome[]> {
    return everywhere(guarded(stage.another(options)), ask);
  }

  test.each(Object.entries(ECHOED))('experienceUrl: %s', async (_name, echoed) => {
    const ask = { method: 'GET', target: '/checkout', headers: VISIT };
    for (const outcome of await shown({ experienceUrl: () => echoed }, () => ask))
      expectStaysHere(outcome, '"experienceUrl"');
  });

  test.each(Object.entries(TARGETS))('experienceUrl of the target: %s', async (_name, target) => {
    for (const echo of [
      (req: IncomingMessage) => req.url ?? '',
      (req: IncomingMessage) => `/experience?from=${req.url ?? ''}`,
      (req: IncomingMessage) => `/${(req.url ?? '').slice(1)}`,
    ]) {
      const ask = { method: 'GET', target, headers: VISIT };
      for (const outcome of await shown({ experienceUrl: echo }, () => ask))
        expectStaysHere(outcome, '"experienceUrl"');
    }
  });

  test.each(Object.entries(ECHOED))('orderUrl: %s', async (_name, echoed) => {
    const fanfare = stage.another({ orderUrl: () => echoed });
    const cookie = await buy(fanfare);
    for (const method of ['GET', 'POST']) {
      const ask = {
        method,
        target: '/checkout',
        headers: { ...VISIT, origin: 'http://shop.example', cookie },
      };
      for (const outcome of await everywhere(guarded(fanfare), () => ask)) {
        expectStaysHere(outcome, '"orderUrl"');
        expect([303, 409, 500]).toContain(outcome.status);
      }
    }
  });

  /** Resolves to the cookie of a session that has made its order. */
  async function buy(fanfare: Fanfare): Promise<string> {
    const listener = listenerOf('node:http', [
      {
        use: [
          fanfare.claimAdmission(),
          (req, res) => void fanfare.completeAdmission(req, { orderId: 'order_1' }).then(() => res.end()),
        ],
      },
    ]);
    const headers = { 'x-fanfare-admission': stage.token() };
    const answer = await askInProcess(listener, { method: 'POST', target: '/order', headers });
    expect(answer.status).toBe(200);
    return String([answer.headers['set-cookie']].flat().at(-1)).split(';')[0]!;
  }
});

test('a place elsewhere would be seen', () => {
  for (const where of [
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    'http://shop.example:81/',
  ]) {
    expect(leadsAway(where)).toEqual(expect.any(String));
  }
  expect(linksOf('<a href="/&#92;evil.example">')).toEqual(['/\\evil.example']);
});
