/** Knows the operator's browser again, so that a form can be bound to it. */
import { randomBytes } from 'node:crypto';
import type { Context } from '../middleware/context.js';
import type { Request, Response } from '../middleware/http.js';
import { isOwnForm, signForm } from '../tokens/operator-form.js';

/** A page that was left open overnight asks to be loaded again. */
const FORM_MS = 12 * 60 * 60_000;

/** What stands in the forms of this answer; gives the browser its cookie where it has none. */
export function formTokenFor(context: Context, req: Request, res: Response): string {
  const { keyring, settings, clock } = context;
  const browser = browserOf(context, req) ?? introduced(context, res);
  return signForm(keyring, settings.organizationId, browser, clock.now() + FORM_MS);
}

/** Whether the form that a request brings was made for the browser it comes from. */
export function bringsOwnForm(context: Context, req: Request, formToken: string | undefined): boolean {
  const browser = browserOf(context, req);
  if (browser === undefined || formToken === undefined) return false;
  return isOwnForm(context.keyring, context.settings.organizationId, browser, formToken, context.clock.now());
}

function browserOf(context: Context, { headers }: Request): string | undefined {
  const name = cookieName(context);
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  return value !== undefined && /^[A-Za-z0-9_-]{22}$/.test(value) ? value : undefined;
}

function introduced(context: Context, res: Response): string {
  const browser = randomBytes(16).toString('base64url');
  const secure = isSecure(context) ? ' Secure;' : '';
  res.appendHeader(
    'Set-Cookie',
    `${cookieName(context)}=${browser}; Path=/; HttpOnly;${secure} SameSite=Strict`,
  );
  return browser;
}

function cookieName(context: Context): string {
  return `${isSecure(context) ? '__Host-' : ''}fanfare_operator`;
}

function isSecure({ cookies }: Context): boolean {
  return cookies.prefix.startsWith('__Host-');
}
