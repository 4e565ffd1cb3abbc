/** The emulator as one Express application, to listen by itself or to be mounted in another. */
import type express from 'express';
import type { ErrorRequestHandler, Express } from 'express';
import { answering } from './handling.js';
import { malformed, ok, problem, Refusal } from './answers.js';
import type { Answer } from './answers.js';
import { checkoutRoutes } from './checkout-routes.js';
import { consumerRoutes } from './consumer-routes.js';
import { controlRoutes } from './control-routes.js';
import { gatewayRoutes } from './gateway-routes.js';
import { generated, oldest } from './generations.js';
import { meetCall } from './meet-call.js';
import { send } from './send.js';
import { ownCompletionRoutes, shopperRoutes } from './shopper-routes.js';
import type { World } from './world.js';

export function createApp(create: typeof express, world: World): Express {
  const app = create();
  app.disable('x-powered-by');
  const shopper = shopperRoutes(create, world);
  const gateway = gatewayRoutes(create, world);
  app.use(controlRoutes(create, world));
  app.use(meetCall(world));
  // The contract names the path and no body.
  app.get(
    ['/health', '/v1/health', '/api/health', '/api/v1/health'],
    answering(world, () => ok({})),
  );
  app.use('/api/v1', consumerRoutes(create, world, oldest));
  app.use(
    '/api',
    consumerRoutes(create, world, generated),
    checkoutRoutes(create, world),
    ownCompletionRoutes(create, world),
    shopper,
  );
  app.use('/v1', gateway, shopper);
  app.use(gateway, shopper);
  app.use(function answersNotFound(_req, res) {
    send(res, problem(404, 'Not found'), world.now());
  });
  app.use(answerErrors(world));
  return app;
}

function answerErrors(world: World): ErrorRequestHandler {
  return function answersErrors(error: unknown, _req, res, next) {
    const answer = error instanceof Refusal ? error.answer : answerOfParser(error);
    if (answer) send(res, answer, world.now());
    else next(error);
  };
}

/** What a body parser or the router found wrong with a request; undefined when the fault is ours. */
function answerOfParser(error: unknown): Answer | undefined {
  const { status, type } = error as { readonly status?: unknown; readonly type?: unknown };
  if (typeof status !== 'number' || status < 400 || status > 499) return undefined;
  if (status === 413) return problem(413, 'Request body too large');
  return type === 'entity.parse.failed'
    ? malformed([{ field: 'body', expected: 'JSON object', received: 'something else' }])
    : problem(status, 'Bad request');
}
