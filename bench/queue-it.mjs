// The neighbour: Queue-it's connector, as a shop calls it on the page load of a shopper who was let in before.
import { createHmac } from 'node:crypto';
import queueIt from '@queue-it/connector-javascript';

const PAGE = 'https://shop.example/checkout';
const CUSTOMER = 'shop';
const SECRET = 'a secret of at least thirty-two bytes';
// The cookie is not renewed at each page load: that would cost one more HMAC.
const EVENT = {
  Name: 'checkout',
  EventId: 'drop1',
  QueueDomain: 'queue.example',
  CookieDomain: '',
  CookieValidityMinute: 20,
  ExtendCookieValidity: false,
  IsCookieHttpOnly: true,
  IsCookieSecure: true,
  ActionType: 'Queue',
  RedirectLogic: 'AllowTParameter',
  Triggers: [
    {
      LogicalOperator: 'And',
      TriggerParts: [
        {
          ValidatorType: 'UrlValidator',
          UrlPart: 'PagePath',
          Operator: 'Equals',
          ValueToCompare: '/checkout',
        },
      ],
    },
  ],
};
const INTEGRATION = JSON.stringify({ Version: 1, Integrations: [EVENT] });
const LOCAL = Object.assign(new queueIt.QueueEventConfig(EVENT.EventId, [], '', '', EVENT.QueueDomain), {
  cookieValidityMinute: EVENT.CookieValidityMinute,
  extendCookieValidity: EVENT.ExtendCookieValidity,
  cookieDomain: EVENT.CookieDomain,
});

const sha256 = (secret, text) => createHmac('sha256', secret).update(text).digest('hex');

/** What the connector is handed with one request. */
function contextOf(headers, setCookie) {
  const request = {
    getUserAgent: () => headers['user-agent'] ?? '',
    getHeader: (name) => headers[name.toLowerCase()] ?? '',
    getAbsoluteUri: () => PAGE,
    getUserHostAddress: () => '127.0.0.1',
    getRequestBodyAsString: () => '',
    getCookieValue: (name) => cookieValue(headers.cookie ?? '', name),
  };
  return {
    getHttpRequest: () => request,
    getHttpResponse: () => ({ setCookie }),
    getCryptoProvider: () => ({ getSha256Hash: sha256 }),
    getEnqueueTokenProvider: () => null,
  };
}

function cookieValue(cookies, name) {
  const start = cookies.indexOf(`${name}=`);
  if (start === -1) return undefined;
  const end = cookies.indexOf(';', start);
  return decodeURIComponent(cookies.slice(start + name.length + 1, end === -1 ? undefined : end));
}

const byLocalConfig = (token, context) =>
  queueIt.KnownUser.resolveQueueRequestByLocalConfig(PAGE, token, LOCAL, CUSTOMER, SECRET, context, null);
const byIntegrationConfig = (token, context) =>
  queueIt.KnownUser.validateRequestByIntegrationConfig(PAGE, token, INTEGRATION, CUSTOMER, SECRET, context);

/** A session cookie, earned with a token as Queue-it would sign it. */
async function earnCookie() {
  const ends = Math.floor(Date.now() / 1_000) + 600;
  const claims = `e_${EVENT.EventId}~q_00000000-0000-4000-8000-000000000001~ts_${ends}~ce_false~cv_20~rt_queue`;
  let cookie;
  const keep = (name, value) => (cookie = `${name}=${encodeURIComponent(value)}`);
  await byLocalConfig(`${claims}~h_${sha256(SECRET, claims)}`, contextOf({}, keep));
  return cookie;
}

/** The cases by name: each checks one page load with a good session. */
export async function queueItCases() {
  const headers = { cookie: await earnCookie(), accept: 'text/html', host: 'shop.example' };
  const cases = {
    'Queue-it, event given in code': () => byLocalConfig('', contextOf(headers)),
    'Queue-it, event found by its configuration': () => byIntegrationConfig('', contextOf(headers)),
  };
  for (const [name, check] of Object.entries(cases)) {
    const { actionType, queueId, redirectUrl } = await check();
    if (actionType !== 'Queue' || !queueId || redirectUrl)
      throw new Error(`${name}: the session was not let in`);
  }
  return cases;
}

/** The same check as a middleware on any server, and a cookie that it lets in. */
export async function queueItMiddleware() {
  const cookie = await earnCookie();
  const middleware = (req, res, next) => {
    const setCookie = (name, value) => res.setHeader('Set-Cookie', `${name}=${encodeURIComponent(value)}`);
    byLocalConfig('', contextOf(req.headers, setCookie)).then(({ redirectUrl }) => {
      if (redirectUrl) res.writeHead(302, { Location: redirectUrl }).end();
      else next();
    }, next);
  };
  return { middleware, cookie };
}
