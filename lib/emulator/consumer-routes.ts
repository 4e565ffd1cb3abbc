/** What a merchant's server finds at the Consumer API, in the words of one generation of its reference. */
import type { Router } from 'express';
import { ok } from './answers.js';
import { headerOf, requireBearer } from './credentials.js';
import { PATH_SEGMENTS } from './experiences.js';
import { authorize } from './external-logins.js';
import { readFields } from './fields.js';
import type { Generation } from './generations.js';
import { guarded, idOf, tripleOf } from './handling.js';
import type { Express, Handle } from './handling.js';
import { admit, booleanAnswer, complete, deny, holdsOpen, validate } from './merchant-calls.js';
import { stageOf } from './world.js';
import type { World } from './world.js';

type Type = 'queue' | 'draw';
/** The only types with such calls, in every generation. */
const TYPES: readonly Type[] = ['queue', 'draw'];

export function consumerRoutes(create: Express, world: World, generation: Generation): Router {
  const router = create.Router();
  const merchant = guarded(create, world, requireBearer);
  for (const type of TYPES) {
    const at = `/${PATH_SEGMENTS[type]}/:id`;
    router.post(`${at}/validate`, merchant(validateOf(world, generation, type)));
    router.post(`${at}/complete`, merchant(completeOf(world, generation, type)));
    router.post(`${at}/deny`, merchant(denyOf(world, generation, type)));
  }
  router.post('/queues/:id/admit', merchant(admitOf(world, generation)));
  router.post(
    '/auth/external/authorize',
    merchant((req) => authorize(world, req.body, generation.tellsResolution)),
  );
  return router;
}

function validateOf(world: World, { proof, withoutProof }: Generation, type: Type): Handle {
  if (withoutProof.includes(type)) {
    return (req) => {
      const { consumerId } = readFields(req.body, { consumerId: 'string' });
      return ok(holdsOpen(world, tripleOf(world, type, idOf(req), consumerId)));
    };
  }
  return (req) => {
    const fields = readFields(req.body, { consumerId: 'string', [proof]: 'string' });
    const { consumerId } = fields;
    const token = String(fields[proof]);
    return booleanAnswer(world, validate(world, tripleOf(world, type, idOf(req), consumerId), token));
  };
}

function completeOf(world: World, generation: Generation, type: Type): Handle {
  return (req) => {
    const { consumerId } = readFields(req.body, { consumerId: 'string' });
    const completion = { metadata: undefined, idempotencyKey: headerOf(req, 'x-idempotency-key') };
    return complete(world, tripleOf(world, type, idOf(req), consumerId), completion, (record) =>
      generation.completed(world, record),
    );
  };
}

function denyOf(world: World, generation: Generation, type: Type): Handle {
  return (req) => {
    const { consumerId, reason } = readFields(req.body, { consumerId: 'string', reason: 'string' });
    const triple = tripleOf(world, type, idOf(req), consumerId);
    const used = deny(world, stageOf(world, type, idOf(req)), consumerId, reason);
    return ok(used ? generation.completed(world, used) : generation.denied(triple, reason, world.now()));
  };
}

function admitOf(world: World, generation: Generation): Handle {
  return (req) => {
    const { consumerId } = readFields(req.body, { consumerId: 'string' });
    return ok(generation.admitted(world, admit(world, stageOf(world, 'queue', idOf(req)), consumerId)));
  };
}
