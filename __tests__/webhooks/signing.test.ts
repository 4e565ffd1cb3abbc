/** Which requests a receiver takes for Fanfare's, on every server, and what it answers to all others. */
import bodyParser from 'body-parser';
import { request } from 'node:http';
import express from 'express';
import {
  fanfareWebhook,
  type FanfareWebhookOptions,
  type SignatureScheme,
} from '../../lib/webhooks/index.js';
import { closeStages, listen, listenerOf, openStage, parsing, SERVERS } from '../support/servers.js';
import {
  hexOf,
  openPostBox,
  type PostBox,
  type PostBoxSetup,
  timestamped,
  until,
  WEBHOOK_SECRET,
} from './post-box.js';

/** The vectors of the contract. */
const BODY = '{"id":"whk_1","type":"order.created"}';
const AT = 1_700_000_000;
const WITH_TIME = '884dedc4abc768222df7d9045719501b0aeb6c959ca803fa65cc0405de5740b3';
const BODY_ALONE = '6f6e81e72d1c2792c9d2e7b2a52ffb49a815a41f5bcc50473db78e5a16230d57';
const TIME = { 'X-Fanfare-Timestamp': String(AT) };

const VECTORS: Record<SignatureScheme, Record<string, string>> = {
  timestamped: { ...TIME, 'X-Fanfare-Signature': `sha256=${WITH_TIME}` },
  combined: { 'X-Fanfare-Signature': `t=${String(AT)},v1=${WITH_TIME}` },
  'body-hex': { 'X-Fanfare-Signature': BODY_ALONE },
  'body-sha256': { ...TIME, 'X-Fanfare-Signature': `sha256=${BODY_ALONE}` },
};
const SCHEMES = Object.keys(VECTORS) as SignatureScheme[];

afterEach(closeStages);

function open(
  options: Partial<FanfareWebhookOptions> = {},
  setup: Partial<PostBoxSetup> = {},
): Promise<PostBox> {
  return openPostBox({
    receiver: (fanfare) => fanfareWebhook(fanfare, { secrets: WEBHOOK_SECRET, ...options }),
    ...setup,
  });
}

describe.each(SCHEMES)('the scheme %s', (scheme) => {
  test('takes its own signature, and no other', async () => {
    const { post } = await open({ scheme });
    for (const other of SCHEMES) {
      const sent = await post(BODY, VECTORS[other]);
      expect([other, sent.status]).toEqual([other, other === scheme ? 200 : 401]);
    }
  });

  test('takes several secrets, while one takes the place of another', async () => {
    const { post } = await open({ scheme, secrets: ['whsec_new', WEBHOOK_SECRET] });
    expect((await post(BODY, VECTORS[scheme])).status).toBe(200);
  });

  test('refuses another secret, another body, and signatures that are none', async () => {
    const { post, said } = await open({ scheme, secrets: ['whsec_other'] });
    expect((await post(BODY, VECTORS[scheme])).status).toBe(401);
    expect((await post(`${BODY} `, VECTORS[scheme])).status).toBe(401);
    for (const nonsense of [
      '',
      'sha256=',
      'sha256=zz',
      't=1,v1=2',
      '=,=',
      WITH_TIME.slice(1),
      `${WITH_TIME}00`,
      'x'.repeat(9_000),
    ]) {
      const sent = await post(BODY, { ...TIME, 'X-Fanfare-Signature': nonsense });
      expect(sent.status).toBe(401);
      expect(await sent.json()).toEqual({ error: 'Signature does not fit' });
    }
    expect(said('webhook.refused')).toMatchObject([
      { receiver: 'fanfare', reason: 'signature', requests: 1 },
    ]);
    expect(said('webhook.received')).toEqual([]);
  });
});

test.each(['timestamped', 'combined'] as const)(
  '%s refuses old timestamps, and those far ahead',
  async (scheme) => {
    const { post, clock } = await open({ scheme });
    const sign = (seconds: number): Record<string, string> => {
      const hex = hexOf(`${String(seconds)}.${BODY}`);
      return scheme === 'combined'
        ? { 'X-Fanfare-Signature': `t=${String(seconds)},v1=${hex}` }
        : { 'X-Fanfare-Timestamp': String(seconds), 'X-Fanfare-Signature': `sha256=${hex}` };
    };
    const now = clock.now() / 1_000;
    for (const [seconds, status] of [
      [now - 300, 200],
      [now - 301, 401],
      [now + 300, 200],
      [now + 301, 401],
    ] as const) {
      expect([seconds, (await post(BODY, sign(seconds))).status]).toEqual([seconds, status]);
    }
  },
);

test('a timestamp that was changed after the signing does not fit', async () => {
  const { post } = await open();
  const headers = { ...VECTORS.timestamped, 'X-Fanfare-Timestamp': String(AT + 1) };
  expect((await post(BODY, headers)).status).toBe(401);
});

test('no signature at all is 400', async () => {
  const { post, said } = await open();
  expect((await post(BODY)).status).toBe(400);
  expect(said('webhook.refused')).toMatchObject([{ reason: 'unsigned' }]);
});

describe.each(SERVERS)('on %s', (kind) => {
  test('an event is taken, and another method is not', async () => {
    const { post, url } = await open({}, { kind });
    expect(await (await post(BODY, VECTORS.timestamped)).json()).toEqual({ received: true });
    const got = await fetch(`${url}/hook`);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('a body parser that ran before is said to the merchant, with what to do', async () => {
    const before = [{ use: [parsing(bodyParser.json())] }];
    const { post } = await open({}, { kind, before });
    const sent = await post(BODY, VECTORS.timestamped);
    expect(sent.status).toBe(500);
    expect(await sent.text()).toMatch(
      /^fault: A body parser ran before .* before app\.use\(express\.json\(\)\)/,
    );
  });

  test('what express.raw() has read is the raw body', async () => {
    const before = [{ use: [parsing(bodyParser.raw({ type: '*/*' }))] }];
    const { post } = await open({}, { kind, before });
    expect((await post(BODY, VECTORS.timestamped)).status).toBe(200);
  });
});

test('a parser that looked at the type and left the body alone is no hindrance', async () => {
  const before = [{ use: [parsing(bodyParser.json({ type: 'application/vnd.shop' }))] }];
  const { post } = await open({}, { kind: 'Express 4', before });
  expect((await post(BODY, VECTORS.timestamped)).status).toBe(200);
});

test('without a next there is an answer all the same', async () => {
  const { fanfare } = await openStage();
  const hook = fanfareWebhook(fanfare, { secrets: WEBHOOK_SECRET });
  const url = await listen((req, res) => {
    Object.assign(req, { body: { parsed: true } });
    req.resume().on('end', () => {
      hook(req, res);
    });
  });
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation();
  const sent = await fetch(url, { method: 'POST', body: BODY, headers: VECTORS.timestamped });
  expect(sent.status).toBe(500);
  expect(String(warn.mock.calls[0]?.[0])).toMatch(/body parser ran before/);
  warn.mockRestore();
});

describe('bodies that are none', () => {
  test('1 MB is read and dropped where less is allowed, and answered', async () => {
    const { post, said } = await open({ maxBytes: 10_000 });
    const body = JSON.stringify({ id: 'x', type: 'order.created', fill: 'x'.repeat(1_048_576) });
    const sent = await post(body, timestamped(body, AT * 1_000));
    expect(sent.status).toBe(413);
    expect(said('webhook.refused')).toMatchObject([{ reason: 'too_large' }]);
    expect((await post(BODY, VECTORS.timestamped)).status).toBe(200);
  });

  test('1 MB less the envelope is taken by default, and kept small', async () => {
    const { post, ledger } = await open();
    const body = JSON.stringify({
      id: 'x',
      type: 'order.created',
      data: { orderId: '1', fill: 'x'.repeat(1_000_000) },
    });
    expect((await post(body, timestamped(body, AT * 1_000))).status).toBe(200);
    for (const note of await ledger.openNotes('webhook', 10)) expect(note.value.length).toBeLessThan(1_000);
  });

  test('one that breaks off leaves nothing behind', async () => {
    const { url, said, post } = await open();
    const cut = request(`${url}/hook`, {
      method: 'POST',
      headers: { ...VECTORS.timestamped, 'Content-Length': '1000' },
    });
    cut.on('error', () => undefined);
    cut.write(BODY);
    await new Promise((resolve) => {
      cut.once('socket', (socket) => socket.once('connect', resolve));
    });
    await new Promise(setImmediate);
    cut.destroy();
    await until(() => said('webhook.refused').length > 0);
    expect(said('webhook.refused')).toMatchObject([{ reason: 'malformed' }]);
    expect((await post(BODY, VECTORS.timestamped)).status).toBe(200);
  });

  test.each(['', 'null', '[]', '"text"', '{', '{"id":"1"}', '{"type":7}', '\u0000', '{"type":"a b"}'])(
    'signed, but no event: %j',
    async (body) => {
      const { post, said } = await open();
      expect((await post(body, timestamped(body, AT * 1_000))).status).toBe(400);
      expect(said('webhook.received')).toEqual([]);
    },
  );
});

test('options that are wrong are named', async () => {
  const { fanfare } = await openStage();
  const make = (options: object) => () => fanfareWebhook(fanfare, { secrets: 's', ...options });
  expect(make({ secrets: [] })).toThrow(/"secrets"/);
  expect(make({ secrets: undefined })).toThrow(/"secrets"/);
  expect(make({ secrets: ['s', ''] })).toThrow(/"secrets"/);
  expect(make({ scheme: 'S1' })).toThrow(/"scheme" must be one of timestamped/);
  expect(make({ toleranceSeconds: 0 })).toThrow(/"toleranceSeconds"/);
  expect(make({ maxBytes: 0.5 })).toThrow(/"maxBytes"/);
  expect(make({ onEvent: true })).toThrow(/"onEvent"/);
  expect(make({ name: 'a b' })).toThrow(/"name"/);
  expect(make({ secret: 's' })).toThrow(/Did you mean "secrets"/);
  expect(() => fanfareWebhook({} as typeof fanfare, { secrets: 's' })).toThrow(/createFanfare/);
  fanfareWebhook(fanfare, { secrets: 's', name: 'one' });
  expect(make({ name: 'one' })).toThrow(/"name" of its own/);
});

test('mounted as an app of its own, below another path', async () => {
  const { fanfare } = await openStage();
  const app = express();
  app.use('/webhooks', fanfareWebhook(fanfare, { secrets: WEBHOOK_SECRET, scheme: 'body-hex' }));
  const url = await listen(listenerOf('Express 5', [{ mount: '/api', use: [app as never] }]));
  const sent = await fetch(`${url}/api/webhooks`, {
    method: 'POST',
    body: BODY,
    headers: VECTORS['body-hex'],
  });
  expect(sent.status).toBe(200);
});
