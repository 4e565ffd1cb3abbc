/** The page that shows what happened to each admission. */
import { type Markup, markup } from '../markup.js';
import type { AdmissionView, MomentName } from './admission-record.js';
import type { DistributionType } from './experiences.js';
import { TYPE_WORDS } from './experiences.js';
import type { Fault } from './faults.js';
import { SCRIPT_TAG, STYLE_TAG } from './page-assets.js';
import type { RequestView } from './request-log.js';

/** Everything the page and `GET /emulator/admissions` show. */
export interface Happened {
  readonly serverNow: string;
  readonly organizationId: string;
  readonly experiences: readonly {
    readonly name: string;
    readonly distributions: readonly { readonly id: string; readonly type: DistributionType }[];
  }[];
  readonly faults: readonly Fault[];
  readonly admissions: readonly AdmissionView[];
  readonly requests: readonly RequestView[];
}

const ADMISSIONS_SHOWN = 100;
const REQUESTS_SHOWN = 50;

/** The whole page; `base` is where the emulator is mounted, empty when it listens by itself. */
export function renderPage(happened: Happened, base: string): string {
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Fanfare emulator</title>
        ${STYLE_TAG}
        <noscript><meta http-equiv="refresh" content="3" /></noscript>
      </head>
      <body>
        <header>
          <h1>Fanfare emulator</h1>
          <p class="soft">
            A local stand-in for Fanfare. Organization <code>${happened.organizationId}</code>
          </p>
        </header>
        <main>
          ${stages(happened)} ${faults(happened.faults)} ${admissions(happened.admissions)}
          ${requests(happened.requests)}
        </main>
        <footer>The same as JSON: <a href="${base}/emulator/admissions">/emulator/admissions</a></footer>
        ${SCRIPT_TAG}
      </body>
    </html> `.text;
}

function stages({ experiences }: Happened): Markup {
  return markup`<div class="stages">
    ${experiences.map(
      ({ name, distributions }) =>
        markup`<div class="card">
          <b>${name}</b>
          ${distributions.map(({ id, type }) => markup`<p class="soft">${TYPE_WORDS[type]} <code>${id}</code></p>`)}
        </div>`,
    )}
  </div>`;
}

function faults(list: readonly Fault[]): Markup {
  if (list.length === 0) return markup``;
  return markup`<h2>Faults to come <small>${list.length}</small></h2>
    <p>
      ${list.slice(0, 20).map((fault) => markup`<span class="badge fault">${fault.on ?? 'any'}: ${fault.kind}</span> `)}
    </p>`;
}

function admissions(views: readonly AdmissionView[]): Markup {
  const shown = views.slice(-ADMISSIONS_SHOWN).reverse();
  return markup`<h2>Admissions <small>${views.length}, newest first, times in UTC</small></h2>
    <div class="admissions">
      ${shown.length === 0 ? markup`<p class="card empty">Nobody has been admitted yet.</p>` : shown.map(admission)}
    </div>`;
}

function admission(view: AdmissionView): Markup {
  const { completion } = view;
  return markup`<article class="card">
    <div class="row">
      <span class="badge ${view.state}">${view.state}</span>
      <span class="who mono">${view.consumerId}</span>
      <span class="soft">${TYPE_WORDS[view.distributionType]} <code>${view.distributionId}</code></span>
      ${completion.orderId === undefined ? markup`` : markup`<span>order <code>${completion.orderId}</code></span>`}
      <span class="soft">${callsOf(view)}${ending(view)}</span>
    </div>
    <ol>
      ${view.timeline.map(
        ({ at, what, detail, times: count }) =>
          markup`<li class="${TONES[what]}">
            ${clockTime(at)}
            ${what}${count > 1 ? ` ×${count}` : ''}${detail === undefined ? '' : `: ${detail}`}
          </li>`,
      )}
    </ol>
  </article>`;
}

function callsOf({ validations, completion }: AdmissionView): string {
  return [
    validations.yes > 0 ? `validated ${times(validations.yes)}` : 'not validated yet',
    ...(validations.no > 0 ? [`refused ${times(validations.no)}`] : []),
    ...(completion.received > 0 ? [`complete received ${times(completion.received)}`] : []),
  ].join(', ');
}

function ending({ state, expiresAt }: AdmissionView): Markup {
  return state === 'open' ? markup`, ends ${clockTime(expiresAt)}` : markup``;
}

const TONES: Readonly<Record<MomentName, string>> = {
  minted: 'open',
  validated: 'good',
  refused: 'bad',
  completed: 'good',
  'completed again': 'fault',
  'completion refused': 'bad',
  denied: 'bad',
  expired: 'fault',
};

function requests(views: readonly RequestView[]): Markup {
  const shown = views.slice(-REQUESTS_SHOWN).reverse();
  if (shown.length === 0)
    return markup`<h2>Requests</h2>
      <p class="card empty">No call has come in yet.</p>`;
  return markup`<h2>Requests <small>the last ${shown.length}, newest first</small></h2>
    <div class="card scroll" tabindex="0" role="region" aria-label="The last requests">
      <table>
        <tr>
          <th>Time</th>
          <th>Answer</th>
          <th>Call</th>
          <th>Idempotency key</th>
        </tr>
        ${shown.map(request)}
      </table>
    </div>`;
}

function request({ at, method, path, status, fault, idempotencyKey = '' }: RequestView): Markup {
  return markup`<tr>
    <td>${clockTime(at)}</td>
    <td>
      <span class="badge ${status !== undefined && status < 400 ? 'good' : 'bad'}"
        >${status ?? 'no answer'}</span
      >
      ${fault === undefined ? markup`` : markup`<span class="badge fault">${fault}</span>`}
    </td>
    <td class="mono">${method} ${path}</td>
    <td class="mono">${idempotencyKey}</td>
  </tr>`;
}

function clockTime(isoTime: string): Markup {
  return markup`<time datetime="${isoTime}" title="${isoTime}">${isoTime.slice(11, 19)}</time>`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
