/** What is the same in all four envelopes of Fanfare's documentation. Pure. */
import { compact } from '../admission/compact.js';
import { parseTime } from '../admission/expiry.js';
import { isId } from '../admission/identity.js';
import { field, type Fields, fieldsOf, textOf } from './fields.js';

export interface Envelope {
  /** `undefined` where the sender gave none. */
  readonly id?: string;
  readonly type: string;
  readonly at?: number;
  readonly organizationId?: string;
  readonly experienceId?: string;
  readonly data: Fields;
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const NAME = /^[A-Za-z0-9_.-]{1,128}$/;
const EVENT_ID = /^[\u0021-\u007e]{1,255}$/;

/** `undefined`: this is no event. */
export function readEnvelope(body: Fields, headers: Headers): Envelope | undefined {
  const type = field(body, 'type') ?? headers['x-fanfare-event-type'];
  if (typeof type !== 'string' || !NAME.test(type)) return undefined;
  const organization = field(body, 'organizationId') ?? field(fieldsOf(field(body, 'organization')), 'id');
  const experience = field(body, 'experienceId');
  return compact({
    type,
    id: eventId(body['id'], headers['x-fanfare-event-id'], headers['x-fanfare-delivery-id']),
    at: parseTime(field(body, 'timestamp', 'created')),
    organizationId: textOf(organization),
    experienceId: isId(experience) ? experience : undefined,
    data: fieldsOf(field(body, 'data')),
  });
}

/** The body's is signed, so it comes first. */
function eventId(...candidates: readonly unknown[]): string | undefined {
  return candidates.find(
    (candidate): candidate is string => typeof candidate === 'string' && EVENT_ID.test(candidate),
  );
}
