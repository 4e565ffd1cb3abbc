/** The link to another domain: what is signed is read back there, and nothing else is. */
import jwt from 'jsonwebtoken';
import { handedSid, type HandoffLink, readHandoff, signHandoff } from '../../lib/tokens/handoff-link.js';
import { createKeyring } from '../../lib/tokens/keyring.js';
import { signReturn } from '../../lib/tokens/payment-return.js';
import { type Session, signSession } from '../../lib/tokens/session.js';

const SECRET = 'a secret that two domains know, long enough';
const OLD = 'an older secret of both, also long enough';
const keyring = createKeyring([SECRET]);
const PAY = 'https://pay.example';
const END = 1_700_000_600_000;

const session: Session = {
  admission: {
    ...{ id: 'a'.repeat(43), consumerId: 'cons_1', distributionId: 'queue_1', distributionType: 'queue' },
    ...{ experienceId: 'exp_1', admittedAt: 1, expiresAt: END },
  },
  ...{ sid: 's'.repeat(22), startedAt: 2, validatedAt: 3, attempted: false, provenBy: 'fanfare' },
};
const link: HandoffLink = {
  ...{ id: 'link_1', organizationId: 'org_1', session, sealedToken: 'sealed', endsAt: END },
};

/** Claims of a genuine link, some of them changed, signed by somebody who holds the secret. */
function resigned(changed: object, options: jwt.SignOptions = {}): string {
  const claims = jwt.decode(signHandoff(keyring, PAY, link)) as object;
  return jwt.sign({ ...claims, ...changed }, keyring[0].signing, { noTimestamp: true, ...options });
}

test('what is signed is read back, also after the secret was rotated', () => {
  expect(readHandoff(keyring, PAY, signHandoff(keyring, PAY, link))).toEqual(link);
  const before = signHandoff(createKeyring([OLD]), PAY, link);
  expect(readHandoff(createKeyring([SECRET, OLD]), PAY, before)).toEqual(link);
  expect(readHandoff(keyring, PAY, before)).toBeUndefined();
});

test('an unverified session stays one', () => {
  const unverified = { ...link, session: { ...session, provenBy: 'nobody' as const } };
  expect(readHandoff(keyring, PAY, signHandoff(keyring, PAY, unverified))?.session.provenBy).toBe('nobody');
});

test.each<readonly [string, () => string]>([
  ['for another site', () => signHandoff(keyring, 'https://other.example', link)],
  ['for the same host without TLS', () => signHandoff(keyring, 'http://pay.example', link)],
  ['that is a session of the same secret', () => signSession(keyring, PAY, session, 'sealed', END)],
  [
    'that is a return of the same secret',
    () => signReturn(keyring, PAY, { admissionId: 'a', attemptId: 'b', path: '/', endsAt: END }),
  ],
  ['for another purpose', () => resigned({ use: 'handoff' })],
  ['for two sites', () => resigned({ aud: undefined, use: ['admission-handoff'] })],
  ['without a name', () => resigned({ jti: undefined })],
  ['with a name that climbs', () => resigned({ jti: '../link' })],
  ['with a name that is a list', () => resigned({ jti: ['link_1'] })],
  ['with a consumer that climbs', () => resigned({ con: '../cons_1' })],
  ['with a distribution that is an object', () => resigned({ dis: {} })],
  ['with a type of Object.prototype', () => resigned({ typ: 'constructor' })],
  ['signed with HS384', () => resigned({}, { algorithm: 'HS384' })],
  ['that is null', () => jwt.sign('null', keyring[0].signing)],
  ['longer than any', () => signHandoff(keyring, PAY, { ...link, sealedToken: 'x'.repeat(4_096) })],
  ['that is empty', () => ''],
])('a link %s is none', (_what, text) => {
  expect(readHandoff(keyring, PAY, text())).toBeUndefined();
});

test('the session on the other side is known to all links of this one, and to nobody else', () => {
  const sid = handedSid(keyring, session);
  expect(sid).toMatch(/^[\w-]{22}$/);
  expect(handedSid(keyring, { ...session, validatedAt: 9 })).toBe(sid);
  for (const other of [
    handedSid(keyring, { ...session, sid: 't'.repeat(22) }),
    handedSid(keyring, { ...session, admission: { ...session.admission, id: 'b'.repeat(43) } }),
    handedSid(createKeyring([OLD]), session),
    session.sid,
  ])
    expect(other).not.toBe(sid);
});
