// One server in a process of its own, by the name of its case; tells the parent its port, and ends with it.
import { createSecretKey } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import connect from 'connect';
import session from 'express-session';
import helmet from 'helmet';
import jwt from 'jsonwebtoken';
import { queueItMiddleware } from './queue-it.mjs';
import { earnCookie, openShop, SECRET } from './shop.mjs';

const require = createRequire(import.meta.url);
const [name] = process.argv.slice(2);

async function ours(app) {
  const shop = await openShop();
  app.use(shop.fanfare.attachAdmission());
  app.use(shop.fanfare.requireAdmission());
  return earnCookie(shop);
}

/** The cookie that a shopper of {@link ours} carries, sent to the neighbours too. */
async function sameCookie() {
  const shop = await openShop();
  const cookie = await earnCookie(shop);
  await shop.close();
  return cookie;
}

function withJwt(app) {
  const key = createSecretKey(Buffer.from(SECRET));
  const token = jwt.sign({ sub: 'cons_1' }, SECRET);
  app.use((req, _res, next) => {
    req.user = jwt.verify(/token=([^;]*)/.exec(req.headers.cookie)[1], key, { algorithms: ['HS256'] });
    next();
  });
  return `token=${token}`;
}

async function withQueueIt(app) {
  const { middleware, cookie } = await queueItMiddleware();
  app.use(middleware);
  return cookie;
}

function withSession(app) {
  app.use(session({ secret: SECRET, resave: false, saveUninitialized: false }));
}

const empty = (app) => {
  app.use((_req, _res, next) => {
    next();
  });
};
/** What no middleware of a session does without: a look at the cookie, a property of the request, and no cache may keep the page. */
const least = (app) => {
  app.use((req, res, next) => {
    req.cookieLength = req.headers.cookie.length;
    res.setHeader('Cache-Control', 'private, no-store');
    next();
  });
};
const express = require('express');
const express4 = require('express4');
/** How each case is made; it may resolve to a cookie of its own. */
const CASES = {
  'Connect, cookie ignored': [connect, () => undefined],
  'Connect, the least of a session': [connect, least],
  'attachAdmission + requireAdmission': [connect, ours],
  'jsonwebtoken, KeyObject': [connect, withJwt],
  'Queue-it': [connect, withQueueIt],
  'express-session': [connect, withSession],
  helmet: [connect, (app) => void app.use(helmet())],
  'Express 5, one empty middleware': [express, empty],
  'Express 5, the least of a session': [express, least],
  'Express 5, ours': [express, ours],
  'Express 4, one empty middleware': [express4, empty],
  'Express 4, the least of a session': [express4, least],
  'Express 4, ours': [express4, ours],
};

const [framework, use] = CASES[name];
const app = framework();
const cookie = (await use(app)) ?? (await sameCookie());
app.use((_req, res) => {
  res.setHeader('Content-Type', 'text/plain');
  res.end('checkout');
});
const server = createServer(app).listen(0, '127.0.0.1', () => {
  process.send({ port: server.address().port, cookie });
});
process.on('disconnect', () => process.exit());
