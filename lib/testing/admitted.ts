/** Gives a test's client an admission session, through the door that real shoppers come in by. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Minted } from '../emulator/mint.js';

/** As much of a `Fanfare` as this needs. */
export interface AdmittingFanfare {
  routes(): (req: IncomingMessage, res: ServerResponse) => void;
}

/** A client that keeps cookies, such as `request.agent(app)` of supertest. */
export interface CookieAgent {
  readonly jar: { setCookie(line: string, host: string, path: string): unknown };
}

type Token = Pick<Minted, 'token' | 'consumerId' | 'distributionId' | 'distributionType'>;

/** Hands the token over; the `Set-Cookie` lines of the session. Rejects when the token is refused. */
export async function handedOver(fanfare: AdmittingFanfare, minted: Token): Promise<readonly string[]> {
  const routes = fanfare.routes();
  const server = createServer((req, res) => {
    routes(req, res);
  }).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const { token: admission_token, consumerId, distributionId, distributionType } = minted;
    const ids = { consumer_id: consumerId, distribution_id: distributionId };
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/admission`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ admission_token, ...ids, distribution_type: distributionType }),
    });
    if (!answer.ok) throw new Error(`The admission was refused: ${answer.status} ${await answer.text()}`);
    return answer.headers.getSetCookie();
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** The value of a `Cookie` header. */
export function cookieHeader(lines: readonly string[]): string {
  return lines.map((line) => line.split(';', 1)[0] ?? '').join('; ');
}

/** Puts the session into an agent's jar, as if its own server had set it. */
export function keep<Agent extends CookieAgent>(agent: Agent, lines: readonly string[]): Agent {
  for (const line of lines) {
    const pair = line.split(';', 1)[0] ?? '';
    for (const host of ['127.0.0.1', 'localhost']) agent.jar.setCookie(`${pair}; Path=/`, host, '/');
  }
  return agent;
}
