/** Bodies that never end, or come too slowly: an answer all the same, and the connection ends with it. */
import { connect, type Socket } from 'node:net';
import type { Fanfare, Middleware } from '../../lib/index.js';
import { fanfareWebhook } from '../../lib/webhooks/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, listen, listenerOf, openStage, SERVERS, type ServerKind } from '../support/servers.js';

afterEach(closeStages);

interface Door {
  readonly path: string;
  readonly type: string;
  readonly use: (fanfare: Fanfare) => Middleware;
}

const DOORS: Readonly<Record<string, Door>> = {
  'the handoff': { path: '/fanfare/admission', type: 'application/json', use: (fanfare) => fanfare.routes() },
  'a webhook': {
    path: '/hook',
    type: 'application/json',
    use: (fanfare) => fanfareWebhook(fanfare, { secrets: 'whsec_test' }),
  },
};

interface Open {
  readonly clock: ManualClock;
  readonly url: URL;
  /** Resolves when a request has reached the door. */
  readonly met: Promise<void>;
}

async function open(door: Door, kind: ServerKind): Promise<Open> {
  const clock = new ManualClock();
  const { fanfare } = await openStage({ clock }, { clock });
  let meet!: () => void;
  const met = new Promise<void>((resolve) => {
    meet = resolve;
  });
  const knock: Middleware = (_req, _res, next) => {
    next?.();
    meet();
  };
  // Below "/fanfare" a router cuts the path off, as a shop's would.
  const place = door.path === '/hook' ? { path: door.path } : { mount: '/fanfare' };
  return {
    clock,
    met,
    url: new URL(await listen(listenerOf(kind, [{ ...place, use: [knock, door.use(fanfare)] }]))),
  };
}

interface Conversation {
  readonly socket: Socket;
  /** All that came back, once the other side has closed the connection. */
  readonly ended: Promise<string>;
}

function say({ url }: Open, { path, type }: Door, framing: string): Conversation {
  const socket = connect(Number(url.port), url.hostname);
  let heard = '';
  const ended = new Promise<string>((resolve) => {
    socket.on('data', (bytes) => (heard += bytes.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(heard);
    });
  });
  socket.write(`POST ${path} HTTP/1.1\r\nHost: shop.example\r\nContent-Type: ${type}\r\n${framing}\r\n\r\n`);
  return { socket, ended };
}

/** Sends until the other side has enough; resolves to how many bytes it took. */
async function pour(socket: Socket, piece: Buffer): Promise<number> {
  let sent = 0;
  while (!socket.destroyed) {
    sent += piece.length;
    if (!socket.write(piece)) {
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve).once('close', resolve);
      });
    }
    await new Promise(setImmediate);
  }
  return sent;
}

const PIECE = Buffer.alloc(65_536, 'a');
const CHUNK = Buffer.concat([Buffer.from('10000\r\n'), PIECE, Buffer.from('\r\n')]);
const MEGABYTE = 1_048_576;

describe.each(Object.entries(DOORS))('%s', (_name, door) => {
  describe.each(SERVERS)('on %s', (kind) => {
    it.each([
      ['in chunks', 'Transfer-Encoding: chunked', CHUNK],
      ['of a length that nobody sends', 'Content-Length: 99999999999', PIECE],
    ])('hears no more of a body without end, %s', async (_how, framing, piece) => {
      const there = await open(door, kind);
      const { socket, ended } = say(there, door, framing);
      expect(await pour(socket, piece)).toBeLessThan(24 * MEGABYTE);
      expect(await ended).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    });

    it('waits ten seconds for a body', async () => {
      const there = await open(door, kind);
      const { socket, ended } = say(there, door, 'Content-Length: 20');
      socket.write('{');
      await there.met;
      await there.clock.advance(9_999);
      expect(socket.destroyed).toBe(false);
      await there.clock.advance(1);
      expect(await ended).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\nconnection: close\r\n/i);
    });
  });

  it('answers what is somewhat too long, and keeps the connection of nothing else', async () => {
    const there = await open(door, 'Express 5');
    const { socket, ended } = say(there, door, `Content-Length: ${String(2 * MEGABYTE)}`);
    socket.write(Buffer.alloc(2 * MEGABYTE, 'a'));
    expect(await ended).toMatch(/^HTTP\/1\.1 4(00|13) /);
  });
});
