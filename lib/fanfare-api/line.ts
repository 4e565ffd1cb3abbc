/** A line to one of Fanfare's addresses: who we are, where it is, and how long a call may take. */
import { type Observer, UNOBSERVED } from '../observer.js';
import { pathsBelow } from './base-url.js';
import type { Deadline } from './deadline.js';
import type { Body, Credentials } from './dialect.js';
import { errorName } from './failure.js';
import type { Failure } from './failure.js';
import type { Answer } from './http-answer.js';
import { currentKey } from './secret-key.js';
import type { SecretKey } from './secret-key.js';
import { createTransport, type OnAnswer } from './transport.js';

export interface LineOptions {
  readonly organizationId: string;
  readonly secretKey: SecretKey;
  readonly base: URL;
  readonly authenticate: (credentials: Credentials) => Readonly<Record<string, string>>;
  /** Hears each answer as it arrives. */
  readonly onAnswer?: OnAnswer | undefined;
  readonly observer?: Observer | undefined;
}

/** One POST. */
export interface Call {
  /** Below the base; `{id}` in it stands for `id`. */
  readonly path: string;
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called when it is needed: what it throws fails the call. */
  readonly body: () => Body;
  /** Covers everything up to the last byte of the answer. */
  readonly deadline: Deadline;
  /** Whether to try once more when the request surely never left this machine. */
  readonly retryUnsent: boolean;
}

export interface Line {
  /** Never rejects. */
  post(call: Call): Promise<Answer | Failure>;
  /** Loads what the first call would load. */
  warm(): void;
  /** Lets running calls end, then closes the connections. */
  close(): Promise<void>;
}

const ALWAYS = {
  'Content-Type': 'application/json',
  Accept: 'application/json',
  'User-Agent': 'express-fanfare',
};

/** Opens nothing before the first call. */
export function createLine(options: LineOptions): Line {
  const { organizationId, secretKey, base, authenticate, observer = UNOBSERVED } = options;
  const { origin } = base;
  const prefix = base.pathname.replace(/\/$/, '');
  const pathOf = pathsBelow(base);
  const transport = createTransport(origin, options.onAnswer);
  return {
    async post({ path, id = '', headers, body, deadline, retryUnsent }) {
      try {
        const key = await currentKey(secretKey, deadline);
        if (typeof key !== 'string') return key;
        const request = {
          path: pathOf(path, id),
          // Not by spreading, which takes twenty times as long for names like these.
          headers: Object.assign({}, authenticate({ organizationId, secretKey: key }), headers, ALWAYS),
          body: JSON.stringify(body()),
          deadline,
          retryUnsent,
        };
        const call = { method: 'POST', url: origin + request.path, template: prefix + path } as const;
        const answer = await observer.call(call, () => transport.post(request));
        return withoutKey(answer, key);
      } catch (error) {
        // Data that no request can be made of, such as an id with half a character pair, fails like a network does.
        return { failed: `the request could not be made (${errorName(error)})` };
      }
    },
    warm: () => {
      transport.warm();
    },
    close: () => transport.close(),
  };
}

/** An error body that repeats our key goes no further with it: its words end in reasons and events. */
function withoutKey(answer: Answer | Failure, secretKey: string): Answer | Failure {
  if ('failed' in answer || answer.status < 300 || typeof answer.body !== 'string') return answer;
  return { ...answer, body: answer.body.replaceAll(secretKey, '[...]') };
}
