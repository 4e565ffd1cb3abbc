/** What the shopper's browser asks for: enter, status, leave, bid. */
import { iso } from './admission-record.js';
import { kindOf, malformed, ok, problem, Refusal } from './answers.js';
import type { Answer } from './answers.js';
import { TYPE_WORDS } from './experiences.js';
import type { Experience } from './experiences.js';
import { isObject, ownValue } from './fields.js';
import { lookAt } from './look.js';
import type { Look } from './look.js';
import type { Stage } from './venue.js';
import { wireState } from './wire.js';
import type { World } from './world.js';

/** Looks that another entry may follow; every other one is kept by entering again. */
const MAY_ENTER: readonly Look['at'][] = ['outside', 'left', 'lost', 'expired'];

export function status(world: World, stage: Stage, consumerId: string): Answer {
  return ok(wireState(stage.distribution.type, look(world, stage, consumerId)));
}

export function enter(world: World, stage: Stage, consumerId: string): Answer {
  requireOpen(world, stage);
  if (MAY_ENTER.includes(look(world, stage, consumerId).at)) stage.mechanism.enter(consumerId, world.now());
  return stage.auction ? ok({ success: true }) : status(world, stage, consumerId);
}

export function leave(world: World, stage: Stage, consumerId: string): Answer {
  const { at } = look(world, stage, consumerId);
  // Per the vendor's reference, leaving is for those who have no grant yet.
  if (at !== 'waiting' || !stage.mechanism.leave(consumerId, world.now())) {
    throw new Refusal(problem(404, `Consumer not in ${TYPE_WORDS[stage.distribution.type].toLowerCase()}`));
  }
  return status(world, stage, consumerId);
}

/** Takes `{ amount }`, a decimal string; the vendor's reference shows no body for a bid. */
export function bid(world: World, stage: Stage, consumerId: string, body: unknown): Answer {
  requireOpen(world, stage);
  const amount = isObject(body) ? ownValue(body, 'amount') : undefined;
  if (typeof amount !== 'string' && typeof amount !== 'number') {
    const received = kindOf(amount);
    throw new Refusal(malformed([{ field: 'amount', expected: 'decimal string', received }]));
  }
  stage.auction?.bid(consumerId, String(amount), world.now());
  return status(world, stage, consumerId);
}

export function highestBid(world: World, stage: Stage): Answer {
  return ok(stage.auction?.highest(world.now()));
}

/** What a shop's page may show about an experience, with the field names of the vendor's journey objects. */
export function describeExperience(world: World, experienceId: string): Answer {
  const experience = world.venue.experiences.find(({ id }) => id === experienceId);
  if (!experience) throw new Refusal(problem(404, 'Experience not found'));
  return ok(experienceBody(world, experience));
}

export function listExperiences(world: World): Answer {
  return ok({ experiences: world.venue.experiences.map((experience) => experienceBody(world, experience)) });
}

function experienceBody(world: World, { id, name, distributions }: Experience) {
  const stages = distributions.map((distribution) => world.venue.find(distribution.id));
  return {
    id,
    name,
    distributions: stages.flatMap((stage) => (stage ? [stageBody(world, stage)] : [])),
  };
}

function stageBody(world: World, { distribution, opensAt, mechanism }: Stage) {
  const now = world.now();
  const endsAt = mechanism.endsAt();
  return {
    id: distribution.id,
    type: distribution.type,
    lifecycle: now < opensAt ? 'scheduled' : 'open',
    opensAt: iso(opensAt),
    ...(endsAt === undefined || endsAt <= now ? {} : { settlesAt: iso(endsAt) }),
    admissionExpirationSeconds: distribution.admissionSeconds ?? world.settings.admissionSeconds,
    ...(distribution.type === 'auction'
      ? {
          startingBid: distribution.startingBid ?? '1.00',
          minimumIncrement: distribution.minimumIncrement ?? '1.00',
        }
      : {}),
  };
}

function look(world: World, stage: Stage, consumerId: string): Look {
  return lookAt(world.book, { stage, consumerId }, world.settings.admissionSeconds, world.now());
}

function requireOpen(world: World, { opensAt, distribution }: Stage): void {
  if (world.now() >= opensAt) return;
  throw new Refusal({
    ...problem(423, `${TYPE_WORDS[distribution.type]} is not open yet`),
    headers: { 'Retry-After': iso(opensAt) },
  });
}
