// Winners by e-mail: Fanfare's webhook tells of them, and the mail holds a link of ours, never the token.
const { EventEmitter, once } = require('node:events');
const express = require('express');
const { fanfareWebhook } = require('express-fanfare/webhooks');
const pages = require('../pages/index.js');
const { productOfDrop } = require('../products.js');

const DAY_MS = 86_400_000;

function inviteWinners(app, { fanfare, site, webhookSecret, local }) {
  const mails = [];
  const sent = new EventEmitter();

  const receive = fanfareWebhook(fanfare, {
    secrets: [webhookSecret],
    async onEvent(event) {
      if (event.type !== 'admission.won' || !event.token) return;
      const deadline = event.expiresAt ?? Date.now() + DAY_MS;
      const link = await fanfare.createWinnerLink(event, { url: `${site.origin}/winner`, deadline });
      // A shop sends the mail here. This one keeps it, to be read at `/mails`.
      mails.unshift({ to: event.consumerId, product: productOfDrop(event.distributionId), link });
      sent.emit('mail');
    },
  });
  app.post('/webhooks/fanfare', receive);

  const checkoutUrl = ({ distributionId }) => `/checkout/${productOfDrop(distributionId).slug}`;
  app.use('/winner', fanfare.winnerPage({ checkoutUrl }));

  app.get('/mails', (_req, res) => res.send(pages.mails(mails, site)));
  if (!local) return;
  // The local Fanfare sends no webhooks by itself, so the winner's own browser has it send one.
  app.post('/mails', express.json(), async (req, res) => {
    const mailed = once(sent, 'mail');
    await local.tellOfWinner(`${site.origin}/webhooks/fanfare`, webhookSecret, req.body.admissionGrant);
    await mailed;
    res.status(204).end();
  });
}

module.exports = { inviteWinners };
