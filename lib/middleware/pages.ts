/** The small pages for a shopper who may not pass, or has to say so first: no assets, nothing to load on a bad night. Pure. */
import { createHash } from 'node:crypto';

export interface Page {
  readonly title: string;
  readonly sentence: string;
  readonly link?: { readonly href: string; readonly text: string };
  /** Sends an empty form to the page's own address. */
  readonly button?: string;
  /** Loads the same URL again by itself. */
  readonly reloadSeconds?: number;
}

const STYLE = `:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:1.0625rem/1.5 system-ui,sans-serif;background:Canvas;color:CanvasText}
main{max-width:30rem;padding:2rem 1.5rem}
h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25}
p{margin:0 0 1.5rem}
a,button{display:inline-block;min-height:44px;line-height:44px;padding:0 1.25rem;border:0;border-radius:.5rem;background:CanvasText;color:Canvas;font:inherit;line-height:44px;text-decoration:none;cursor:pointer}
:focus-visible{outline:3px solid Highlight;outline-offset:2px}`;

/** The second click of a double click, or of a shopper who sees nothing happen, sends no second form. */
const ONE_CLICK = `let pause=0
addEventListener('submit',(event)=>{if(event.timeStamp<pause)event.preventDefault();else pause=event.timeStamp+1e4})
addEventListener('pageshow',()=>{pause=0})`;

/** A shop's own policy may forbid inline styles, and would leave these pages bare. They need nothing else. */
export const PAGE_POLICY = policy('none');
/** For a page with a button, which nobody may put under another site's page. */
export const BUTTON_POLICY = `${policy('self')}; script-src ${hashOf(ONE_CLICK)}; frame-ancestors 'none'`;

function policy(formAction: 'none' | 'self'): string {
  return `default-src 'none'; style-src ${hashOf(STYLE)}; base-uri 'none'; form-action '${formAction}'`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** Renders a page. */
export function html(page: Page): string {
  const reload =
    page.reloadSeconds === undefined
      ? ''
      : `<meta http-equiv="refresh" content="${String(page.reloadSeconds)}">`;
  const link =
    page.link === undefined
      ? ''
      : `<p><a href="${escaped(page.link.href)}">${escaped(page.link.text)}</a></p>`;
  const button =
    page.button === undefined
      ? ''
      : `<form method="post"><button>${escaped(page.button)}</button></form><script>${ONE_CLICK}</script>`;
  const role = page.button === undefined ? ' role="alert"' : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">${reload}<title>${escaped(page.title)}</title><style>${STYLE}</style></head>
<body><main><div${role}><h1>${escaped(page.title)}</h1><p>${escaped(page.sentence)}</p>${link}${button}</div></main></body></html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
