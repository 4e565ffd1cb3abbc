/** What the shopper's browser calls, in the newest words whatever the base. */
import type { RequestHandler, Router } from 'express';
import type { Answer } from './answers.js';
import { openGuestSession, requireConsumer } from './credentials.js';
import { DISTRIBUTION_TYPES, PATH_SEGMENTS } from './experiences.js';
import type { DistributionType } from './experiences.js';
import { exchange } from './external-logins.js';
import { answering, guarded, idOf, tripleOf } from './handling.js';
import type { Express, Handle } from './handling.js';
import { complete } from './merchant-calls.js';
import {
  bid,
  describeExperience,
  enter,
  highestBid,
  leave,
  listExperiences,
  status,
} from './shopper-calls.js';
import type { Stage } from './venue.js';
import { stageOf } from './world.js';
import type { World } from './world.js';

type ShopperCall = (world: World, stage: Stage, consumerId: string, body: unknown) => Answer;
type Answering = (handle: Handle) => RequestHandler[];

export function shopperRoutes(create: Express, world: World): Router {
  const router = create.Router();
  const anybody = guarded(create, world, () => undefined);
  const shopper = (type: DistributionType, call: ShopperCall) =>
    anybody((req) => call(world, stageOf(world, type, idOf(req)), requireConsumer(world, req), req.body));
  for (const type of DISTRIBUTION_TYPES) {
    const at = `/${PATH_SEGMENTS[type]}/:id`;
    router.post(`${at}/enter`, shopper(type, enter));
    router.post(`${at}/leave`, shopper(type, leave));
    router.get(`${at}/status`, shopper(type, status));
  }
  router.post('/auctions/:id/bid', shopper('auction', bid));
  router.get('/auctions/:id/highest-bid', shopper('auction', highestBid));
  addLogins(router, world, anybody);
  router.get(
    '/experiences',
    answering(world, () => listExperiences(world)),
  );
  router.get(
    '/experiences/:id',
    answering(world, (req) => describeExperience(world, idOf(req))),
  );
  return router;
}

function addLogins(router: Router, world: World, anybody: Answering): void {
  router.post(
    '/auth/guest',
    answering(world, (req) => openGuestSession(world, req)),
  );
  router.post(
    '/auth/external/exchange',
    anybody((req) => exchange(world, req, req.body)),
  );
}

/** Per the generated reference a shopper completes a timed release, without a body. */
export function ownCompletionRoutes(create: Express, world: World): Router {
  const router = create.Router();
  router.post(
    '/timed-releases/:id/complete',
    answering(world, (req) => {
      const triple = tripleOf(world, 'timed_release', idOf(req), requireConsumer(world, req));
      const completion = { metadata: undefined, idempotencyKey: undefined };
      return complete(world, triple, completion, () => ({ success: true }));
    }),
  );
  return router;
}
