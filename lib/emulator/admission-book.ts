/** Every admission of this emulator and the tokens that prove them; the oldest are forgotten past a limit. */
import { randomBytes, randomUUID } from 'node:crypto';
import { iso, note } from './admission-record.js';
import type { AdmissionRecord, Triple } from './admission-record.js';
import { BoundedMap } from './bounded-map.js';
import type { Proof } from './rulings.js';
import type { Claims, Signer } from './signer.js';

const ADMISSIONS_KEPT = 10_000;
const OPAQUE_TOKENS_KEPT = 20_000;

/** What an admission is made of; the triple and `admittedAt` name it. */
export interface Grant extends Triple {
  readonly experienceId?: string | undefined;
  readonly admittedAt: number;
  readonly expiresAt: number;
  readonly position?: number | undefined;
}

export class AdmissionBook {
  readonly #signer: Signer;
  readonly #byTriple = new Map<string, AdmissionRecord[]>();
  readonly #byName = new BoundedMap<string, AdmissionRecord>(ADMISSIONS_KEPT, (record) => {
    this.#forget(record);
  });
  readonly #opaque = new BoundedMap<string, Proof>(OPAQUE_TOKENS_KEPT);

  readonly #handoffs = new BoundedMap<string, Proof>(OPAQUE_TOKENS_KEPT);

  constructor(signer: Signer) {
    this.#signer = signer;
  }

  /** The admission a grant names, made when it is new. A later end moves the end of the one that is there. */
  admit(grant: Grant, now: number): AdmissionRecord {
    const name = nameOf(grant, grant.admittedAt);
    const known = this.#byName.get(name);
    if (known) {
      known.expiresAt = Math.max(known.expiresAt, grant.expiresAt);
      return known;
    }
    const record = blankRecord(grant);
    note(record, now, 'minted');
    this.#byTriple.set(tripleOf(grant), [...this.of(grant), record]);
    this.#byName.set(name, record);
    return record;
  }

  /** A token for an admission, ending when the admission does unless told otherwise. Each call makes another token. */
  mint(record: AdmissionRecord, opaque: boolean, expiresAt = record.expiresAt): string {
    if (!opaque) return this.#signer.sign(claimsOf(record, expiresAt));
    const token = `adm_${randomBytes(24).toString('base64url')}`;
    this.#opaque.set(token, proofOf(record, expiresAt));
    return token;
  }

  /** A handoff token, which `redeem` takes once. */
  mintHandoff(record: AdmissionRecord, expiresAt: number): string {
    const token = `hoff_${randomBytes(24).toString('base64url')}`;
    this.#handoffs.set(token, proofOf(record, expiresAt));
    return token;
  }

  /** What a handoff token proves, for the first and the last time. */
  redeem(token: string): Proof | undefined {
    const proof = this.#handoffs.get(token);
    this.#handoffs.delete(token);
    return proof;
  }

  /** What a token proves; undefined when it is not one of ours or its admission is forgotten. */
  prove(token: string): Proof | undefined {
    const opaque = this.#opaque.get(token);
    if (opaque) return opaque;
    const claims = this.#signer.verify(token);
    if (typeof claims?.['admittedAt'] !== 'string') return undefined;
    const ids = claims as unknown as Triple & { admittedAt: string; expiresAt: string };
    const record = this.#byName.get(nameOf(ids, Date.parse(ids.admittedAt)));
    return record && proofOf(record, Date.parse(ids.expiresAt));
  }

  /** A consumer's admissions in one distribution, oldest first. */
  of(triple: Triple): readonly AdmissionRecord[] {
    return this.#byTriple.get(tripleOf(triple)) ?? [];
  }

  /** Every admission, oldest first. */
  all(): readonly AdmissionRecord[] {
    return [...this.#byName.values()];
  }

  #forget(record: AdmissionRecord): void {
    const rest = this.of(record).filter((other) => other !== record);
    if (rest.length > 0) this.#byTriple.set(tripleOf(record), rest);
    else this.#byTriple.delete(tripleOf(record));
  }
}

function proofOf(record: AdmissionRecord, expiresAt: number): Proof {
  const { distributionType, distributionId, consumerId } = record;
  return { distributionType, distributionId, consumerId, expiresAt, record };
}

function blankRecord(grant: Grant): AdmissionRecord {
  const { distributionType, distributionId, consumerId, admittedAt, expiresAt } = grant;
  const { experienceId, position } = grant;
  return {
    ...{ distributionType, distributionId, consumerId, admittedAt, expiresAt },
    ...(experienceId === undefined ? {} : { experienceId }),
    ...(position === undefined ? {} : { position }),
    validations: { yes: 0, no: 0 },
    completions: { received: 0, effects: 0, idempotencyKeys: new Set() },
    timeline: [],
  };
}

/** Per the vendor's JWT guide: ISO times, and no `exp`, `iat`, `iss` or `kid`. */
function claimsOf(record: AdmissionRecord, expiresAt: number): Claims {
  const { consumerId, distributionId, distributionType, position, experienceId } = record;
  return {
    ...{ consumerId, distributionId, distributionType, position, experienceId },
    admittedAt: iso(record.admittedAt),
    expiresAt: iso(expiresAt),
    jti: randomUUID(),
  };
}

function tripleOf({ distributionType, distributionId, consumerId }: Triple): string {
  return JSON.stringify([distributionType, distributionId, consumerId]);
}

function nameOf(triple: Triple, admittedAt: number): string {
  return `${tripleOf(triple)}@${admittedAt}`;
}
