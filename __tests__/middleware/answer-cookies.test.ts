/** Our cookie reaches the browser whatever the handlers behind us do with `Set-Cookie`, and so do theirs. */
import type express from 'express';
import type { Middleware } from '../../lib/index.js';
import { type Answer, ours } from '../support/jar.js';
import { closeStages, openStage, SERVERS, showAdmission, type Stage } from '../support/servers.js';

afterEach(closeStages);

const HANDLERS: Readonly<Record<string, Middleware>> = {
  'writeHead with an object': (_req, res) => res.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end(),
  'writeHead with a reason and an object': (_req, res) =>
    res.writeHead(200, 'Fine', { 'Set-Cookie': 'a=1', 'Content-Type': 'text/plain' }).end(),
  'writeHead with a list': (_req, res) =>
    res.writeHead(200, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Other', 'c']).end(),
  'writeHead without cookies': (_req, res) => {
    res.setHeader('Set-Cookie', 'a=1');
    res.writeHead(200, { 'X-Other': 'c' }).end();
  },
  'setHeader and a first write': (_req, res) => {
    res.setHeader('Set-Cookie', ['a=1']);
    res.write('x');
    res.end();
  },
  appendHeader: (_req, res) => {
    res.appendHeader('Set-Cookie', 'a=1');
    res.end();
  },
};

async function handedOver(stage: Stage, kind: (typeof SERVERS)[number], use: Middleware): Promise<Answer> {
  const browser = await stage.serve(kind, [{ use: [stage.fanfare.attachAdmission(), use] }]);
  return browser.fetch('/', { headers: { 'X-Fanfare-Admission': stage.token() } });
}

describe.each(SERVERS)('on %s', (kind) => {
  test.each(Object.keys(HANDLERS))('%s', async (name) => {
    const answer = await handedOver(await openStage(), kind, HANDLERS[name]!);
    expect([answer.status, ours(answer).length]).toEqual([200, 1]);
    expect(answer.setCookies.filter((line) => /^[ab]=/.test(line))).toEqual(
      ['a=1', 'b=2'].slice(0, answer.setCookies.length - 1),
    );
    expect(answer.setCookies.length).toBeGreaterThan(1);
  });
});

test('res.cookie of Express is one more line', async () => {
  const answer = await handedOver(await openStage(), 'Express 5', (_req, res) => {
    (res as express.Response).cookie('a', '1').send('x');
  });
  expect(answer.setCookies).toEqual(['a=1; Path=/', expect.stringMatching(/^fanfare_/) as string]);
});

test('an answer that carries a session is for nobody else, unless the handler says otherwise', async () => {
  const stage = await openStage();
  const silent = await handedOver(stage, 'Express 5', showAdmission);
  expect(silent.headers['cache-control']).toBe('private, no-store');
  const outspoken = await handedOver(stage, 'Express 5', (_req, res) =>
    res.setHeader('Cache-Control', 'private, max-age=5').end(),
  );
  expect(outspoken.headers['cache-control']).toBe('private, max-age=5');
});
