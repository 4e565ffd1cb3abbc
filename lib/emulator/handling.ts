/** How a route becomes a handler: who may call, what is read, where the answer goes. */
import type { IncomingMessage } from 'node:http';
import type express from 'express';
import type { Request, RequestHandler } from 'express';
import type { Triple } from './admission-record.js';
import type { Answer } from './answers.js';
import type { DistributionType } from './experiences.js';
import { send } from './send.js';
import { stageOf } from './world.js';
import type { World } from './world.js';

export type Express = typeof express;
export type Handle = (req: Request) => Answer;
type Allow = (world: World, req: IncomingMessage) => void;

const BODY_LIMIT = '64kb';

/** A handler that sends what `handle` returns; what it throws goes to the error handler of the app. */
export function answering(world: World, handle: Handle): RequestHandler {
  return function answersCall(req, res) {
    send(res, handle(req), world.now());
  };
}

/** Handlers for calls that `allow` lets pass, whoever calls; bodies are JSON. */
export function guarded(create: Express, world: World, allow: Allow): (handle: Handle) => RequestHandler[] {
  const json = create.json({ limit: BODY_LIMIT });
  return (handle) => [
    function allows(req, _res, next) {
      allow(world, req);
      next();
    },
    json,
    answering(world, handle),
  ];
}

/** The ids a call is about; 404 when there is no such distribution. */
export function tripleOf(
  world: World,
  type: DistributionType,
  distributionId: string,
  consumerId: string,
): Triple {
  stageOf(world, type, distributionId);
  return { distributionType: type, distributionId, consumerId };
}

export function idOf(req: Request): string {
  return String(req.params['id']);
}
