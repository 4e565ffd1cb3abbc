/** The doctor inside a running shop: looks once at the set-up and at the first requests, and says each finding once. */
import { compact } from '../admission/compact.js';
import type { Clock, Timer } from '../clock.js';
import { type OnEvent, safely } from '../events.js';
import type { HealthQuestion } from '../fanfare-api/health.js';
import type { Answer } from '../fanfare-api/http-answer.js';
import type { Ledger } from '../ledger/ledger.js';
import type { RequestWatch, Settings } from '../middleware/context.js';
import { cookieStyle } from '../middleware/cookies.js';
import type { Request } from '../middleware/http.js';
import type * as Checks from './checks.js';
import type { DoctorFinding } from './checks.js';
import type { DoctorCode } from './codes.js';
import type { Facts, RequestFacts } from './facts.js';
import type * as GatherModule from './gather.js';
import type * as RequestFactsModule from './request-facts.js';

/** What the merchant wants of the doctor. */
export interface DoctorSettings {
  readonly watches: boolean;
  readonly silenced: readonly DoctorCode[];
}

export interface DoctorParts extends Omit<HealthQuestion, 'organizationId'> {
  readonly settings: Pick<Settings, 'organizationId' | 'orderUrl' | 'hasFindOrder' | 'frameAncestors'>;
  readonly secretKey: NonNullable<HealthQuestion['secretKey']>;
  readonly secrets: readonly string[];
  readonly handoffSecrets: readonly string[];
  readonly insecure: boolean;
  readonly ledger: Pick<Ledger, 'engine' | 'open'>;
  readonly doctor: DoctorSettings;
  readonly clock: Clock;
  /** Must not throw. */
  readonly emit: OnEvent;
  /** `NODE_ENV`. */
  readonly environment: string | undefined;
}

/** The probes of load balancers come first, so it takes more than a few. */
const REQUESTS_LOOKED_AT = 1_000;
const COMPARED_EVERY_MS = 1_000;

export class Doctor implements RequestWatch {
  readonly #parts: DoctorParts;
  readonly #instance = Symbol('express-fanfare instance');
  readonly #said = new Set<DoctorCode>();
  #left: number;
  #requests: RequestFacts | undefined;
  #clockAhead: number | undefined;
  #comparedAt = -Infinity;
  #setup: Promise<Facts> | undefined;
  #soon: Timer | undefined;
  #stopped = false;

  constructor(parts: DoctorParts) {
    this.#parts = parts;
    this.#left = parts.doctor.watches ? REQUESTS_LOOKED_AT : 0;
  }

  get looks(): boolean {
    return this.#left > 0;
  }

  /** Judges the set-up in the background. */
  start(): void {
    this.#judgeSoon();
  }

  /** Nothing is said any more. */
  stop(): void {
    this.#stopped = true;
  }

  readonly look = safely('doctor', (req: Request): void => {
    this.#left -= 1;
    const { factsOf } = requestFacts();
    const { insecure, settings } = this.#parts;
    const style = cookieStyle({ insecure, embedded: settings.frameAncestors !== undefined });
    this.#see(factsOf(req, this.#instance, style));
  });

  readonly foundNoToken = safely('doctor', (req: Request): void => {
    if (!this.#parts.doctor.watches || this.#said.has('BODY_NOT_PARSED')) return;
    const { isUnreadForm, NOTHING } = requestFacts();
    if (isUnreadForm(req)) this.#see({ ...NOTHING, unreadBody: true });
  });

  /** Hears every answer of Fanfare's, and looks at one a second: a clock goes wrong slowly. */
  readonly heard = (answer: Answer): void => {
    const now = this.#parts.clock.now();
    if (Math.abs(now - this.#comparedAt) < COMPARED_EVERY_MS) return;
    this.#compareClocks({ answer, now });
  };

  readonly #compareClocks = safely('doctor', ({ answer, now }: { answer: Answer; now: number }): void => {
    const ahead = gather().clockAheadOf(answer, now);
    // One that does not tell the time is no look at it.
    if (ahead === undefined) return;
    this.#comparedAt = now;
    this.#clockAhead = ahead;
    if (!this.#said.has('CLOCK_DRIFT')) this.#judgeSoon();
  });

  /** Everything there is to find now: opens the ledger and asks Fanfare for its health. Never rejects. */
  async findings(): Promise<readonly DoctorFinding[]> {
    const [setup, ledger, { api, clockAhead }] = await Promise.all([
      gather().setupFacts(this.#parts),
      gather().ledgerFacts(this.#parts),
      gather().apiFacts({ ...this.#parts, ...this.#parts.settings }, this.#parts.clock),
    ]);
    const facts = { ...this.#known(setup), ...compact({ ledger, api, clockAhead }) };
    return checks().findingsOf(facts, this.#parts.doctor.silenced);
  }

  #see(facts: RequestFacts): void {
    const before = this.#requests;
    this.#requests = before === undefined ? facts : requestFacts().together(before, facts);
    if (!isSame(before, this.#requests)) this.#judgeSoon();
  }

  /** Never inside a request: findings can wait. */
  #judgeSoon(): void {
    if (!this.#parts.doctor.watches) return;
    this.#soon ??= this.#parts.clock.after(0, () => {
      this.#soon = undefined;
      if (!this.#stopped) this.#judgeNow(undefined);
    });
  }

  /** The doctor's own faults are no reason for a shop to end. */
  readonly #judgeNow = safely('doctor', () => this.#judge());

  async #judge(): Promise<void> {
    this.#setup ??= gather().setupFacts(this.#parts);
    const facts = this.#known(await this.#setup);
    if (this.#stopped) return;
    for (const finding of checks().findingsOf(facts, this.#parts.doctor.silenced)) this.#say(finding);
  }

  #say({ code, level, message, docs }: DoctorFinding): void {
    if (this.#said.has(code)) return;
    this.#said.add(code);
    this.#parts.emit({
      type: 'doctor.finding',
      level,
      message: `${message} More in our repository: ${docs}.`,
      code,
      docs,
    });
  }

  #known(setup: Facts): Facts {
    return { ...setup, ...compact({ requests: this.#requests, clockAhead: this.#clockAhead }) };
  }
}

function isSame(before: RequestFacts | undefined, after: RequestFacts): boolean {
  return (
    before !== undefined &&
    Object.entries(before).every(([name, fact]) => after[name as keyof RequestFacts] === fact)
  );
}

/* eslint-disable @typescript-eslint/no-require-imports -- after the start, not at import */
function checks(): typeof Checks {
  return require('./checks.js') as typeof Checks;
}

function gather(): typeof GatherModule {
  return require('./gather.js') as typeof GatherModule;
}

function requestFacts(): typeof RequestFactsModule {
  return require('./request-facts.js') as typeof RequestFactsModule;
}
