/** What a merchant's server finds at the one gateway of the vendor's guides, with and without `/v1`. */
import type { Router } from 'express';
import { problem, Refusal } from './answers.js';
import { headerOf, requireMerchant } from './credentials.js';
import { DISTRIBUTION_TYPES, PATH_SEGMENTS } from './experiences.js';
import type { DistributionType } from './experiences.js';
import { authorize } from './external-logins.js';
import { readFields } from './fields.js';
import { completedByName } from './generations.js';
import { guarded, idOf, tripleOf } from './handling.js';
import type { Express, Handle } from './handling.js';
import { booleanAnswer, complete, objectAnswer, validate } from './merchant-calls.js';
import type { World } from './world.js';

export function gatewayRoutes(create: Express, world: World): Router {
  const router = create.Router();
  const merchant = guarded(create, world, requireMerchant);
  for (const type of DISTRIBUTION_TYPES) {
    const at = `/${PATH_SEGMENTS[type]}/:id`;
    router.post(`${at}/complete`, merchant(completeOf(world, type)));
    // The vendor shows no validate for a timed release: the generic one is its only way.
    if (type !== 'timed_release') router.post(`${at}/validate`, merchant(validateOf(world, type)));
  }
  router.post('/admission/validate', merchant(validateAny(world)));
  router.post(
    '/auth/external/authorize',
    merchant((req) => authorize(world, req.body, true)),
  );
  return router;
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
    const triple = tripleOf(world, type, idOf(req), consumerId);
    return complete(world, triple, { metadata, idempotencyKey }, completedByName);
  };
}
