/** Everything one emulator knows; made once, handed to its routes. */
import { problem, Refusal } from './answers.js';
import { AdmissionBook } from './admission-book.js';
import { Checkouts } from './checkouts.js';
import { TYPE_WORDS } from './experiences.js';
import type { DistributionType } from './experiences.js';
import { ExternalLogins } from './external-logins.js';
import { createFaults } from './faults.js';
import type { CallKind, Fault, Faults } from './faults.js';
import { RequestLog } from './request-log.js';
import type { Settings } from './settings.js';
import { createSigner } from './signer.js';
import type { Signer } from './signer.js';
import { createVenue } from './venue.js';
import type { Stage, Venue } from './venue.js';

export interface World {
  readonly settings: Settings;
  readonly signer: Signer;
  readonly book: AdmissionBook;
  readonly venue: Venue;
  readonly requests: RequestLog;
  readonly logins: ExternalLogins;
  readonly checkouts: Checkouts;
  readonly faults: Faults & { take(kind: CallKind): Fault | undefined };
  /** The key that works now: rotation replaces it at once. */
  secretKey: string;
  now(): number;
}

export function createWorld(settings: Settings): World {
  const signer = createSigner();
  return {
    settings,
    signer,
    book: new AdmissionBook(signer),
    venue: createVenue(settings.experiences, settings.clock.now(), settings.random),
    requests: new RequestLog(),
    logins: new ExternalLogins(),
    checkouts: new Checkouts(),
    faults: createFaults(),
    secretKey: settings.secretKey,
    now: () => settings.clock.now(),
  };
}

/** The stage a path names; 404 when there is none of that type. */
export function stageOf({ venue }: World, type: DistributionType, distributionId: string): Stage {
  const stage = venue.find(distributionId);
  if (stage?.distribution.type !== type) throw new Refusal(problem(404, `${TYPE_WORDS[type]} not found`));
  return stage;
}
