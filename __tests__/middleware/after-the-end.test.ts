/** An answer that has ended is over for its handler, although its last byte still waits for the ledger. */
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Middleware } from '../../lib/index.js';
import { closeStages, openStage, SERVERS, type ServerKind, type Stage } from '../support/servers.js';
import { until } from '../support/shop.js';
import { openTimedShop, stall, type TimedShop } from '../support/timed-shop.js';

let stage: Stage;

beforeEach(async () => {
  stage = await openStage();
});
afterEach(closeStages);

const NEXT: Middleware = (_req, res) => {
  res.end('next');
};

/** The bodies of two answers on one connection: whatever does not belong to the first one spoils the second. */
async function twoAnswers(kind: ServerKind, ...use: readonly Middleware[]): Promise<unknown> {
  const { origin } = await stage.serve(kind, [
    { path: '/checkout', use },
    { path: '/next', use: [NEXT] },
  ]);
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  socket.write(
    `POST /checkout HTTP/1.1\r\nHost: x\r\nX-Fanfare-Admission: ${stage.token()}\r\nContent-Length: 0\r\n\r\n`,
  );
  socket.write('GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const [, first, second] = (await text(socket)).split('\r\n\r\n');
  return [first?.replace(/HTTP\/1.1 200.*/s, ''), second];
}

type Late = (res: ServerResponse, called: (error?: Error | null) => void) => unknown;

const LATE: readonly (readonly [string, Late])[] = [
  ['write(text, callback)', (res, called) => res.write('SECOND', called)],
  ['write(text, encoding, callback)', (res, called) => res.write('SECOND', 'latin1', called)],
  ['write(bytes)', (res) => res.write(Buffer.from('SECOND'))],
  ['end(text, callback)', (res, called) => res.end('SECOND', called) === res],
  ['end(bytes)', (res) => res.end(Buffer.from('SECOND')) === res],
  ['end(no text)', (res) => res.end('') === res],
  ['end()', (res) => res.end() === res],
  [
    'end(callback)',
    (res, called) =>
      res.end(() => {
        called();
      }) === res,
  ],
];

/** A handler that goes on after its answer, and what it hears. */
function declines(late: Late, heard: unknown[]): Middleware {
  const codeOf = (error?: Error | null): unknown => (error as { code?: string } | null | undefined)?.code;
  return (_req, res) => {
    res.on('error', (error) => heard.push('error', codeOf(error), error.message));
    res.statusCode = 402;
    res.end('declined');
    heard.push(res.writableEnded);
    heard.push(late(res, (error) => heard.push('called', codeOf(error))));
    res.on('finish', () => heard.push(res.writableEnded, Object.hasOwn(res, 'writableEnded')));
  };
}

describe.each(SERVERS)('on %s', (kind) => {
  test.each(LATE)('a late %s is heard and sent as without us', async (_name, late) => {
    const [bare, guarded]: unknown[][] = [[], []];
    await twoAnswers(kind, declines(late, bare!));
    const answers = await twoAnswers(kind, stage.fanfare.claimAdmission(), declines(late, guarded!));
    expect(answers).toEqual(['declined', 'next']);
    expect([...guarded!].sort()).toEqual([...bare!].sort());
  });
});

// Without us this one would write it behind the end, and others swallow it: nobody is told of a fault who would not be.
test('what comes late goes through no middleware in front of the guard, and no listener hears of it', async () => {
  const passed: string[] = [];
  const inFront: Middleware = (_req, res, next) => {
    const [write, end] = [res.write.bind(res), res.end.bind(res)];
    res.removeHeader('Content-Length');
    res.write = ((chunk: string) => {
      passed.push(chunk);
      return write(`<${chunk}>`);
    }) as ServerResponse['write'];
    res.end = ((chunk: string) => {
      res.write(chunk);
      return end();
    }) as ServerResponse['end'];
    next!();
  };
  const chunked: Middleware = (_req, res) => {
    res.setHeader('Transfer-Encoding', 'chunked');
    res.write('de');
    res.end('clined');
    res.write('SECOND');
  };
  await twoAnswers('node:http', inFront, stage.fanfare.claimAdmission(), chunked);
  expect(passed).toEqual(['de', 'clined']);
});

describe('while the ledger is slow', () => {
  let timed: TimedShop;

  afterEach(() => timed.close());

  // Node's own answer is gone by then: it tells the callback, and nobody else, so that no process dies of it.
  test('a write some turns later tells its callback, and no listener that is not there', async () => {
    let answered: ServerResponse | undefined;
    timed = await openTimedShop({
      onSubmit: (_req, res) => {
        answered = res;
        res.end('bought');
      },
    });
    const settles = stall(timed.ledger, 'settle');
    const answer = (await timed.admitted()).submit();
    await until(() => settles.length === 1);
    const error = await new Promise((resolve) => answered!.write('SECOND', resolve));
    expect(error).toMatchObject({ code: 'ERR_STREAM_WRITE_AFTER_END' });
    await settles[0]!();
    expect(await (await answer).text()).toBe('bought');
    const gone = await new Promise((resolve) => answered!.write('SECOND', resolve));
    expect(gone).toMatchObject({ code: 'ERR_STREAM_WRITE_AFTER_END' });
    expect(answered!.end('SECOND')).toBe(answered);
  });

  test('a handler that destroys its answer hears of late writes by the callback only', async () => {
    let heard: unknown;
    timed = await openTimedShop({
      onSubmit: (_req, res) => {
        res.end('bought');
        res.write('SECOND', (error) => {
          heard = error;
        });
        res.destroy();
      },
    });
    await expect((await timed.admitted()).submit()).rejects.toThrow('fetch failed');
    expect(heard).toMatchObject({ code: 'ERR_STREAM_WRITE_AFTER_END' });
  });

  test('a stream that is still piped when the handler gives up is held, and breaks nothing', async () => {
    const source = new PassThrough();
    timed = await openTimedShop({
      onSubmit: (_req, res) => {
        source.pipe(res);
        res.statusCode = 504;
        res.end('gave up');
      },
    });
    const settles = stall(timed.ledger, 'settle');
    const answer = (await timed.admitted()).submit();
    await until(() => settles.length === 1);
    source.write('SECOND');
    await until(() => source.isPaused());
    await settles[0]!();
    expect(await (await answer).text()).toBe('gave up');
  });
});
