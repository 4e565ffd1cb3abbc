/** The reference that a bank brings back: what is signed is read back, and nothing else is. */
import jwt from 'jsonwebtoken';
import { signHandoff } from '../../lib/tokens/handoff-link.js';
import { createKeyring } from '../../lib/tokens/keyring.js';
import { type PaymentReturn, readReturn, signReturn } from '../../lib/tokens/payment-return.js';
import { readSession, type Session, signSession } from '../../lib/tokens/session.js';

const SECRET = 'a session secret for tests, long enough';
const OLD = 'an older session secret, long enough';
const keyring = createKeyring([SECRET]);
const ORG = 'org_1';
const END = 1_700_000_600_000;

const reference: PaymentReturn = {
  ...{ admissionId: 'a'.repeat(43), attemptId: 'attempt_1', path: '/pay/return', endsAt: END },
};
const session: Session = {
  admission: { id: 'a'.repeat(43), consumerId: 'c', distributionId: 'd', distributionType: 'queue' },
  ...{ sid: 's'.repeat(22), startedAt: 1, validatedAt: 2, attempted: false, provenBy: 'fanfare' },
};

test('what is signed is read back, over or not, also after the secret was rotated', () => {
  expect(readReturn(keyring, ORG, signReturn(keyring, ORG, reference))).toEqual(reference);
  const over = { ...reference, endsAt: 1_000 };
  expect(readReturn(keyring, ORG, signReturn(keyring, ORG, over))).toEqual(over);
  const before = signReturn(createKeyring([OLD]), ORG, reference);
  expect(readReturn(createKeyring([SECRET, OLD]), ORG, before)).toEqual(reference);
  expect(readReturn(keyring, ORG, before)).toBeUndefined();
});

test('its end is kept in whole seconds, and never comes earlier', () => {
  const text = signReturn(keyring, ORG, { ...reference, endsAt: END + 1 });
  expect(readReturn(keyring, ORG, text)?.endsAt).toBe(END + 1_000);
});

test.each<readonly [string, () => string]>([
  ['of another organization', () => signReturn(keyring, 'org_2', reference)],
  ['that is a session', () => signSession(keyring, ORG, session, 'sealed', END)],
  [
    'that is a link',
    () =>
      signHandoff(keyring, ORG, {
        ...{ id: 'link_1', organizationId: ORG, session, sealedToken: 'sealed', endsAt: END },
      }),
  ],
  ['for no purpose', () => jwt.sign({ id: 'a', att: 'b', path: '/' }, keyring[0].signing, { audience: ORG })],
  ['without a signature', () => `${signReturn(keyring, ORG, reference).split('.').slice(0, 2).join('.')}.`],
  ['that is null', () => jwt.sign('null', keyring[0].signing)],
  [
    'that is longer than any',
    () => signReturn(keyring, ORG, { ...reference, path: `/${'x'.repeat(4_096)}` }),
  ],
])('a reference %s is none', (_what, text) => {
  expect(readReturn(keyring, ORG, text())).toBeUndefined();
});

test('it is no session', () => {
  expect(readSession(keyring, ORG, signReturn(keyring, ORG, reference))).toBeUndefined();
});
