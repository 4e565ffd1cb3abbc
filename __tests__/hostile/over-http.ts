/** The same requests as bytes on a socket, where Node's own parser has a say. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Ask, Outcome } from './in-process.js';

/** Sends `ask` as it is; resolves to the answer of the server at `origin`. */
export async function askOverHttp(origin: string, { method, target, headers, body }: Ask): Promise<Outcome> {
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries({ ...headers, ...length, connection: 'close' });
  const head = lines.map(([name, value]) => `${name}: ${String(value)}\r\n`).join('');
  return outcomeOf(await exchange(origin, `${method} ${target} HTTP/1.1\r\n${head}\r\n`, body ?? ''));
}

/** The whole answer to bytes that no HTTP client would send. */
async function exchange(origin: string, head: string, body: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // A server that has answered may reset a client that is still sending; the answer is what counts.
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.write(Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]));
  await closed;
  return Buffer.concat(chunks).toString('latin1');
}

function outcomeOf(answer: string): Outcome {
  const end = answer.indexOf('\r\n\r\n');
  const [first = '', ...lines] = answer.slice(0, end === -1 ? 0 : end).split('\r\n');
  const headers: Record<string, string | string[]> = {};
  for (const line of lines) {
    const [name, value] = [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)];
    if (name === 'set-cookie') headers[name] = [headers[name] ?? [], value].flat();
    else headers[name] = value;
  }
  return { status: Number(first.split(' ')[1] ?? 0), headers, text: answer.slice(end + 4) };
}
