/** Asking Fanfare whether it is well: the one call that changes nothing and counts against no limit. */
import { parseBaseUrl, pathBelow } from './base-url.js';
import { withDeadline } from './deadline.js';
import type { Dialect } from './dialect.js';
import type { Failure } from './failure.js';
import type { Answer } from './http-answer.js';
import { currentKey, type SecretKey } from './secret-key.js';
import { createTransport } from './transport.js';

export interface HealthQuestion {
  readonly organizationId: string;
  /** Absent: the call goes without a key. */
  readonly secretKey?: SecretKey;
  readonly dialect: Pick<Dialect, 'baseUrl' | 'authenticate'>;
  /** Default: the dialect's own. Throws a `TypeError` when it is not fit. */
  readonly baseUrl?: string;
}

export interface Health {
  readonly host: string;
  readonly withKey: boolean;
  readonly answer: Answer | Failure;
}

const DEADLINE_MS = 5_000;

/** Asks over a connection of its own. Every fault of the call is a result. */
export async function askHealth({ dialect, baseUrl, ...asker }: HealthQuestion): Promise<Health> {
  const base = parseBaseUrl(baseUrl ?? dialect.baseUrl);
  const transport = createTransport(base.origin);
  try {
    return await withDeadline(DEADLINE_MS, async (deadline) => {
      const key = asker.secretKey === undefined ? undefined : await currentKey(asker.secretKey, deadline);
      const withKey = typeof key === 'string';
      const answer = await transport.get({
        path: pathBelow(base, '/health', ''),
        headers: {
          ...(withKey ? dialect.authenticate({ ...asker, secretKey: key }) : {}),
          Accept: 'application/json',
          'User-Agent': 'express-fanfare',
        },
        deadline,
      });
      return { host: base.host, withKey, answer };
    });
  } finally {
    await transport.close();
  }
}
