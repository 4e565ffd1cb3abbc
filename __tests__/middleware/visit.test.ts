import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { isForeign } from '../../lib/middleware/visit.js';
import { type Jar, ours } from '../support/jar.js';
import { closeStages, openStage, type Stage } from '../support/servers.js';

afterEach(closeStages);

describe('what claims', () => {
  let stage: Stage;
  let browser: Jar;

  beforeEach(async () => {
    stage = await openStage();
    browser = await stage.serve('Express 5', [
      {
        path: '/checkout',
        use: [
          stage.fanfare.claimAdmission(),
          (req, res) => res.end(`attempt ${String(req.admission?.attempt?.number)}`),
        ],
      },
    ]);
    await browser.visit(`/checkout?admission_token=${stage.token()}`);
  });

  test('a page load does not', async () => {
    expect((await browser.visit('/checkout')).text).toBe('attempt undefined');
    expect((await browser.send('/checkout', { method: 'HEAD' })).status).toBe(200);
    expect(stage.events.map(({ type }) => type)).not.toContain('admission.claimed');
  });

  // A handler that is mounted for every method must not be reached around the claim.
  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'OPTIONS', 'TRACE', 'REPORT'])(
    '%s does, and its URL is not read for a token',
    async (method) => {
      expect((await browser.send('/checkout', { method })).text).toBe('attempt 1');
      browser.cookies.clear();
      const late = await browser.fetch(`/checkout?admission_token=${stage.token()}`, { method });
      expect([late.status, ours(late).length]).toEqual([403, 0]);
    },
  );
});

describe('what comes from another site', () => {
  const page = 'https://shop.example';

  test.each([
    [{}, false],
    [{ host: 'shop.example', origin: page }, false],
    [{ host: 'SHOP.example', origin: page }, false],
    [{ host: 'shop.example:443', origin: page }, false],
    [{ host: 'shop.example:80', origin: 'http://shop.example' }, false],
    [{ host: 'app:3000', origin: page, 'sec-fetch-site': 'same-origin' }, false],
    [{ host: 'shop.example', origin: 'null', 'sec-fetch-site': 'same-origin' }, false],
    [{ host: 'shop.example', 'sec-fetch-site': 'none' }, false],
    [{ host: 'shop.example', origin: page, 'sec-fetch-site': 'cross-site' }, true],
    [{ host: 'shop.example', origin: 'https://blog.shop.example', 'sec-fetch-site': 'same-site' }, true],
    [{ host: 'shop.example', origin: 'https://shop.example.evil.example' }, true],
    [{ host: 'shop.example', origin: 'https://shop.example:8443' }, true],
    [{ host: 'shop.example', origin: 'null' }, true],
    [{ origin: page }, true],
    [{ host: 'shop.example:80', origin: page }, true],
    [{ host: 'shop.example/..', origin: page }, true],
    [{ host: 'evil@shop.example', origin: page }, true],
    [{ host: '][', origin: page }, true],
  ] as const)('%j: %s', (headers, foreign) => {
    const req = Object.assign(new IncomingMessage(new Socket()), { headers });
    expect(isForeign(req)).toBe(foreign);
  });
});
