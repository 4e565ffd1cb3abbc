/** A shop, and a checkout on another domain that it hands its admissions to. */
import type { FanfareOptions, Ledger } from '../../lib/index.js';
import type { Jar } from '../support/jar.js';
import type { ManualClock } from '../support/manual-clock.js';
import { openStage, type Route, showAdmission, type Stage } from '../support/servers.js';

/** The secret of both. */
export const BOTH = 'a secret that both of the domains know';
export const PAY = 'https://pay.example';
/** How long a link is good. */
export const MINUTE = 60_000;

export interface Domains {
  /** A browser at the shop, which has the admission. */
  readonly here: Jar;
  /** The same shopper's browser at the other domain. */
  readonly there: Jar;
}

/** The shop that hands over. */
export const openShop = (
  ledger: Ledger,
  clock: ManualClock,
  options: Partial<FanfareOptions> = {},
): Promise<Stage> =>
  openStage({ ledger, handoff: { secrets: [BOTH], destinations: [PAY] }, ...options }, { clock });

/** The stage's own shop is the one that hands over; `pay` are the other's options. */
export async function openDomains(
  stage: Stage,
  ledger: Ledger,
  pay: Partial<FanfareOptions> = {},
): Promise<Domains> {
  const { fanfare } = stage;
  const checkout = stage.another({
    ledger,
    handoff: { secrets: [BOTH], origin: PAY },
    session: { secrets: ['another session secret, of the pay page'], insecure: true },
    ...pay,
  });
  const order: Route['use'][number] = (req, res) => {
    if (req.headers['x-pay'] === 'elsewhere') return void res.end('elsewhere');
    if (req.headers['x-pay'] === 'declined') return void res.writeHead(402).end('declined');
    checkout.completeAdmission(req, { orderId: 'order_1' }).then(
      () => res.end(JSON.stringify({ superseded: req.admission?.superseded ?? null })),
      (error: unknown) => res.end(String(error)),
    );
  };
  const here = await stage.serve('Express 5', [
    { use: [fanfare.attachAdmission()] },
    { path: '/checkout', use: [fanfare.requireAdmission(), showAdmission] },
    { path: '/order', use: [fanfare.claimAdmission(), showAdmission] },
    { path: '/leave', use: [handing((req) => fanfare.createHandoffUrl(req, { url: `${PAY}/pay?cart=1` }))] },
    {
      path: '/leave-with-admission',
      use: [
        fanfare.requireAdmission(),
        handing((req) => fanfare.createHandoffUrl(req.admission!, { url: `${PAY}/pay` })),
      ],
    },
  ]);
  const there = await stage.serve('Express 5', [
    { use: [checkout.attachAdmission()] },
    { path: '/pay', use: [checkout.requireAdmission(), showAdmission] },
    { path: '/order', use: [checkout.claimAdmission(), order] },
  ]);
  await here.visit(`/checkout?admission_token=${stage.token()}`);
  return { here, there };
}

function handing(make: (req: Parameters<Route['use'][number]>[0]) => Promise<string>): Route['use'][number] {
  return (req, res) => {
    make(req).then(
      (url) => res.writeHead(303, { Location: url }).end(),
      (error: unknown) => {
        res.statusCode = 500;
        res.end(JSON.stringify({ code: (error as { code?: string }).code, text: String(error) }));
      },
    );
  };
}

/** The part of a link that a server at the other domain sees. */
export async function leave(here: Jar, path = '/leave'): Promise<string> {
  const { status, headers } = await here.visit(path);
  expect(status).toBe(303);
  const link = new URL(headers.location!);
  expect(link.origin).toBe(PAY);
  return link.pathname + link.search;
}

export const codeOf = async (answer: Promise<{ json(): Record<string, unknown> }>): Promise<unknown> =>
  (await answer).json()['code'];
