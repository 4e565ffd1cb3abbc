/** What the merchant's server asks for: validate, complete, deny. */
import { iso, note, stateOf } from './admission-record.js';
import type { AdmissionRecord, Triple } from './admission-record.js';
import { ok, problem, Refusal } from './answers.js';
import type { Answer } from './answers.js';
import { admissionToComplete, ruleOnToken } from './rulings.js';
import type { Ruling } from './rulings.js';
import type { Stage } from './venue.js';
import type { World } from './world.js';

export const RULING_TEXTS: Readonly<Record<Exclude<Ruling, 'good'>, string>> = {
  unknown: 'Invalid admission token',
  mismatch: 'Admission token does not match',
  completed: 'Admission already completed',
  denied: 'Admission denied',
  expired: 'Admission expired',
};
const ALREADY_COMPLETED = RULING_TEXTS.completed;
type Body = Readonly<Record<string, unknown>>;

const KEYS_KEPT = 100;
const METADATA_KEPT = 8_192;

export interface Validated {
  readonly ruling: Ruling;
  /** ISO 8601; only of a good token. */
  readonly expiresAt?: string;
}

/** Rules on a token and notes it with the admission the token proves. */
export function validate(world: World, asked: Triple, token: string): Validated {
  const now = world.now();
  const proof = world.book.prove(token);
  const ruling = ruleOnToken(asked, proof, now);
  if (!proof) return { ruling };
  const { record } = proof;
  record.validations[ruling === 'good' ? 'yes' : 'no'] += 1;
  if (ruling !== 'good') {
    note(record, now, 'refused', RULING_TEXTS[ruling]);
    return { ruling };
  }
  note(record, now, 'validated');
  return { ruling, expiresAt: iso(Math.min(proof.expiresAt, record.expiresAt)) };
}

/**
 * Takes a handoff token, once. The fields of the answer are the emulator's own guess: the vendor shows none.
 */
export function redeemHandoff(world: World, token: string): Answer {
  const now = world.now();
  const proof = world.book.redeem(token);
  const ruling = proof ? ruleOnToken(proof, proof, now) : 'unknown';
  if (!proof || ruling !== 'good') return problem(400, 'Invalid handoff token');
  const { record, consumerId, distributionId, distributionType } = proof;
  record.validations.yes += 1;
  note(record, now, 'validated');
  const ids = { consumerId, distributionId, distributionType, experienceId: record.experienceId };
  return ok({ ...ids, admittedAt: iso(record.admittedAt), expiresAt: iso(proof.expiresAt) });
}

/** The per-type validate answers a bare boolean. */
export function booleanAnswer(world: World, { ruling }: Validated): Answer {
  return isForbidden(world, ruling) ? problem(403, RULING_TEXTS[ruling]) : ok(ruling === 'good');
}

/** The generic validate answers an object. */
export function objectAnswer(world: World, { ruling, expiresAt }: Validated): Answer {
  if (ruling === 'good') return ok({ valid: true, expiresAt });
  const status = isForbidden(world, ruling) ? 403 : 200;
  return { status, body: { valid: false, error: RULING_TEXTS[ruling] } };
}

function isForbidden({ settings }: World, ruling: Ruling): ruling is 'completed' | 'expired' {
  if (ruling === 'completed') return settings.validateAfterComplete === 'forbidden';
  return ruling === 'expired' && settings.expired === 'forbidden';
}

export interface Completion {
  readonly metadata: Readonly<Record<string, unknown>> | undefined;
  readonly idempotencyKey: string | undefined;
}

/** Writes one admission as an answer, in the words of one generation of the API. */
export type Render = (record: AdmissionRecord) => Body;

/** Completes a consumer's admission, once: see `EmulatorSwitches` for every later call. */
export function complete(world: World, triple: Triple, completion: Completion, completed: Render): Answer {
  const now = world.now();
  const record = admissionToComplete(world.book.of(triple), completion.idempotencyKey, now);
  if (!record) throw new Refusal(problem(404, 'Consumer has no admission'));
  remember(record, completion);
  const state = stateOf(record, now);
  if (state === 'completed') {
    note(record, now, 'completed again');
    return secondCompletion(world, completed(record));
  }
  if (state === 'denied' || (state === 'expired' && world.settings.completeAfterExpiry === 'refuse')) {
    note(record, now, 'completion refused', RULING_TEXTS[state]);
    return problem(state === 'denied' ? 403 : 400, RULING_TEXTS[state]);
  }
  take(record, completion, now);
  return ok(completed(record));
}

function remember(record: AdmissionRecord, { idempotencyKey }: Completion): void {
  const { completions } = record;
  completions.received += 1;
  if (idempotencyKey !== undefined && completions.idempotencyKeys.size < KEYS_KEPT) {
    completions.idempotencyKeys.add(idempotencyKey);
  }
}

/** Uses an admission up. */
export function take(record: AdmissionRecord, { metadata }: Pick<Completion, 'metadata'>, now: number): void {
  record.completedAt = now;
  record.completions.effects += 1;
  if (metadata) record.completions.metadata = keepable(metadata);
  const orderId = metadata?.['orderId'];
  if (typeof orderId === 'string') record.completions.orderId = orderId;
  note(record, now, 'completed', record.completions.orderId);
}

function keepable(metadata: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { length } = JSON.stringify(metadata);
  return length <= METADATA_KEPT ? metadata : { leftOut: `${length} characters are too many to keep` };
}

function secondCompletion({ settings }: World, completed: Body): Answer {
  switch (settings.secondCompletion) {
    case 'same':
      return ok(completed);
    case 'conflict':
      return problem(409, 'conflict', { message: ALREADY_COMPLETED });
    case 'bad_request':
      return problem(400, 'bad_request', { message: ALREADY_COMPLETED });
  }
}

/** Denies a consumer, waiting or admitted; the admission that was used already, if there is one, stays used. */
export function deny(
  world: World,
  stage: Stage,
  consumerId: string,
  reason: string,
): AdmissionRecord | undefined {
  const now = world.now();
  const { id, type } = stage.distribution;
  const records = world.book.of({ distributionType: type, distributionId: id, consumerId });
  const done = records.find((record) => record.completedAt !== undefined);
  if (done) return done;
  for (const record of records) {
    record.denied ??= { at: now, reason };
    note(record, now, 'denied', reason);
  }
  if (!stage.denied.has(consumerId)) stage.denied.set(consumerId, { at: now, reason });
  return undefined;
}

/** Whether a consumer holds an open admission: all that a validation without a token can tell. */
export function holdsOpen(world: World, triple: Triple): boolean {
  return world.book.of(triple).some((record) => stateOf(record, world.now()) === 'open');
}

/** Admits a consumer past the waiting; whoever is admitted already stays so. */
export function admit(
  world: World,
  { distribution, experienceId }: Stage,
  consumerId: string,
): AdmissionRecord {
  const now = world.now();
  const ids = { distributionType: distribution.type, distributionId: distribution.id, consumerId };
  const open = world.book.of(ids).find((record) => stateOf(record, now) === 'open');
  const lasts = (distribution.admissionSeconds ?? world.settings.admissionSeconds) * 1_000;
  return open ?? world.book.admit({ ...ids, experienceId, admittedAt: now, expiresAt: now + lasts }, now);
}
