// Webhooks are signed over time and body, as payment providers do it: `Pay-Signature: t=<seconds>,v1=<hex>`.
const { createHmac, timingSafeEqual } = require('node:crypto');

const OLDEST_SECONDS = 300;

const digestOf = (secret, seconds, body) =>
  createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();

function sign(secret, body, now = Date.now()) {
  const seconds = Math.floor(now / 1_000);
  return `t=${seconds},v1=${digestOf(secret, seconds, body).toString('hex')}`;
}

/** Whether the provider has sent this, not long ago. `body`: the bytes as they came. */
function isSigned(secret, body, header, now = Date.now()) {
  const [, seconds, hex] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header ?? '') ?? [];
  if (!hex || !Buffer.isBuffer(body) || Math.abs(now / 1_000 - seconds) > OLDEST_SECONDS) return false;
  return timingSafeEqual(digestOf(secret, seconds, body), Buffer.from(hex, 'hex'));
}

module.exports = { sign, isSigned };
