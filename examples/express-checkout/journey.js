// One shopper's way through a running shop by HTTP: refused, admitted, declined, ordered, and led to the order.
// Usage: node journey.js <the shop's address>. Ends with 0 when everything was as it should be, else with 1.
const assert = require('node:assert/strict');

const [shop] = process.argv.slice(2);
const WAIT_MS = 60_000;
const jar = new Map();

async function ask(path, { page = true, ...init } = {}) {
  const headers = { Accept: page ? 'text/html' : 'application/json', ...init.headers };
  if (jar.size > 0) headers.Cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await fetch(shop + path, { redirect: 'manual', ...init, headers });
  for (const line of answer.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
    jar.set(name, value);
  }
  return answer;
}

async function said(what, check) {
  await check();
  console.log(`ok - ${what}`);
}

/** Asks again until there is an answer; a shop that never comes to it fails the journey instead of holding it up. */
async function until(what, look) {
  const end = Date.now() + WAIT_MS;
  while (Date.now() < end) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Waited ${WAIT_MS / 1000} s in vain: ${what}`);
}

const textOf = async (path) => (await ask(path)).text();

/** Sends the order form as the page has it, hidden fields too. */
async function pay(card, form) {
  const fields = new URLSearchParams({ card });
  for (const [, name, value] of form.matchAll(/type="hidden"\s+name="([^"]+)"\s+value="([^"]+)"/g)) {
    fields.set(name, value);
  }
  assert.ok(fields.get('fanfare_admission_id'), 'the form names its admission');
  return ask('/checkout/lamp', { method: 'POST', body: fields });
}

async function grantOf(page) {
  const [, api] = /data-api="([^"]+)"/.exec(page);
  const [, key] = /data-key="([^"]+)"/.exec(page);
  const headers = { 'Content-Type': 'application/json', 'X-Publishable-Key': key };
  const { accessToken } = await (
    await fetch(`${api}/auth/guest`, { method: 'POST', headers, body: '{}' })
  ).json();
  const own = { ...headers, Authorization: `Bearer ${accessToken}` };
  await fetch(`${api}/queues/queue_lamp/enter`, { method: 'POST', headers: own, body: '{}' });
  const admissionGrant = await until('the queue admits', async () => {
    const answer = await fetch(`${api}/queues/queue_lamp/status`, { headers: own });
    return (await answer.json()).admissionGrant;
  });
  return { api, admissionGrant };
}

async function main() {
  assert.ok(shop, 'Usage: node journey.js <address of the shop>');
  let local;
  let form;
  let order;
  await said('a visit without an admission leads to the experience, with a kind word', async () => {
    const answer = await ask('/checkout/lamp');
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get('location'), '/experience/lamp?fanfare=required');
    assert.match(await textOf('/experience/lamp?fanfare=required'), /role="alert">\s*Please take part first/);
  });
  await said('the queue admits, and the handoff is accepted', async () => {
    local = await grantOf(await textOf('/experience/lamp'));
    const body = JSON.stringify({ grant: local.admissionGrant });
    const headers = { 'Content-Type': 'application/json' };
    const answer = await ask('/fanfare/admission', { page: false, method: 'POST', headers, body });
    assert.equal(answer.status, 200);
  });
  await said('the checkout page counts down by the server clock', async () => {
    form = await textOf('/checkout/lamp');
    const [, id] = /admission-id="([^"]+)"/.exec(form);
    const { serverNow, admissions } = JSON.parse(await textOf('/fanfare/session'));
    assert.ok(admissions.find((held) => held.id === id).expiresAt > serverNow);
  });
  await said('an admission for the queue opens no other checkout', async () => {
    const answer = await ask('/checkout/print');
    assert.equal(answer.headers.get('location'), '/experience/print?fanfare=mismatch');
  });
  await said('a declined card keeps the place', async () => {
    const answer = await pay('declined', form);
    assert.equal(answer.status, 402);
    form = await answer.text();
    assert.match(form, /declined\. Your place is kept/);
  });
  await said('a good card makes the order', async () => {
    const answer = await pay('good', form);
    assert.equal(answer.status, 303);
    order = answer.headers.get('location');
    assert.match(await textOf(order), /Thank you/);
  });
  await said('a refresh of the finished checkout leads to the order', async () => {
    const answer = await ask('/checkout/lamp');
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get('location'), order);
  });
  await said('a second submit is refused and shows the order', async () => {
    const answer = await pay('good', form);
    assert.equal(answer.status, 409);
    assert.ok((await answer.text()).includes(order));
  });
  await said('Fanfare hears of the order, once', async () => {
    const orderId = order.replace('/orders/', '');
    const completion = await until('the completion arrives', async () => {
      const { admissions } = await (await fetch(`${local.api}/emulator/admissions`)).json();
      return admissions.map((admission) => admission.completion).find((made) => made.orderId === orderId);
    });
    assert.equal(completion.effects, 1);
    assert.equal(completion.metadata.orderAmount, '129.00');
  });
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
