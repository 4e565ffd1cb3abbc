/** The fields of a bank's form reach the handler, whatever parser of the shop's met the form before. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import bodyParser from 'body-parser';
import type express from 'express';
import { type Answer, Jar } from '../support/jar.js';
import { closeStages, openStage, parsing } from '../support/servers.js';

const express4 = createRequire(__filename)('express4') as typeof express;
const ANY = { type: (): boolean => true };
const PARSERS = {
  'no parser': [],
  'urlencoded()': [bodyParser.urlencoded({ extended: false })],
  'text()': [bodyParser.text(ANY)],
  'raw()': [bodyParser.raw(ANY)],
  "Express 4's text()": [express4.text(ANY)],
  "Express 4's raw()": [express4.raw(ANY)],
} as const;

const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data; boundary=b';
const MULTIPART_FORM = '--b\r\nContent-Disposition: form-data; name="cres"\r\n\r\nabc\r\n--b--\r\n';

let origin: string;
let url: string;

type Parser = Parameters<typeof parsing>[0];

async function open(...parsers: readonly Parser[]): Promise<void> {
  const stage = await openStage();
  const { fanfare } = stage;
  const shopper = await stage.serve('Express 5', [
    ...parsers.map((parser) => ({ use: [parsing(parser)] })),
    { path: '/return', use: [fanfare.acceptReturn({ fields: ['cres', 'MD', 'none'] })] },
    {
      path: '/checkout',
      use: [fanfare.claimAdmission(), (req, res) => res.end(fanfare.createReturnUrl(req, '/return'))],
    },
  ]);
  const headers = { 'X-Fanfare-Admission': stage.token() };
  ({ origin } = shopper);
  url = (await shopper.fetch('/checkout', { method: 'POST', headers })).text;
}

/** By a script, so that a refusal says its code. */
function bankPosts(body: string, type?: string): Promise<Answer> {
  const headers = {
    'Sec-Fetch-Site': 'cross-site',
    ...(type === undefined ? {} : { 'Content-Type': type }),
  };
  return new Jar(origin).fetch(url, { method: 'POST', headers, body });
}

const sentOn = async (answer: Promise<Answer>): Promise<unknown> => (await answer).headers.location;
const codeOf = async (answer: Promise<Answer>): Promise<unknown> => (await answer).json()['code'];

afterEach(closeStages);

describe.each(Object.entries(PARSERS))('behind %s', (_name, parsers) => {
  beforeEach(() => open(...parsers));

  test.each([FORM, `${FORM}; charset=UTF-8`])('a form of type %s is read', async (type) => {
    const sent = sentOn(bankPosts('MD=a%26b+c&cres=%C3%BC&x=y', type));
    expect(await sent).toBe(`${url}&cres=%C3%BC&MD=a%26b+c`);
  });

  test.each([undefined, FORM, MULTIPART, 'application/json'])(
    'a POST of nothing, of type %s, brings no field',
    async (type) => {
      expect(await sentOn(bankPosts('', type))).toBe(url);
    },
  );

  test.each([
    [MULTIPART, MULTIPART_FORM],
    ['text/plain', 'cres=abc'],
    ['application/json', '{"cres":"abc"}'],
  ])('%s is damaged data: a field that was sent must not seem to be missing', async (type, body) => {
    expect(await codeOf(bankPosts(body, type))).toBe('INVALID_ADMISSION_DATA');
  });
});

test.each(['no parser', 'text()', 'raw()'] as const)(
  'behind %s a body without a type is a form',
  async (name) => {
    await open(...PARSERS[name]);
    expect(await sentOn(bankPosts('cres=abc'))).toBe(`${url}&cres=abc`);
  },
);

test.each(['no parser', 'text()', 'raw()'] as const)('behind %s a form has 64 KB at most', async (name) => {
  await open(...PARSERS[name]);
  expect(await sentOn(bankPosts(`cres=abc&x=${'a'.repeat(65_525)}`, FORM))).toBe(`${url}&cres=abc`);
  expect(await codeOf(bankPosts(`cres=abc&x=${'a'.repeat(65_526)}`, FORM))).toBe('INVALID_ADMISSION_DATA');
});

/** As multer leaves it. */
function multipart(req: IncomingMessage, _res: ServerResponse, next: () => void): void {
  const body = Object.assign(Object.create(null) as object, { cres: 'abc' });
  Object.assign(req, { body });
  req.resume().once('end', next);
}

test('a multipart form counts where a parser of the shop has read it', async () => {
  await open(multipart);
  expect(await sentOn(bankPosts(MULTIPART_FORM, MULTIPART))).toBe(`${url}&cres=abc`);
});

test('what a parser has made a number of is no form', async () => {
  await open(bodyParser.json({ strict: false }));
  expect(await codeOf(bankPosts('7', 'application/json'))).toBe('INVALID_ADMISSION_DATA');
});
