/** What else a merchant's server asks of Fanfare, beside validating and completing. Loaded by whoever calls first. */
import type { Triple } from '../admission/identity.js';
import type { Clock } from '../clock.js';
import type { Asking } from './ask.js';
import { Checkout } from './checkout.js';
import { deny } from './deny.js';
import type { Dialect } from './dialect.js';
import { byBearer } from './dialects.js';
import { authorizeExternal } from './external.js';
import type { ExternalAuthorization, ExternalUser } from './external.js';
import { createLine } from './line.js';
import type { Line, LineOptions } from './line.js';

export interface ServerCallParts {
  readonly dialect: Dialect;
  /** To the dialect's own base. */
  readonly line: Line;
  /** Where the Checkout API is, and who we are there. */
  readonly checkout: Pick<LineOptions, 'organizationId' | 'secretKey' | 'base' | 'observer'>;
  readonly clock: Clock;
}

export interface ServerCalls {
  deny(admission: Triple, reason: string): Promise<void>;
  authorizeExternal(user: ExternalUser): Promise<ExternalAuthorization>;
  readonly checkout: Checkout;
  close(): Promise<void>;
}

export function createServerCalls({ dialect, line, checkout, clock }: ServerCallParts): ServerCalls {
  const now = (): number => clock.now();
  const asking: Asking = { line, now };
  // The Checkout API knows one way to say who calls, whatever the dialect says elsewhere.
  const checkoutLine = createLine({ ...checkout, authenticate: byBearer });
  return {
    deny: (admission, reason) => deny(asking, dialect, admission, reason),
    authorizeExternal: (user) => authorizeExternal(asking, dialect, user),
    checkout: new Checkout({ line: checkoutLine, now }),
    close: () => checkoutLine.close(),
  };
}
