/** `fanfareWebhook`: the receiver of Fanfare's own events. */
import { createHash } from 'node:crypto';
import { isAnothers } from '../admission/identity.js';
import { compact } from '../admission/compact.js';
import type { Backstage, OnStage } from '../middleware/backstage.js';
import type { Middleware, Request } from '../middleware/http.js';
import { kindOf } from '../option-checks.js';
import { type Envelope, readEnvelope } from './envelope.js';
import { type FanfareWork, mailOf, type OnFanfareEvent, performFanfare } from './fanfare-work.js';
import { parseObject } from './fields.js';
import { createInbox } from './inbox.js';
import type { Mail } from './mail.js';
import { normalize } from './normalize.js';
import { type Reading, receiverMiddleware } from './receiver.js';
import {
  type CheckedReceiver,
  readOptionalFunction,
  readReceiver,
  type ReceiverOptions,
  readTolerance,
} from './receiver-options.js';
import { refusalOf, type SchemeCheck, SCHEMES, type SignatureScheme } from './schemes.js';

export interface FanfareWebhookOptions extends ReceiverOptions {
  /** How events are signed; default `'timestamped'`, as in Fanfare's API reference. */
  readonly scheme?: SignatureScheme;
  /** How old a signed timestamp may be, and how far ahead, in seconds; default 300. */
  readonly toleranceSeconds?: number;
  /**
   * Hears of each event once it has had its effect, after the answer to Fanfare. When it throws or rejects, or takes more
   * than a minute, the event is worked again later, for about three days; so it may hear of one more than once.
   */
  readonly onEvent?: OnFanfareEvent;
}

const CALL = 'fanfareWebhook';

/**
 * Mount it on the path that Fanfare sends to, before any body parser: `app.post('/webhooks/fanfare', fanfareWebhook(…))`.
 * Throws a `TypeError` that names a wrong option.
 *
 * Answers 200 once the event is on record, also for one that came before; 400, 401 or 413 for what is none; 503 while the
 * ledger is away. A body parser that ran before is a `TypeError` to `next`.
 */
export function fanfareWebhook(fanfare: OnStage, options: FanfareWebhookOptions): Middleware {
  const own = ['scheme', 'toleranceSeconds', 'onEvent'];
  const checked = readReceiver(CALL, { kind: 'fanfare', own }, fanfare, options);
  const onEvent = readOptionalFunction(CALL, 'onEvent', options.onEvent);
  const check: SchemeCheck = {
    scheme: readScheme(options.scheme),
    toleranceMs: readTolerance(CALL, options.toleranceSeconds) * 1_000,
    secrets: checked.secrets,
  };
  const parts = { ...checked, ...compact({ onEvent }) };
  const inbox = createInbox<FanfareWork>({ ...checked, perform: (mail) => performFanfare(parts, mail) });
  return receiverMiddleware({
    ...checked,
    inbox,
    read: (body, headers) => {
      const refusal = refusalOf(check, headers, body, checked.backstage.clock.now());
      return refusal ?? readEvents(checked, body, headers);
    },
  });
}

function readEvents(
  { backstage }: CheckedReceiver,
  body: Buffer,
  headers: Request['headers'],
): Reading<FanfareWork> {
  const fields = parseObject(body);
  const envelope = fields === undefined ? undefined : readEnvelope(fields, headers);
  if (envelope === undefined) return 'malformed';
  // Signed with our secret, and yet about somebody else's sale: nothing to us.
  if (isAnothers(envelope.organizationId, backstage.organizationId)) return [];
  const id = envelope.id ?? createHash('sha256').update(body).digest('base64url');
  return mailsOf(backstage, envelope, id);
}

function* mailsOf(backstage: Backstage, envelope: Envelope, id: string): Generator<Mail<FanfareWork>> {
  for (const event of normalize(envelope, id)) yield mailOf(backstage, event);
}

function readScheme(value: unknown = 'timestamped'): SignatureScheme {
  if ((SCHEMES as readonly unknown[]).includes(value)) return value as SignatureScheme;
  throw new TypeError(`${CALL}: "scheme" must be one of ${SCHEMES.join(', ')}, got ${kindOf(value)}`);
}
