/** Fanfare's routes as the `gateway` dialect of the vendor's guides has them. */
import type express from 'express';
import type { Request, RequestHandler, Router } from 'express';
import type { Triple } from './admission-record.js';
import { problem, Refusal } from './answers.js';
import type { Answer } from './answers.js';
import { headerOf, openGuestSession, requireConsumer, requireMerchant } from './credentials.js';
import { DISTRIBUTION_TYPES, PATH_SEGMENTS } from './experiences.js';
import type { DistributionType } from './experiences.js';
import { readFields } from './fields.js';
import { booleanAnswer, complete, deny, objectAnswer, validate } from './merchant-calls.js';
import { send } from './send.js';
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

type Express = typeof express;
type Handle = (req: Request) => Answer;
type ShopperCall = (world: World, stage: Stage, consumerId: string, body: unknown) => Answer;

const BODY_LIMIT = '64kb';

export function apiRoutes(create: Express, world: World): Router {
  const router = create.Router();
  const json = create.json({ limit: BODY_LIMIT });
  const answer = (handle: Handle): RequestHandler => answering(world, handle);
  const merchant = (handle: Handle) => [allowMerchant(world), json, answer(handle)];
  const shopper = (type: DistributionType, call: ShopperCall) => [
    json,
    answer((req) => call(world, stageOf(world, type, idOf(req)), requireConsumer(world, req), req.body)),
  ];

  for (const type of DISTRIBUTION_TYPES) {
    const at = `/${PATH_SEGMENTS[type]}/:id`;
    router.post(`${at}/complete`, merchant(completeOf(world, type)));
    // The vendor shows no validate for a timed release: the generic one is its only way.
    if (type !== 'timed_release') router.post(`${at}/validate`, merchant(validateOf(world, type)));
    if (type === 'queue' || type === 'draw') router.post(`${at}/deny`, merchant(denyOf(world, type)));
    router.post(`${at}/enter`, shopper(type, enter));
    router.post(`${at}/leave`, shopper(type, leave));
    router.get(`${at}/status`, shopper(type, status));
  }
  router.post('/auctions/:id/bid', shopper('auction', bid));
  router.get('/auctions/:id/highest-bid', shopper('auction', highestBid));
  router.post('/admission/validate', merchant(validateAny(world)));
  router.post(
    '/auth/guest',
    answer((req) => openGuestSession(world, req)),
  );
  router.get(
    '/experiences',
    answer(() => listExperiences(world)),
  );
  router.get(
    '/experiences/:id',
    answer((req) => describeExperience(world, idOf(req))),
  );
  return router;
}

/** A handler that sends what `handle` returns; what it throws goes to the error handler of the app. */
export function answering(world: World, handle: Handle): RequestHandler {
  return function answersCall(req, res) {
    send(res, handle(req), world.now());
  };
}

function allowMerchant(world: World): RequestHandler {
  return function allowsMerchant(req, _res, next) {
    requireMerchant(world, req);
    next();
  };
}

function validateOf(world: World, type: DistributionType): Handle {
  return (req) => {
    const { consumerId, token } = readFields(req.body, { consumerId: 'string', token: 'string' });
    return booleanAnswer(world, validate(world, tripleOf(world, type, idOf(req), consumerId), token));
  };
}

function validateAny(world: World): Handle {
  return (req) => {
    const fields = readFields(req.body, {
      ...({ token: 'string', consumerId: 'string' } as const),
      ...({ distributionId: 'string', distributionType: 'string' } as const),
    });
    const type = DISTRIBUTION_TYPES.find((known) => known === fields.distributionType);
    if (!type) throw new Refusal(problem(404, 'Distribution not found'));
    const asked = tripleOf(world, type, fields.distributionId, fields.consumerId);
    return objectAnswer(world, validate(world, asked, fields.token));
  };
}

function completeOf(world: World, type: DistributionType): Handle {
  return (req) => {
    const { consumerId, metadata } = readFields(req.body, { consumerId: 'string', metadata: 'object?' });
    const idempotencyKey = headerOf(req, 'x-idempotency-key');
    return complete(world, tripleOf(world, type, idOf(req), consumerId), { metadata, idempotencyKey });
  };
}

function denyOf(world: World, type: DistributionType): Handle {
  return (req) => {
    const { consumerId, reason } = readFields(req.body, { consumerId: 'string', reason: 'string' });
    return deny(world, stageOf(world, type, idOf(req)), consumerId, reason);
  };
}

function tripleOf(world: World, type: DistributionType, distributionId: string, consumerId: string): Triple {
  stageOf(world, type, distributionId);
  return { distributionType: type, distributionId, consumerId };
}

function idOf(req: Request): string {
  return String(req.params['id']);
}
