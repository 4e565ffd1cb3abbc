/** Whatever way a handler answers, the answer arrives as it was made, and its outcome is written down first. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Middleware } from '../../lib/index.js';
import { closeStages, openStage, SERVERS, type Stage } from '../support/servers.js';
import type { Answer, Jar } from '../support/jar.js';
import { openTimedShop, stall, type TimedShop } from '../support/timed-shop.js';
import { until } from '../support/shop.js';

afterEach(closeStages);

let stage: Stage;

async function shop(kind: (typeof SERVERS)[number], ...handlers: readonly Middleware[]): Promise<Jar> {
  stage = await openStage();
  return stage.serve(kind, [{ path: '/checkout', use: [stage.fanfare.claimAdmission(), ...handlers] }]);
}

function submit(jar: Jar): Promise<Answer> {
  return jar.fetch('/checkout', { method: 'POST', headers: { 'X-Fanfare-Admission': stage.token() } });
}

function outcomes(): readonly string[] {
  return stage.events.map(({ type }) => type).filter((type) => /^claim\./.test(type));
}

type Way = (req: IncomingMessage, res: ServerResponse) => unknown;

const WAYS: readonly (readonly [string, Way, { readonly body: string; readonly length?: string }])[] = [
  ['end(text)', (_req, res) => res.end('bought'), { body: 'bought', length: '6' }],
  ['end(bytes)', (_req, res) => res.end(Buffer.from('bought')), { body: 'bought', length: '6' }],
  ['end(text, encoding)', (_req, res) => res.end('Ym91Z2h0', 'base64'), { body: 'bought', length: '6' }],
  ['end(text beyond ASCII)', (_req, res) => res.end('gekäuft'), { body: 'gekäuft', length: '8' }],
  ['end()', (_req, res) => res.end(), { body: '', length: '0' }],
  ['end(callback)', (_req, res) => res.end(() => undefined), { body: '', length: '0' }],
  ['writeHead, end', (_req, res) => res.writeHead(200).end('bought'), { body: 'bought' }],
  [
    'write, write, end',
    (_req, res) => {
      res.write('bou');
      res.write('gh');
      res.end('t');
    },
    { body: 'bought' },
  ],
  ['pipe', (_req, res) => Readable.from(['bou', 'ght']).pipe(res), { body: 'bought' }],
  ['pipeline', (_req, res) => pipeline(Readable.from(['bou', 'ght']), res), { body: 'bought' }],
  [
    'a length set beforehand',
    (_req, res) => res.setHeader('Content-Length', 6).end('bought'),
    { body: 'bought', length: '6' },
  ],
];

describe.each(SERVERS)('%s', (kind) => {
  test.each(WAYS)('%s arrives whole', async (_name, way, { body, length }) => {
    const answer = await submit(await shop(kind, way));
    expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([200, body, length]);
    expect(outcomes()).toEqual(['claim.pending']);
  });

  test('a second answer is ignored, the first one counts', async () => {
    const jar = await shop(kind, (_req, res) => {
      res.on('error', () => undefined);
      res.statusCode = 402;
      res.end('declined');
      res.end('and again');
    });
    expect(await submit(jar)).toMatchObject({ status: 402, text: 'declined' });
    expect(outcomes()).toEqual(['claim.released']);
  });

  test('a handler that throws is answered by the fault handler, and gives the claim back', async () => {
    const jar = await shop(kind, () => {
      throw new Error('out of stock');
    });
    expect(await submit(jar)).toMatchObject({ status: 500, text: 'fault: out of stock' });
    expect(outcomes()).toEqual(['claim.released']);
  });

  test('an answer that Node refuses to begin is a fault like any other', async () => {
    const jar = await shop(kind, (_req, res, next) => {
      res.statusCode = 42;
      try {
        res.end('never sent');
      } catch (error) {
        next!(error);
      }
    });
    expect(await submit(jar)).toMatchObject({
      status: 500,
      text: expect.stringContaining('fault: ') as string,
    });
    expect(outcomes()).toEqual(['claim.released']);
  });

  test('a body that Node refuses to send breaks the connection, not the process, and is said aloud', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const jar = await shop(kind, (_req, res) => {
      res.end(42 as unknown as string);
    });
    await expect(submit(jar)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/could not be sent.*chunk/), 'FanfareWarning');
    warn.mockRestore();
  });
});

/** What compression and session middlewares do: their own `end`, which ends the answer later. */
const late: Middleware = (_req, res, next) => {
  const end = res.end.bind(res) as (...args: readonly unknown[]) => ServerResponse;
  res.end = ((chunk?: unknown) => {
    res.setHeader('X-Late', 'yes');
    res.removeHeader('Content-Length');
    res.write(Buffer.from(`<${typeof chunk === 'string' ? chunk : ''}`));
    setImmediate(() => end('>'));
    return res;
  }) as ServerResponse['end'];
  next!();
};

test('a middleware behind the guard that ends the answer later keeps its word', async () => {
  const jar = await shop('Express 5', late, (_req, res) => {
    res.end('bought');
  });
  expect(await submit(jar)).toMatchObject({ status: 200, text: '<bought>', headers: { 'x-late': 'yes' } });
  expect(outcomes()).toEqual(['claim.pending']);
});

describe('the last byte', () => {
  let timed: TimedShop;

  afterEach(() => timed.close());

  test.each([
    ['written down', (settle: () => Promise<unknown>) => settle()],
    ['a second later, when the ledger is slow', () => timed.clock.advance(1)],
  ])('goes out once the outcome is %s, and not before', async (_name, release) => {
    timed = await openTimedShop({
      onSubmit: (_req, res) => {
        res.statusCode = 402;
        res.write('decl');
        res.end('ined');
      },
    });
    const settles = stall(timed.ledger, 'settle');
    const answer = await (await timed.admitted()).submit();
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect(await reader.read()).toMatchObject({ value: 'decl' });
    await until(() => settles.length === 1);
    let over = false;
    const rest = reader.read().then((read) => {
      over = true;
      return read;
    });
    await timed.clock.advance(999);
    expect(over).toBe(false);
    await release(settles[0]!);
    expect(await rest).toMatchObject({ value: 'ined' });
  });
});
