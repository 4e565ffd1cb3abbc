/** A browser as far as these tests need one: a cookie jar over `node:http`, which adds no header and follows nothing. */
import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly setCookies: readonly string[];
  readonly text: string;
  json(): Record<string, unknown>;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const NAVIGATION = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
const SCRIPT = { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' };

export class Jar {
  /** By name; a test may put anything in. */
  readonly cookies = new Map<string, string>();

  constructor(readonly origin: string) {}

  /** Goes to a page. */
  visit(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.send(path, { headers: { ...NAVIGATION, ...headers } });
  }

  /** What a script of the page does. */
  fetch(path: string, ask: Ask = {}): Promise<Answer> {
    return this.send(path, { ...ask, headers: { ...SCRIPT, ...ask.headers } });
  }

  post(
    path: string,
    fields: Readonly<Record<string, unknown>>,
    headers: Ask['headers'] = {},
  ): Promise<Answer> {
    const json = { 'Content-Type': 'application/json', ...headers };
    return this.fetch(path, { method: 'POST', headers: json, body: JSON.stringify(fields) });
  }

  async send(path: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answer> {
    const { hostname, port } = new URL(this.origin);
    const sent = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const outgoing = request({
      ...{ hostname, port, path, method, agent: false },
      headers: {
        ...(sent === '' ? {} : { Cookie: sent }),
        ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }),
        ...headers,
      },
    });
    outgoing.end(body);
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const setCookies = incoming.headers['set-cookie'] ?? [];
    this.#keep(setCookies);
    return answerOf(incoming, setCookies, Buffer.concat(chunks).toString());
  }

  #keep(setCookies: readonly string[]): void {
    for (const line of setCookies) {
      const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? [];
      if (/; Max-Age=0(;|$)/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

function answerOf(incoming: IncomingMessage, setCookies: readonly string[], text: string): Answer {
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    setCookies,
    text,
    json: () => JSON.parse(text) as Record<string, unknown>,
  };
}

/** The lines that are about our cookies. */
export function ours(answer: Answer): readonly string[] {
  return answer.setCookies.filter((line) => line.includes('fanfare_admission_'));
}
