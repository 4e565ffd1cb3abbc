// One shopper's way through a running shop by HTTP: refused, admitted, declined, ordered, and led to the order.
const assert = require('node:assert/strict');

const [shop] = process.argv.slice(2);
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

const pay = (card) => ask('/checkout/lamp', { method: 'POST', body: new URLSearchParams({ card }) });

async function grantOf(page) {
  const [, api] = /data-api="([^"]+)"/.exec(page);
  const [, key] = /data-key="([^"]+)"/.exec(page);
  const headers = { 'Content-Type': 'application/json', 'X-Publishable-Key': key };
  const { accessToken } = await (
    await fetch(`${api}/auth/guest`, { method: 'POST', headers, body: '{}' })
  ).json();
  const own = { ...headers, Authorization: `Bearer ${accessToken}` };
  await fetch(`${api}/queues/queue_lamp/enter`, { method: 'POST', headers: own, body: '{}' });
  for (;;) {
    const state = await (await fetch(`${api}/queues/queue_lamp/status`, { headers: own })).json();
    if (state.admissionGrant) return { api, admissionGrant: state.admissionGrant };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function main() {
  let local;
  let order;
  await said('a visit without an admission leads to the experience', async () => {
    const answer = await ask('/checkout/lamp');
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get('location'), '/experience/lamp?fanfare=required');
  });
  await said('the queue admits, and the handoff is accepted', async () => {
    local = await grantOf(await (await ask('/experience/lamp')).text());
    const body = JSON.stringify({ admissionGrant: local.admissionGrant });
    const headers = { 'Content-Type': 'application/json' };
    const answer = await ask('/fanfare/admission', { page: false, method: 'POST', headers, body });
    assert.equal(answer.status, 200);
  });
  await said('the checkout page counts down by the server clock', async () => {
    assert.match(await (await ask('/checkout/lamp')).text(), /data-expires="\d+"\s+data-now="\d+"/);
  });
  await said('an admission for the queue opens no other checkout', async () => {
    assert.equal(
      (await ask('/checkout/print')).headers.get('location'),
      '/experience/print?fanfare=mismatch',
    );
  });
  await said('a declined card keeps the place', async () => {
    const answer = await pay('declined');
    assert.equal(answer.status, 402);
    assert.match(await answer.text(), /declined/);
  });
  await said('a good card makes the order', async () => {
    const answer = await pay('good');
    assert.equal(answer.status, 303);
    order = answer.headers.get('location');
    assert.match(await (await ask(order)).text(), /Thank you/);
  });
  await said('a refresh of the finished checkout leads to the order', async () => {
    assert.equal((await ask('/checkout/lamp')).headers.get('location'), order);
  });
  await said('a second submit makes no second order', async () => {
    const answer = await pay('good');
    assert.equal(answer.status, 409);
    assert.ok((await answer.text()).includes(order));
  });
  await said('Fanfare hears of the order', async () => {
    for (;;) {
      const text = await (await fetch(`${local.api}/emulator/admissions`)).text();
      if (text.includes(order.replace('/orders/', ''))) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
