/** What the requests tell. Pure. */
import { checkOf } from './check.js';

/** What browsers keep of one cookie with its name, and what all of ours may take together, in bytes. */
const COOKIE_LIMIT = 4_096;
const SESSIONS_LIMIT = 8_000;
/** How much of a limit may be used before it is said. */
const NEAR = 0.9;
/** The other headers need their part of Node's limit. */
const NEAR_HEADER = 0.75;

export const REQUEST_CHECKS = {
  TRUST_PROXY_OFF: checkOf('requests', {
    level: 'warn',
    fine: 'No proxy was seen that Express does not trust.',
    wrong: ({ distrustedProxy }) =>
      distrustedProxy &&
      'Requests carry X-Forwarded headers and Express does not trust who sent them: if that is your proxy, "req.ip" is its address for every shopper and "req.secure" is false. Set "trust proxy" to its address or to how many proxies there are, not to true.',
  }),
  COOKIES_NEED_TLS: checkOf('requests', {
    level: 'warn',
    fine: 'No page was asked for over plain http.',
    wrong: ({ plainPage }, { insecureCookies }) =>
      plainPage &&
      insecureCookies !== true &&
      'A page was asked for over plain http, where browsers drop our Secure cookies and every admitted shopper is sent away: use https, let your proxy say X-Forwarded-Proto, or set "session.insecure" for development.',
  }),
  MOUNTED_AFTER_STATIC: checkOf('requests', {
    level: 'info',
    fine: 'No express.static stands before attachAdmission().',
    wrong: ({ afterStatic }) =>
      afterStatic &&
      'attachAdmission() is mounted after express.static, so a token in the address of a static page is not picked up: mount it before, if shoppers arrive on such a page.',
  }),
  BODY_NOT_PARSED: checkOf('requests', {
    level: 'warn',
    fine: 'No guard looked for a token in a body that nobody had read.',
    wrong: ({ unreadBody }) =>
      unreadBody &&
      'A guard found no token in a submit whose body nobody had read: mount the body parser before the guard, if your forms carry the token.',
  }),
  TWO_INSTANCES: checkOf('requests', {
    level: 'warn',
    fine: 'No request came past two instances.',
    wrong: ({ otherInstance }) =>
      otherInstance &&
      'One request came past two instances of createFanfare, which may clear each other’s sessions and bar each other’s claims: make one and share it.',
  }),
  COOKIE_NEAR_LIMIT: checkOf('requests', {
    level: 'warn',
    fine: 'No session cookie is too long for browsers.',
    wrong: ({ longestCookie }) =>
      longestCookie > COOKIE_LIMIT * NEAR &&
      `A session cookie has ${longestCookie} bytes, and browsers drop one of more than ${COOKIE_LIMIT}: ask Fanfare for shorter tokens.`,
  }),
  SESSIONS_NEAR_LIMIT: checkOf('requests', {
    level: 'warn',
    fine: 'No browser holds too many sessions.',
    wrong: ({ ourCookies }) =>
      ourCookies > SESSIONS_LIMIT * NEAR &&
      `A browser's session cookies have ${ourCookies} bytes together; at ${SESSIONS_LIMIT} the oldest session goes, never one with an open attempt. One shopper with so many admissions is worth a look.`,
  }),
  COOKIE_HEADER_NEAR_LIMIT: checkOf('requests', {
    level: 'warn',
    fine: 'No Cookie header is too long for Node.',
    wrong: ({ cookieHeader, headerLimit }) =>
      cookieHeader > headerLimit * NEAR_HEADER &&
      `A Cookie header has ${cookieHeader} bytes, and Node refuses requests (431) whose headers have more than ${headerLimit}: set fewer cookies, or start node with --max-http-header-size.`,
  }),
};
