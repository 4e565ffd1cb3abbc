/** Apps inside apps: the browser's own URL counts, not what a router left of it. */
import { createRequire } from 'node:module';
import connect from 'connect';
import express from 'express';
import type { Fanfare, Middleware } from '../../lib/index.js';
import {
  closeStages,
  openStage,
  parsing,
  type ServerKind,
  SERVERS,
  showAdmission,
} from '../support/servers.js';

afterEach(closeStages);

const express4 = createRequire(__filename)('express4') as typeof express;

const INNER: readonly (readonly [ServerKind, (fanfare: Fanfare) => Middleware])[] = [
  ['Express 5', (fanfare) => express().get('/checkout', guardOf(fanfare), showAdmission) as Middleware],
  ['Express 4', (fanfare) => express4().get('/checkout', guardOf(fanfare), showAdmission) as Middleware],
  ['Connect', (fanfare) => connect().use('/checkout', guardOf(fanfare)).use(showAdmission)],
];

function guardOf(fanfare: Fanfare): Middleware {
  return fanfare.requireAdmission();
}

test.each(INNER)('on %s', async (kind, inner) => {
  const stage = await openStage({ experienceUrl: '/shop/checkout/wait' });
  const browser = await stage.serve(kind, [{ mount: '/shop', use: [inner(stage.fanfare)] }]);
  const path = '/shop/checkout?size=41';
  expect((await browser.visit(path)).headers.location).toBe('/shop/checkout/wait?fanfare=required');
  const handoff = await browser.visit(`${path}&admission_token=${stage.token()}`);
  expect([handoff.status, handoff.headers.location]).toEqual([303, path]);
  expect((await browser.visit(path)).status).toBe(200);
});

test('the routes answer below any mount path', async () => {
  const stage = await openStage();
  const browser = await stage.serve('Express 5', [{ mount: '/api/fanfare', use: [stage.fanfare.routes()] }]);
  expect((await browser.post('/api/fanfare/admission', { grant: stage.token() })).status).toBe(200);
  expect((await browser.fetch('/api/fanfare/session')).json()['admissions']).toHaveLength(1);
});

test.each(SERVERS)('the routes on %s, behind a parser of Express 4 that leaves JSON alone', async (kind) => {
  const stage = await openStage();
  const routes = stage.fanfare.routes();
  const browser = await stage.serve(kind, [
    { use: [parsing(express4.urlencoded({ extended: false })), routes] },
  ]);
  expect((await browser.post('/fanfare/admission', { grant: stage.token() })).status).toBe(200);
});

test.each(['attachAdmission', 'requireAdmission', 'claimAdmission', 'winnerPage', 'routes'] as const)(
  '%s mounted without its brackets says so to the shop’s error handler',
  async (name) => {
    const stage = await openStage();
    const mounted = Reflect.get(stage.fanfare, name) as Middleware;
    const browser = await stage.serve('Express 5', [{ use: [mounted] }]);
    const answer = await browser.fetch('/');
    expect([answer.status, answer.text]).toEqual([
      500,
      expect.stringContaining(`Mount what ${name}() returns: write fanfare.${name}(), with`),
    ]);
  },
);

test('a guard’s list names the entry that is wrong', async () => {
  const { fanfare } = await openStage();
  const types = ['queue', 'Draw'] as unknown as ['queue'];
  expect(() => fanfare.requireAdmission({ distributionTypes: types })).toThrow(
    'requireAdmission: "distributionTypes" must be a list, each entry one of queue, draw, auction, timed_release, appointment; got a text of 4 characters at [1]',
  );
});

test('the routes add to "Vary" and take nothing away', async () => {
  const stage = await openStage();
  const vary: Middleware = (_req, res, next) => {
    res.setHeader('Vary', 'Origin');
    next?.();
  };
  const browser = await stage.serve('node:http', [{ use: [vary, stage.fanfare.routes()] }]);
  const { headers } = await browser.fetch('/fanfare/session');
  expect(headers.vary).toBe('Origin, Cookie');
});
