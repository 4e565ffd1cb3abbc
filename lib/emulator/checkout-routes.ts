/** The Checkout API's routes, and the check of handoff tokens. */
import type { Router } from 'express';
import { cancelPayment, createCheckout, refundPayment } from './checkouts.js';
import { requireBearer } from './credentials.js';
import { readFields } from './fields.js';
import { guarded } from './handling.js';
import type { Express } from './handling.js';
import { redeemHandoff } from './merchant-calls.js';
import type { World } from './world.js';

export function checkoutRoutes(create: Express, world: World): Router {
  const router = create.Router();
  const merchant = guarded(create, world, requireBearer);
  router.post(
    '/checkout',
    merchant((req) => createCheckout(world, req.body)),
  );
  router.post(
    '/payments/cancellations',
    merchant((req) => cancelPayment(world, req.body)),
  );
  router.post(
    '/payments/refunds',
    merchant((req) => refundPayment(world, req.body)),
  );
  router.post(
    '/handoffs/validate',
    merchant((req) => redeemHandoff(world, readFields(req.body, { token: 'string' }).token)),
  );
  return router;
}
