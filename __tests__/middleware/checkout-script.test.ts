/** `GET …/checkout.js` on every kind of server. */
import { gzipSync } from 'node:zlib';
import { closeStages, openStage, SERVERS } from '../support/servers.js';

afterEach(closeStages);

describe.each(SERVERS)('%s', (kind) => {
  test('serves one small script that a browser may keep', async () => {
    const stage = await openStage();
    const browser = await stage.serve(kind, [{ mount: '/fanfare', use: [stage.fanfare.routes()] }]);
    const answer = await browser.fetch('/fanfare/checkout.js?v=1');
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=600',
        'x-content-type-options': 'nosniff',
        'content-length': String(Buffer.byteLength(answer.text)),
      },
    });
    expect(answer.headers.etag).toMatch(/^"[\w-]{43}"$/);
    expect(answer.text).toContain('fanfare-countdown');
    expect(gzipSync(answer.text).length).toBeLessThanOrEqual(4_096);
    expect(answer.text).not.toMatch(/\beval\b|new Function|innerHTML|\.style\b/);

    const head = await browser.fetch('/fanfare/checkout.js', { method: 'HEAD' });
    expect([head.status, head.text, head.headers.etag]).toEqual([200, '', answer.headers.etag]);
    const posted = await browser.fetch('/fanfare/checkout.js', { method: 'POST' });
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  test.each([
    ['its own tag', (etag: string) => etag, 304],
    ['a tag that a compressing proxy made weak, among others', (etag: string) => `"x", W/${etag}`, 304],
    ['any tag', () => '*', 304],
    ['the tag of another version', () => '"another"', 200],
  ])('asked with %s', async (_what, tagOf, status) => {
    const stage = await openStage();
    const browser = await stage.serve(kind, [{ mount: '/fanfare', use: [stage.fanfare.routes()] }]);
    const { etag = '' } = (await browser.fetch('/fanfare/checkout.js')).headers;
    const headers = { 'If-None-Match': tagOf(etag) };
    const answer = await browser.fetch('/fanfare/checkout.js', { headers });
    expect([answer.status, answer.headers.etag, answer.text === '']).toEqual([status, etag, status === 304]);
  });

  test('a cookie that is forgotten on the way does not go into a shared cache', async () => {
    const stage = await openStage();
    const browser = await stage.serve(kind, [
      { use: [stage.fanfare.attachAdmission()] },
      { mount: '/fanfare', use: [stage.fanfare.routes()] },
    ]);
    browser.cookies.set('fanfare_admission_aaaaaaaa', 'not-one-of-ours');
    const answer = await browser.fetch('/fanfare/checkout.js');
    expect(answer.setCookies).toHaveLength(1);
    expect(answer.headers['cache-control']).toBe('private, no-store');
  });
});
