/** A shop whose Fanfare knows two tokens, and says yes to exactly these for exactly their ids. */
import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import bodyParser from 'body-parser';
import { admissionId } from '../../lib/admission/identity.js';
import { createFanfare, DIALECTS, type Fanfare, memoryLedger, type Middleware } from '../../lib/index.js';
import { signHandoff } from '../../lib/tokens/handoff-link.js';
import { createKeyring } from '../../lib/tokens/keyring.js';
import { signReturn } from '../../lib/tokens/payment-return.js';
import { sealToken } from '../../lib/tokens/seal.js';
import { base64, token } from '../jwks/minting.js';
import { ManualClock } from '../support/manual-clock.js';
import { listenerOf, type Route, SECRET, type ServerKind, showAdmission } from '../support/servers.js';
import { askInProcess } from './in-process.js';
import type { Genuine } from './strange-asks.js';

const IDS = { consumerId: 'cons_1', distributionId: 'queue_1', distributionType: 'queue' } as const;
const ORIGIN = 'https://shop.example';
const BOTH = 'a secret that two domains know, long enough';
const BESIDE = { consumer_id: 'cons_1', distribution_id: 'queue_1', distribution_type: 'queue' };

export interface FuzzedShop {
  readonly genuine: Genuine;
  readonly fanfare: Fanfare;
  /** How often Fanfare has said yes. */
  yeses(): number;
  listener(kind: ServerKind): RequestListener;
}

export async function openFuzzedShop(): Promise<FuzzedShop> {
  const clock = new ManualClock();
  const opaque = `adm_${randomBytes(24).toString('base64url')}`;
  const signed = token({ alg: 'EdDSA', typ: 'JWT' }, { ...IDS, jti: 'x' }, () => randomBytes(64));
  let yeses = 0;
  const validate = (
    asked: { readonly token: string } & Readonly<Record<keyof typeof IDS, string>>,
  ): unknown => {
    const theirs = Object.entries(IDS).every(([name, id]) => asked[name as keyof typeof IDS] === id);
    if (theirs && [opaque, signed].includes(asked.token)) {
      yeses += 1;
      // Over at once, so that the yes is kept for nobody else.
      return { valid: true, expiresAt: clock.now() };
    }
    return otherwise(asked.token);
  };
  const fanfare = createFanfare({
    ...{ organizationId: 'org_1', secretKey: 'sk_test_1', ledger: memoryLedger({ clock }), clock },
    api: {
      dialect: { ...DIALECTS.gateway, name: 'none', validate: {}, complete: {} },
      validate: validate as never,
      complete: () => true,
    },
    session: { secrets: [SECRET], insecure: true },
    handoff: { secrets: [BOTH], origin: ORIGIN },
    // Every request is to be judged, not only one client's first thirty.
    coldValidationsPerMinute: false,
    ...{ deliveries: 'manual', onEvent: () => undefined },
  });
  const listener = (kind: ServerKind): RequestListener => listenerOf(kind, routesOf(fanfare));
  const cookie = await earnCookie(listener('node:http'), signed);
  const signs = signsFor(signed, clock.now());
  return {
    genuine: { signed, opaque, ids: BESIDE, cookie, ...signs },
    fanfare,
    yeses: () => yeses,
    listener,
  };
}

/** What our own signature stands under, besides the cookie. */
function signsFor(signed: string, now: number): Pick<Genuine, 'link' | 'reference'> {
  const id = admissionId('org_1', IDS, undefined);
  const endsAt = now + 600_000;
  const keyring = createKeyring([BOTH]);
  const link = signHandoff(keyring, ORIGIN, {
    ...{ id: 'link_1', organizationId: 'org_1', sealedToken: sealToken(keyring, signed, id), endsAt },
    session: {
      admission: { ...IDS, id, expiresAt: endsAt },
      ...{ sid: 'sid_1', startedAt: now, validatedAt: now, provenBy: 'fanfare', attempted: false },
    },
  });
  const returned = { admissionId: id, attemptId: 'attempt_1', path: '/back', endsAt };
  return { link, reference: signReturn(createKeyring([SECRET]), 'org_1', returned) };
}

/** Most strangers get a no, some of them with reasons, and some nothing that can be told. */
function otherwise(asked: string): unknown {
  const digit = asked.length % 8;
  if (digit === 0) throw new Error('no answer');
  return digit === 1 ? { valid: false, code: 'token_expired' } : digit === 2 ? base64(asked) : false;
}

function routesOf(fanfare: Fanfare): readonly Route[] {
  const parsers = [bodyParser.json(), bodyParser.urlencoded({ extended: true })].map(forgiving);
  return [
    { use: [fanfare.attachAdmission()] },
    { mount: '/fanfare', use: [fanfare.routes()] },
    { use: parsers },
    { path: '/page', use: [showAdmission] },
    { path: '/checkout', use: [fanfare.requireAdmission(), showAdmission] },
    { path: '/experience', use: [fanfare.requireAdmission(), showAdmission] },
    { path: '/back', use: [fanfare.acceptReturn({ fields: ['cres'] }), showAdmission] },
    { path: '/order', use: [fanfare.claimAdmission(), showAdmission] },
    { use: [fanfare.requireAdmission(), showAdmission] },
  ];
}

type Parser = (req: never, res: never, next: (error?: unknown) => void) => void;

/** What a parser refuses comes to the guards all the same, without a body. */
function forgiving(parser: Parser): Middleware {
  return (req, res, next) => {
    parser(req as never, res as never, () => next?.());
  };
}

async function earnCookie(listener: RequestListener, grant: string): Promise<readonly [string, string]> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ grant });
  const answer = await askInProcess(listener, {
    method: 'POST',
    target: '/fanfare/admission',
    headers,
    body,
  });
  const [pair = ''] = String(answer.headers['set-cookie']).split(';');
  const [, name, value] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no session: ${answer.text}`);
  return [name, value];
}
