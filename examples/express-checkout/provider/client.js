// The shop's side of the payment provider: what a library such as `stripe` would be.
const DEADLINE_MS = 5_000;

function createProviderClient({ origin, secret, notifyUrl }) {
  async function call(path, body) {
    const answer = await fetch(origin + path, {
      method: body ? 'POST' : 'GET',
      headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    if (!answer.ok) throw new Error(`The payment provider answered ${answer.status}`);
    return answer.json();
  }
  return {
    origin,
    /** Charges the card, or says what has to happen first. One payment for each `idempotencyKey`, charged once. */
    pay: (payment) => call('/payments', { ...payment, notifyUrl }),
    find: (id) => call(`/payments/${encodeURIComponent(id)}`),
    refund: (id) => call(`/payments/${encodeURIComponent(id)}/refund`, {}),
  };
}

module.exports = { createProviderClient };
