// What a shop's process looks like before the package is loaded, and after it has come and gone: the same.
const assert = require('node:assert/strict');
const http = require('node:http');
// Many globals are made by Node when they are first looked at, which is nobody's doing here.
for (const name of Object.getOwnPropertyNames(globalThis))
  if (!name.endsWith('Storage')) void globalThis[name];

const WATCHED = {
  globalThis,
  process,
  'process.env': process.env,
  'require.extensions': require.extensions,
  'http.globalAgent': http.globalAgent,
  'http.IncomingMessage': http.IncomingMessage.prototype,
  'http.ServerResponse': http.ServerResponse.prototype,
  Object: Object.prototype,
  Array: Array.prototype,
  Function: Function.prototype,
  Promise: Promise.prototype,
  Error,
};

/** Every property of what everybody shares, getters not called. */
function properties() {
  return Object.entries(WATCHED).flatMap(([name, object]) =>
    Reflect.ownKeys(object).map((key) => {
      const { value, get, set } = Reflect.getOwnPropertyDescriptor(object, key);
      return [`${name} ${String(key)}`, value ?? get ?? set];
    }),
  );
}

function listeners() {
  return process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name)}`);
}

function assertUntouched(before, when) {
  const now = new Map(properties());
  for (const [name, value] of before.properties) {
    // Node counts on these by itself.
    if (/^process (_eventsCount|_events|_exiting|moduleLoadList)$/.test(name)) continue;
    assert.ok(Object.is(now.get(name), value), `${when}: ${name} is another`);
    now.delete(name);
  }
  now.delete('process _events');
  assert.deepEqual(
    [...now.keys()].filter((name) => !before.names.has(name)),
    [],
    when,
  );
  assert.deepEqual(listeners(), before.listeners, when);
}

/** Files of ours that `require` has read. */
function ownFiles() {
  return Object.keys(require.cache).filter((file) => /express-fanfare.dist/.test(file));
}

const atFirst = properties();
const before = { properties: atFirst, names: new Set(atFirst.map(([name]) => name)), listeners: listeners() };
const { createFanfare, memoryLedger } = require('express-fanfare');
assertUntouched(before, 'loaded');
assert.ok(ownFiles().length <= 3, `loading reads ${ownFiles().join(', ')}`);
assert.ok(!Object.keys(require.cache).some((file) => /node_modules.(undici|negotiator)/.test(file)));

const fanfare = createFanfare({
  organizationId: 'org_1',
  secretKey: 'sk_test_1',
  ledger: memoryLedger(),
  session: { secrets: ['a secret of at least thirty-two bytes'] },
});
const made = [
  fanfare.attachAdmission(),
  fanfare.requireAdmission(),
  fanfare.claimAdmission(),
  fanfare.routes(),
];
assert.ok(made.every((middleware) => typeof middleware === 'function'));
assertUntouched(before, 'made');
fanfare
  .ready()
  .then(() => assertUntouched(before, 'ready'))
  .then(() => fanfare.close())
  .then(() => assertUntouched(before, 'closed'));
