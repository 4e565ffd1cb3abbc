/** The events of what is posted to a shop: by Fanfare, by a payment provider, by the winner who presses the button. */
import Stripe from 'stripe';
import type { Middleware } from '../../lib/index.js';
import { fanfareWebhook, stripeMetadata, stripeWebhook } from '../../lib/webhooks/index.js';
import { listen, listenerOf } from '../support/servers.js';
import { until } from '../support/shop.js';
import type { TimedShop } from '../support/timed-shop.js';
import { timestamped, WEBHOOK_SECRET as secrets } from '../webhooks/post-box.js';
import { admissionOf, reach, type Story } from './story.js';

const HOUR = 3_600_000;
const stripe = new Stripe('sk_test_of_nobody');

function serve(use: Middleware): Promise<string> {
  return listen(listenerOf('node:http', [{ path: '/', use: [use] }]));
}

async function post(url: string, body: string, headers: Readonly<Record<string, string>>): Promise<number> {
  return (await fetch(url, { method: 'POST', body, headers, redirect: 'manual' })).status;
}

/** What Fanfare says of a shopper who left its queue at that time. */
async function sendLeft({ clock }: TimedShop, url: string, id: string, at: number): Promise<void> {
  const data = { queueId: 'queue_1', consumerId: 'cons_1', leftAt: new Date(at).toISOString() };
  const body = JSON.stringify({ id, type: 'queue.consumer.left', timestamp: data.leftAt, data });
  expect(await post(url, body, timestamped(body, clock.now()))).toBe(200);
}

async function sendPayment(url: string, type: string, object: object): Promise<void> {
  const payload = JSON.stringify({ id: `evt_${type}`, object: 'event', type, data: { object } });
  // The library judges a signature's age by the time of the machine, which a story cannot move.
  const timestamp = Math.floor(Date.now() / 1_000);
  const signature = stripe.webhooks.generateTestHeaderString({ payload, secret: secrets, timestamp });
  expect(await post(url, payload, { 'Stripe-Signature': signature })).toBe(200);
}

export const POSTED_STORIES: Readonly<Record<string, Story>> = {
  'a stranger posts what nobody signed': {
    brings: ['webhook.refused'],
    tell: async (shop) => {
      expect(await post(await serve(fanfareWebhook(shop.fanfare, { secrets })), '{}', {})).toBe(400);
    },
  },
  'Fanfare tells of a shopper, and then of what was before': {
    brings: ['webhook.received', 'webhook.ignored'],
    tell: async (shop) => {
      const heard: string[] = [];
      const url = await serve(fanfareWebhook(shop.fanfare, { secrets, onEvent: ({ id }) => heard.push(id) }));
      await sendLeft(shop, url, 'whk_later', shop.clock.now());
      await until(() => heard.length === 1);
      await sendLeft(shop, url, 'whk_earlier', shop.clock.now() - HOUR);
      await reach(shop, 'webhook.ignored');
      expect(heard).toEqual(['whk_later']);
    },
  },
  'the work of a webhook fails for days': {
    brings: ['webhook.failed', 'webhook.dead'],
    // In all those days nothing else has to be done every second.
    options: { deliveries: 'manual' },
    tell: async (shop) => {
      const onEvent = (): never => {
        throw new Error('no database');
      };
      const url = await serve(fanfareWebhook(shop.fanfare, { secrets, onEvent }));
      await sendLeft(shop, url, 'whk_poison', shop.clock.now());
      await reach(shop, 'webhook.dead', HOUR);
    },
  },
  'a payment fails, and one comes for an admission that another order has used': {
    brings: ['payment.failed', 'webhook.order_refused'],
    tell: async (shop) => {
      const admission = await admissionOf(await shop.admitted());
      const url = await serve(stripeWebhook(shop.fanfare, { secrets, stripe }));
      const intent = {
        id: 'pi_1',
        amount_received: 500,
        currency: 'eur',
        metadata: stripeMetadata(admission),
      };
      await sendPayment(url, 'payment_intent.payment_failed', intent);
      await reach(shop, 'payment.failed');
      await shop.fanfare.completeAdmission(admission, { orderId: 'order_1' });
      await sendPayment(url, 'payment_intent.succeeded', intent);
      await reach(shop, 'webhook.order_refused');
    },
  },
  'a winner comes from an e-mail and presses the button': {
    brings: ['winner_link.created', 'winner_link.redeemed'],
    tell: async (shop) => {
      const url = await serve(shop.fanfare.winnerPage());
      const prize = shop.emulator.mint({ distributionId: 'draw_1', distributionType: 'draw' });
      const deadline = shop.clock.now() + HOUR;
      const link = await shop.fanfare.createWinnerLink(prize, { url, deadline });
      expect(await post(link, '', { 'Sec-Fetch-Site': 'same-origin' })).toBe(303);
    },
  },
};
