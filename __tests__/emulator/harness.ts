/** An emulator over real HTTP with a clock that stands still, and the two sides that call it. */
import { createEmulator } from '../../lib/emulator/index.js';
import type { Emulator, EmulatorOptions, Experience } from '../../lib/emulator/index.js';
import { ManualClock } from '../support/manual-clock.js';

export const experiences: readonly Experience[] = [
  { id: 'exp_q', name: 'A queue', distributions: [{ id: 'q1', type: 'queue', waitSeconds: 3 }] },
  {
    id: 'exp_d',
    name: 'A draw',
    distributions: [{ id: 'd1', type: 'draw', runSeconds: 5, winners: 1, opaqueTokens: true }],
  },
  {
    id: 'exp_a',
    name: 'An auction',
    distributions: [
      { id: 'a1', type: 'auction', runSeconds: 20, startingBid: '10.00', minimumIncrement: '0.50' },
    ],
  },
  {
    id: 'exp_t',
    name: 'A timed release',
    distributions: [{ id: 't1', type: 'timed_release', opensAfterSeconds: 60, admissionSeconds: 120 }],
  },
];

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface Harness {
  readonly clock: ManualClock;
  readonly emulator: Emulator;
  readonly url: string;
  /** Any call; an object body goes as JSON, a text as it is. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Reply>;
  /** A call of the merchant's server. */
  readonly merchant: (
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Reply>;
  /** A call of the merchant's server, with the key as a bearer token. */
  readonly byBearer: (path: string, body: unknown) => Promise<Reply>;
  readonly shopper: () => Promise<Shopper>;
}

export interface Shopper {
  readonly consumerId: string;
  post(path: string, body?: unknown): Promise<Reply>;
  get(path: string): Promise<Reply>;
}

const open: Emulator[] = [];

/** Close what a test opened: for `afterEach`. */
export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((emulator) => emulator.close()));
}

export const merchantHeaders = {
  'X-Organization-Id': 'org_emulator',
  'X-Secret-Key': 'sk_test_emulator',
};

/** For the Consumer and the Checkout API. */
export const bearer = { Authorization: 'Bearer sk_test_emulator' };

export async function start(options: EmulatorOptions = {}): Promise<Harness> {
  const clock = new ManualClock();
  const emulator = createEmulator({ clock, experiences, ...options });
  open.push(emulator);
  const { url } = await emulator.listen();
  const call: Harness['call'] = async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const read = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    return { status: response.status, headers: response.headers, body: read };
  };
  return {
    ...{ clock, emulator, url, call },
    merchant: (path, body, headers) => call('POST', path, body, { ...merchantHeaders, ...headers }),
    byBearer: (path, body) => call('POST', path, body, bearer),
    async shopper() {
      const { body } = await call('POST', '/auth/guest', undefined, { 'X-Organization-Id': 'org_emulator' });
      const authorization = { Authorization: `Bearer ${String(body['accessToken'])}` };
      return {
        consumerId: String((body['session'] as Record<string, unknown>)['consumerId']),
        post: (path, data) => call('POST', path, data, authorization),
        get: (path) => call('GET', path, undefined, authorization),
      };
    },
  };
}
