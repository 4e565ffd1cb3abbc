/** Requests without sockets, for volume: Node's own request and response objects, handed to a server's listener. */
import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/** One request, as its bytes would say it. */
export interface Ask {
  readonly method: string;
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Outcome {
  readonly status: number;
  /** Names in lower case; a header that was set several times is a list. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly text: string;
}

const SOCKET = new Socket();
/** For a request that nobody ever answers, never a measure of speed. */
const GIVE_UP_MS = 60_000;

/** Resolves to the answer; rejects when there is none. */
export function askInProcess(listener: RequestListener, ask: Ask): Promise<Outcome> {
  const req = requestOf(ask);
  const res = new ServerResponse(req);
  return new Promise((resolve, reject) => {
    const tooLate = setTimeout(reject, GIVE_UP_MS, new Error('nobody answered')).unref();
    const end = res.end.bind(res);
    res.end = (chunk?: unknown) => {
      clearTimeout(tooLate);
      end(chunk);
      const text = typeof chunk === 'string' || Buffer.isBuffer(chunk) ? chunk.toString() : '';
      resolve({ status: res.statusCode, headers: headersOf(res), text });
      return res;
    };
    listener(req, res);
  });
}

function requestOf({ method, target, headers, body }: Ask): IncomingMessage {
  const req = new IncomingMessage(SOCKET);
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  Object.assign(req, { method, url: target, complete: true, headers: { ...headers, ...length } });
  if (body !== undefined) req.push(body);
  req.push(null);
  return req;
}

function headersOf(res: ServerResponse): Outcome['headers'] {
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(res.getHeaders())) headers[name] = textOf(value);
  return headers;
}

function textOf(value: unknown): string | readonly string[] {
  return Array.isArray(value) ? value.map(String) : String(value);
}
