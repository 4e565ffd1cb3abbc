/** What is not Fanfare: the page, what happened as JSON, faults and admissions by hand, and the public key. */
import type express from 'express';
import type { Router } from 'express';
import { viewOf } from './admission-record.js';
import { kindOf, malformed, ok, Refusal } from './answers.js';
import type { Answer, Issue } from './answers.js';
import { DISTRIBUTION_TYPES } from './experiences.js';
import { between, flag, id, issuesOf, oneOf, optional } from './expectations.js';
import type { Expectation } from './expectations.js';
import { FAULT_TARGETS } from './faults.js';
import { isObject, ownValue } from './fields.js';
import { answering } from './handling.js';
import { mint } from './mint.js';
import type { MintOptions } from './mint.js';
import { PAGE_POLICY } from './page-assets.js';
import { renderPage } from './page.js';
import type { Happened } from './page.js';
import { readFault, readTimes } from './read-fault.js';
import type { World } from './world.js';

export function controlRoutes(create: typeof express, world: World): Router {
  const router = create.Router();
  // A browser may send JSON to another origin only after a preflight, and these routes answer none.
  const json = create.json({ limit: '16kb' });
  router.get('/', (req, res) => {
    res.set('Content-Security-Policy', PAGE_POLICY).set('Cache-Control', 'no-store');
    res.type('html').end(renderPage(happened(world), req.baseUrl));
  });
  // Fanfare publishes no key; ours is for trying `express-fanfare/jwks`.
  router.get(
    '/.well-known/jwks.json',
    answering(world, () => ok({ keys: [world.signer.publicJwk] })),
  );
  router.get(
    '/emulator/admissions',
    answering(world, () => ok(happened(world))),
  );
  router.post(
    '/emulator/admissions',
    json,
    answering(world, (req) => ({ status: 201, body: mint(world, readMint(world, req.body)) })),
  );
  router.get(
    '/emulator/faults',
    answering(world, () => ok({ faults: world.faults.list() })),
  );
  router.post(
    '/emulator/faults',
    json,
    answering(world, (req) => changeFaults(world, req.body)),
  );
  return router;
}

function happened(world: World): Happened {
  const { organizationId, experiences } = world.settings;
  const now = world.now();
  return {
    serverNow: new Date(now).toISOString(),
    organizationId,
    experiences: experiences.map(({ name, distributions }) => ({
      name,
      distributions: distributions.map(({ id, type }) => ({ id, type })),
    })),
    faults: world.faults.list(),
    admissions: world.book.all().map((record) => viewOf(record, now)),
    requests: world.requests.views(),
  };
}

/** `{ set: fault }`, `{ once: fault, times? }` or `{ clear: true | target }`. */
function changeFaults(world: World, body: unknown): Answer {
  if (!isObject(body)) throw wrong([{ field: 'body', expected: 'object', received: kindOf(body) }]);
  const [set, once, clear] = ['set', 'once', 'clear'].map((name) => ownValue(body, name));
  if (set !== undefined) world.faults.set(readFault(set));
  else if (once !== undefined) world.faults.once(readFault(once), readTimes(ownValue(body, 'times')));
  else if (clear === true) world.faults.clear();
  else {
    const target = FAULT_TARGETS.find((known) => known === clear);
    if (!target) throw wrong([{ field: 'body', expected: 'set, once or clear', received: 'none' }]);
    world.faults.clear(target);
  }
  return ok({ faults: world.faults.list() });
}

const LONGEST_SECONDS = 365 * 86_400;

const MINT: Readonly<Record<keyof MintOptions, Expectation>> = {
  distributionId: id,
  distributionType: oneOf(DISTRIBUTION_TYPES),
  consumerId: optional(id),
  experienceId: optional(id),
  expiresInSeconds: optional(between(-LONGEST_SECONDS, LONGEST_SECONDS)),
  admittedAt: optional({
    expected: 'ISO 8601 or milliseconds since the epoch',
    fits: (value) =>
      ['string', 'number'].includes(typeof value) && Number.isFinite(new Date(value as string).getTime()),
  }),
  opaque: optional(flag),
  handoff: optional(flag),
};

/** Over HTTP only distributions that exist: a stranger's page must not fill memory with new ones. */
function readMint(world: World, body: unknown): MintOptions {
  if (!isObject(body)) throw wrong([{ field: 'body', expected: 'object', received: kindOf(body) }]);
  const issues = issuesOf(body, MINT);
  if (issues.length > 0) throw wrong(issues);
  const options = body as unknown as MintOptions;
  if (world.venue.find(options.distributionId)?.distribution.type === options.distributionType)
    return options;
  throw wrong([{ field: 'distributionId', expected: 'a known distribution', received: 'another' }]);
}

function wrong(issues: readonly Issue[]): Refusal {
  return new Refusal(malformed(issues));
}
