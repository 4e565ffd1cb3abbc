/** What `createReturnUrl` takes, before there is anything to come back to. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { createFanfare, memoryLedger } from '../../lib/index.js';

const fanfare = createFanfare({
  organizationId: 'org_1',
  secretKey: 'sk_test_1',
  session: { secrets: ['a session secret of thirty-two bytes'] },
  ledger: memoryLedger(),
});
afterAll(() => fanfare.close());

test.each([
  ...['', 'pay/return', '//evil.example', '/\\evil.example', '/pay\\return', 'https://evil.example/', '/a#b'],
  ...['/a b', '/a\nb', '/a\u0000', '/a\u007f', '/ä', undefined, 7],
])('takes no %j for a path of the shop', (path) => {
  const req = new IncomingMessage(new Socket());
  expect(() => fanfare.createReturnUrl(req, path as string)).toThrow(/^"path" must be a path of the shop/);
});

test('needs a claim', () => {
  const req = new IncomingMessage(new Socket());
  expect(() => fanfare.createReturnUrl(req, '/pay/return')).toThrow(/^createReturnUrl needs claimAdmission/);
});
