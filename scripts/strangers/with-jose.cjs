// jose is an ES module, which both kinds of module load the moment a token is checked.
const assert = require('node:assert/strict');
const { generateKeyPairSync, sign } = require('node:crypto');
const { offlineVerifier } = require('express-fanfare/jwks');

const [ours, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
const signed = [{ alg: 'EdDSA' }, { consumerId: 'c' }]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.');
const tokenBy = ({ privateKey }) =>
  `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
const verifier = offlineVerifier({ keys: ours.publicKey.export({ format: 'jwk' }) });
const verdict = (pair) => verifier.verify(tokenBy(pair), { now: Date.now(), emit: console.log });

Promise.all([verdict(ours), verdict(other)]).then((verdicts) => {
  assert.deepEqual(verdicts, ['signed', 'forged']);
});
