/** Fanfare's own handoff tokens (`hoff_…`): good once, and only the answer may tell what they stand for. */
import { compact } from '../admission/compact.js';
import { earliest, parseTime } from '../admission/expiry.js';
import { distributionType, isId, type Triple } from '../admission/identity.js';
import type { No, Unknown, Yes } from '../admission/verdict.js';
import type { Clock } from '../clock.js';
import { readRefused, unknown } from './answers.js';
import { parseBaseUrl } from './base-url.js';
import { withDeadline } from './deadline.js';
import { byBearer } from './dialects.js';
import { errorBodyOf, parseObject } from './error-body.js';
import { type Answer, statusWords, textOf } from './http-answer.js';
import { createLine, type LineOptions } from './line.js';
import { no } from './said.js';

/** Whose admission a handoff token stands for, as `api.readHandoff` finds it in Fanfare's answer. */
export interface HandoffIds extends Triple {
  readonly experienceId?: string;
  /** ISO 8601, milliseconds or seconds since the epoch. */
  readonly admittedAt?: string | number;
  readonly expiresAt?: string | number;
}

/** Reads Fanfare's answer to a handoff token. `undefined`, or a throw: it does not say whose the token is. */
export type ReadHandoff = (answer: Readonly<Record<string, unknown>>) => HandoffIds | undefined;

/** Absent ids: Fanfare vouches for the token, and nobody can tell for whom. */
export interface HandoffYes extends Yes {
  readonly triple?: Triple;
}
export type HandoffVerdict = HandoffYes | No | Unknown;

export interface HandoffClientOptions extends Pick<LineOptions, 'organizationId' | 'secretKey'> {
  readonly baseUrl: string;
  readonly read?: ReadHandoff;
  readonly clock: Clock;
}

export interface HandoffClient {
  /** Never rejects. `waitedMs` of the deadline are spent already. */
  validate(token: string, spent: { readonly waitedMs: number }): Promise<HandoffVerdict>;
  close(): Promise<void>;
}

const PATH = '/handoffs/validate';
const DEADLINE_MS = 2_000;

/** Opens nothing before the first call. */
export function createHandoffClient(options: HandoffClientOptions): HandoffClient {
  const { baseUrl, clock, read = named, ...credentials } = options;
  const base = parseBaseUrl(baseUrl, 'api.handoffBaseUrl');
  const line = createLine({ ...credentials, base, authenticate: byBearer });
  return {
    validate: (token, { waitedMs }) =>
      withDeadline(Math.max(1, DEADLINE_MS - waitedMs), async (deadline) => {
        const answer = await line.post({ path: PATH, body: () => ({ token }), deadline, retryUnsent: true });
        if ('failed' in answer)
          return {
            answer: 'unknown',
            failure: answer.away === true ? 'away' : 'fault',
            reason: answer.failed,
          };
        return readAnswer(answer, clock.now(), read);
      }),
    close: () => line.close(),
  };
}

/** What a good answer says is documented to be an object, and nothing more. */
function readAnswer(answer: Answer, now: number, read: ReadHandoff): HandoffVerdict {
  const refused = readRefused(answer, now);
  if (refused !== undefined) return refused;
  const { status } = answer;
  const said = parseObject(textOf(answer));
  if (said === undefined)
    return unknown(answer, now, `${statusWords(status)}, but no answer to be read in it`);
  if (said['valid'] === false) return no(errorBodyOf(said), status);
  return { answer: 'yes', ...checked(attempted(read, said)) };
}

function attempted(read: ReadHandoff, said: Readonly<Record<string, unknown>>): unknown {
  try {
    return read(said);
  } catch {
    // The merchant's reading failed: what the token stands for is not known, which is said.
    return undefined;
  }
}

function checked(ids: unknown): Omit<HandoffYes, 'answer'> {
  const { consumerId, distributionId, experienceId, ...rest } = fieldsOf(ids);
  const type = distributionType(rest['distributionType']);
  if (!isId(consumerId) || !isId(distributionId) || type === undefined) return {};
  return compact({
    triple: { consumerId, distributionId, distributionType: type },
    experienceId: isId(experienceId) ? experienceId : undefined,
    admittedAt: parseTime(rest['admittedAt']),
    expiresAt: parseTime(rest['expiresAt']),
  });
}

/** The ids by their usual names, at the top or one level below; a name with two values names nothing. */
function named(said: Readonly<Record<string, unknown>>): HandoffIds {
  const layers = [said, ...Object.values(said).map(fieldsOf)];
  const all = (name: string): readonly unknown[] =>
    layers.map((layer) => layer[name]).filter((value) => value !== undefined && value !== null);
  const one = (name: string): unknown => {
    const values = new Set(all(name));
    return values.size === 1 ? [...values][0] : undefined;
  };
  const ids = ['consumerId', 'distributionId', 'distributionType', 'experienceId', 'admittedAt'];
  const expiresAt = earliest(...all('expiresAt').map(parseTime));
  return { ...Object.fromEntries(ids.map((name) => [name, one(name)])), expiresAt } as unknown as HandoffIds;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
