import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import dns from 'node:dns';
import type { Socket } from 'node:net';
import { Deadline, withDeadline } from '../../lib/fanfare-api/deadline.js';
import { createTransport } from '../../lib/fanfare-api/transport.js';
import type { Transport } from '../../lib/fanfare-api/transport.js';
import { deadOrigin, httpWire, reply, tcpWire, until } from './wire.js';
import type { Wire } from './wire.js';

const opened: { close(): Promise<void> }[] = [];

function kept<T extends { close(): Promise<void> }>(thing: T): T {
  opened.push(thing);
  return thing;
}

const transportTo = ({ origin }: { origin: string }): Transport => kept(createTransport(origin));

const never = (): Deadline => new Deadline();

function post(transport: Transport, deadline = never(), retryUnsent = false) {
  return transport.post({ path: '/p', headers: { 'X-One': '1' }, body: '{"a":1}', deadline, retryUnsent });
}

/** A peer that keeps its answers back until each is let go. */
async function heldWire(): Promise<{ wire: Wire; waiting: (() => void)[] }> {
  const waiting: (() => void)[] = [];
  const wire = kept(
    await httpWire((res) => {
      waiting.push(() => {
        reply(200)(res);
      });
    }),
  );
  return { wire, waiting };
}

afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

describe('a call', () => {
  it('is a POST whose answer comes back whole', async () => {
    const wire = kept(await httpWire(reply(418, 'short and stout', { 'X-Two': '2' })));
    const answer = await post(transportTo(wire));
    expect(answer).toMatchObject({ status: 418, body: 'short and stout', headers: { 'x-two': '2' } });
    expect(wire.seen).toEqual([
      {
        method: 'POST',
        url: '/p',
        headers: expect.objectContaining({ 'x-one': '1' }) as object,
        body: '{"a":1}',
      },
    ]);
  });

  it('lets its listener hear the answer', async () => {
    const wire = kept(await httpWire(reply(503, 'no')));
    const heard: unknown[] = [];
    const answer = await post(kept(createTransport(wire.origin, (each) => heard.push(each))));
    expect(heard).toEqual([answer]);
  });

  it('takes no hint for the answer', async () => {
    const wire = kept(
      await httpWire((res) => {
        res.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => {
          reply(200, 'the answer')(res);
        });
      }),
    );
    expect(await post(transportTo(wire))).toMatchObject({ status: 200, body: 'the answer' });
  });

  it('does not follow a redirect', async () => {
    const wire = kept(await httpWire(reply(307, '', { Location: '/elsewhere' })));
    expect(await post(transportTo(wire))).toMatchObject({ status: 307 });
    expect(wire.seen).toHaveLength(1);
  });

  it('uses a connection again', async () => {
    const sockets = new Set<Socket>();
    const wire = kept(
      await httpWire((res, req) => {
        sockets.add(req.socket);
        reply(200)(res);
      }),
    );
    const transport = transportTo(wire);
    for (let call = 0; call < 20; call += 1) await post(transport);
    expect(wire.seen).toHaveLength(20);
    expect(sockets.size).toBeLessThan(4);
  });

  it('opens at most 50 connections', async () => {
    const { wire, waiting } = await heldWire();
    const transport = transportTo(wire);
    const calls = Array.from({ length: 60 }, () => post(transport));
    await until(() => waiting.length === 50);
    expect(wire.open.size).toBe(50);
    for (const answer of waiting) answer();
    await until(() => waiting.length === 60);
    for (const answer of waiting.slice(50)) answer();
    expect((await Promise.all(calls)).every((answer) => 'status' in answer)).toBe(true);
  });
});

describe('a deadline', () => {
  /** A peer that does `then` with each connection's first bytes, and the sockets it has seen. */
  async function peer(then: (socket: Socket) => void) {
    const sockets: Socket[] = [];
    const wire = await tcpWire((socket) => {
      sockets.push(socket.resume());
      socket.once('data', () => {
        then(socket);
      });
    });
    return { wire: kept(wire), sockets };
  }

  it.each<[string, (socket: Socket, abort: () => void) => void]>([
    [
      'says nothing',
      (_socket, abort) => {
        abort();
      },
    ],
    [
      'stops within the headers',
      (socket, abort) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-', abort);
      },
    ],
    [
      'gives a hint and no answer',
      (socket, abort) => {
        subscribe('undici:request:headers', function heard() {
          unsubscribe('undici:request:headers', heard);
          setImmediate(abort);
        });
        socket.write('HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n');
      },
    ],
  ])('ends a call to a peer that %s, and its socket', async (_name, then) => {
    const deadline = new Deadline();
    const { wire, sockets } = await peer((socket) => {
      then(socket, () => {
        deadline.pass();
      });
    });
    expect(await post(transportTo(wire), deadline)).toEqual({
      failed: 'no answer in time',
      away: true,
    });
    await until(() => sockets[0]!.destroyed);
  });

  it('ends a call to a peer that drips its body, and its socket, but the status counts', async () => {
    const deadline = new Deadline();
    // The channel speaks just before the caller has the status.
    const abort = (): void => {
      setImmediate(() => {
        deadline.pass();
      });
    };
    subscribe('undici:request:headers', abort);
    const { wire, sockets } = await peer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 10);
      socket.once('close', () => {
        clearInterval(timer);
      });
    });
    const answer = await post(transportTo(wire), deadline);
    unsubscribe('undici:request:headers', abort);
    expect(answer).toMatchObject({ status: 200, body: { cut: 'body not there in time' } });
    await until(() => sockets[0]!.destroyed);
  });

  it('ends a call that still waits for its connection', async () => {
    const deadline = new Deadline();
    // Speaks no TLS, so the connection never comes about.
    const { wire } = await peer(() => {
      deadline.pass();
    });
    const transport = transportTo({ origin: wire.origin.replace('http:', 'https:') });
    expect(await post(transport, deadline)).toEqual({ failed: 'no answer in time', away: true });
    await transport.close();
  });

  it('ends a call that waits for one of the connections, which is then never sent', async () => {
    const { wire, waiting } = await heldWire();
    const transport = transportTo(wire);
    const deadline = new Deadline();
    const first = Array.from({ length: 50 }, () => post(transport));
    await until(() => waiting.length === 50);
    const late = post(transport, deadline);
    deadline.pass();
    expect(await late).toEqual({ failed: 'no answer in time', away: true });
    const last = post(transport);
    for (const answer of waiting.splice(0)) answer();
    await until(() => waiting.length > 0);
    for (const answer of waiting) answer();
    await Promise.all([...first, last]);
    expect(wire.seen).toHaveLength(51);
  });

  it('that has passed already makes no call', async () => {
    const made: unknown[] = [];
    const count = (message: unknown): void => {
      made.push(message);
    };
    const deadline = new Deadline();
    deadline.pass();
    subscribe('undici:request:create', count);
    expect(await post(transportTo({ origin: await deadOrigin() }), deadline)).toEqual({
      failed: 'no answer in time',
      away: true,
    });
    unsubscribe('undici:request:create', count);
    expect(made).toHaveLength(0);
  });

  it('leaves other calls alone', async () => {
    const deadline = new Deadline();
    const wire = kept(
      await httpWire((res) => {
        if (wire.seen.length > 1) reply(200, 'fine')(res);
      }),
    );
    const transport = transportTo(wire);
    const slow = post(transport, deadline);
    await until(() => wire.seen.length === 1);
    const quick = post(transport);
    deadline.pass();
    expect(await slow).toEqual({ failed: 'no answer in time', away: true });
    expect(await quick).toMatchObject({ status: 200, body: 'fine' });
  });

  it('passes by itself', async () => {
    const wire = kept(await httpWire(() => undefined));
    const answer = await withDeadline(50, (deadline) => post(transportTo(wire), deadline));
    expect(answer).toEqual({ failed: 'no answer in time', away: true });
  });
});

describe('a body', () => {
  it('of 64 KB is read', async () => {
    const body = 'x'.repeat(65_536);
    const wire = kept(await httpWire(reply(200, body)));
    expect(await post(transportTo(wire))).toMatchObject({ status: 200, body });
  });

  it('is read as UTF-8, without a mark that says so', async () => {
    const wire = kept(await httpWire(reply(200, '\ufeff"caf\u00e9"')));
    expect(await post(transportTo(wire))).toMatchObject({ body: '"caf\u00e9"' });
  });

  it('of one byte more is not', async () => {
    const wire = kept(await httpWire(reply(200, 'x'.repeat(65_537))));
    expect(await post(transportTo(wire))).toMatchObject({ status: 200, body: { cut: 'body too long' } });
  });

  it('without an end is cut at 64 KB and the socket freed', async () => {
    const wire = kept(
      await httpWire((res) => {
        res.writeHead(403);
        const more = (): void => {
          while (!res.destroyed && res.write('x'.repeat(10_000)));
        };
        res.on('drain', more);
        more();
      }),
    );
    expect(await post(transportTo(wire))).toMatchObject({ status: 403, body: { cut: 'body too long' } });
    await until(() => wire.open.size === 0);
  });

  it('that breaks off leaves the status', async () => {
    const wire = kept(
      await httpWire((res) => {
        res.writeHead(200, { 'Content-Length': '100' });
        res.write('half', () => res.destroy());
      }),
    );
    expect(await post(transportTo(wire))).toMatchObject({
      status: 200,
      body: { cut: expect.stringMatching(/^body broken off \([A-Z_]+\)$/) as string },
    });
  });
});

describe('a call that fails', () => {
  const errors: unknown[] = [];
  const count = (message: unknown): void => {
    errors.push(message);
  };
  beforeEach(() => {
    errors.length = 0;
    subscribe('undici:client:connectError', count);
  });
  afterEach(() => unsubscribe('undici:client:connectError', count));

  it('by a reset is not tried again: something may have happened', async () => {
    let connections = 0;
    const wire: Wire = kept(
      await tcpWire((socket) => {
        connections += 1;
        socket.once('data', () => socket.resetAndDestroy());
      }),
    );
    const failure = await post(transportTo(wire), never(), true);
    expect(failure).toEqual({
      failed: expect.stringMatching(/^(ECONNRESET|UND_ERR_SOCKET)$/) as string,
      away: true,
    });
    expect(connections).toBe(1);
  });

  it('by a greeting that is no HTTP is the peer’s doing', async () => {
    const wire: Wire = kept(
      await tcpWire((socket) => socket.once('data', () => socket.end('220 mail.example ESMTP\r\n'))),
    );
    expect(await post(transportTo(wire))).toEqual({ failed: 'HTTPParserError', away: true });
  });

  it('by a refused connection is tried once more where that is wanted', async () => {
    const transport = transportTo({ origin: await deadOrigin() });
    expect(await post(transport, never(), true)).toEqual({
      failed: 'ECONNREFUSED',
      unsent: true,
      away: true,
    });
    expect(errors).toHaveLength(2);
  });

  it('by a refused connection is tried again for one call in ten, so that an outage is not doubled', async () => {
    const transport = transportTo({ origin: await deadOrigin() });
    for (let call = 0; call < 30; call += 1) await post(transport, never(), true);
    expect(errors).toHaveLength(33);
  });

  it('by a refused connection is not tried again otherwise', async () => {
    const transport = transportTo({ origin: await deadOrigin() });
    expect(await post(transport)).toEqual({ failed: 'ECONNREFUSED', unsent: true, away: true });
    expect(errors).toHaveLength(1);
  });

  it('by a refused connection is not tried again after the deadline', async () => {
    const deadline = new Deadline();
    const transport = transportTo({ origin: await deadOrigin() });
    const abort = (): void => {
      setImmediate(() => {
        deadline.pass();
      });
    };
    subscribe('undici:client:connectError', abort);
    const failure = await post(transport, deadline, true);
    unsubscribe('undici:client:connectError', abort);
    expect(failure).toEqual({ failed: 'no answer in time', away: true });
    expect(errors).toHaveLength(1);
  });

  it('by a header that cannot be sent is a failure without the header in it', async () => {
    const wire = kept(await httpWire(reply(200)));
    const request = { path: '/', headers: { A: 'b\r\nc' }, body: '', deadline: never(), retryUnsent: true };
    const failure = await transportTo(wire).post(request);
    expect(failure).toEqual({ failed: 'UND_ERR_INVALID_ARG' });
    expect(wire.seen).toHaveLength(0);
  });
});

describe('a slow DNS', () => {
  afterEach(() => jest.restoreAllMocks());

  it('is asked once for all who wait, and each of them ends with their deadline', async () => {
    const answers: (() => void)[] = [];
    const lookup = jest.spyOn(dns, 'lookup').mockImplementation((...asked: readonly unknown[]) => {
      answers.push(() => {
        (asked.at(-1) as (error: Error) => void)(Object.assign(new Error('gone'), { code: 'ENOTFOUND' }));
      });
    });
    const transport = transportTo({ origin: 'https://slow.invalid' });
    const call = (): ReturnType<typeof post> =>
      withDeadline(100, (deadline) => post(transport, deadline, true));
    const ends = await Promise.all(Array.from({ length: 60 }, call));
    expect(new Set(ends.map((end) => 'failed' in end && end.failed))).toEqual(new Set(['no answer in time']));
    expect(lookup).toHaveBeenCalledTimes(1);
    const last = post(transport);
    for (const answer of answers.splice(0)) answer();
    await until(() => answers.length > 0);
    for (const answer of answers.splice(0)) answer();
    expect(await last).toMatchObject({ failed: expect.stringMatching(/ENOTFOUND/) as string });
  });
});

describe('close', () => {
  it('lets running calls end, frees the sockets, and fails later calls', async () => {
    let answerNow: (() => void) | undefined;
    const wire = kept(
      await httpWire((res) => {
        answerNow = () => {
          reply(200, 'in time')(res);
        };
      }),
    );
    const transport = createTransport(wire.origin);
    const running = post(transport);
    await until(() => answerNow !== undefined);
    const closed = transport.close();
    answerNow!();
    expect(await running).toMatchObject({ body: 'in time' });
    await closed;
    await until(() => wire.open.size === 0);
    expect(await post(transport)).toEqual({ failed: 'this client is closed' });
    await expect(transport.close()).resolves.toBeUndefined();
  });

  it('works where nothing was ever sent', async () => {
    const transport = createTransport('https://never.invalid');
    transport.warm();
    await expect(transport.close()).resolves.toBeUndefined();
    transport.warm();
    await expect(createTransport('https://never.invalid').close()).resolves.toBeUndefined();
  });
});
