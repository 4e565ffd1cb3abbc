/** The page's style and script, and the policy that lets nothing else run. */
import { createHash } from 'node:crypto';
import { Markup } from '../markup.js';

const STYLE = `
:root { color-scheme: light dark; --ground: #f6f5f2; --card: #fff; --ink: #1d1b18; --soft: #5f5a52; --line: #e3dfd7;
  --blue: #2456c4; --green: #14683d; --red: #b3261e; --amber: #7d5200; --tint: 12%; }
@media (prefers-color-scheme: dark) { :root { --ground: #151412; --card: #1f1d1a; --ink: #f0ede7; --soft: #b3ac9f;
  --line: #36322c; --blue: #8fb0ff; --green: #6fd3a0; --red: #ff9d94; --amber: #f0c060; --tint: 20%; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
header, main { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: 0 0 .25rem; letter-spacing: -.01em; }
h2 { font-size: 1.05rem; margin: 2rem 0 .75rem; display: flex; gap: .5rem; align-items: baseline; }
h2 small, .soft { color: var(--soft); font-weight: 400; font-size: .87rem; }
p { margin: 0; }
code, .mono { font-family: ui-monospace, "SF Mono", Menlo, monospace; font-size: .84rem; overflow-wrap: anywhere; }
.stages { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: .75rem; margin-top: 1.25rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: .9rem 1.1rem; }
.stages .card { padding: .7rem .9rem; }
.stages b { display: block; font-weight: 600; font-size: .92rem; }
.admissions { display: grid; gap: .75rem; }
.row { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: center; }
.row > :last-child { margin-left: auto; }
.badge { --tone: var(--soft); color: var(--tone); background: color-mix(in srgb, var(--tone) var(--tint), transparent);
  border-radius: 1rem; padding: .05rem .65rem; font-size: .8rem; font-weight: 600; white-space: nowrap; }
.open { --tone: var(--blue); } .completed { --tone: var(--green); } .denied, .bad { --tone: var(--red); }
.expired, .fault { --tone: var(--amber); } .good { --tone: var(--green); }
.who { font-weight: 600; }
ol { list-style: none; margin: .7rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; }
li { position: relative; padding-left: 1rem; font-size: .87rem; }
li::before { content: ""; position: absolute; left: 0; top: .5em; width: .5rem; height: .5rem; border-radius: 50%;
  background: var(--tone, var(--soft)); }
li time { color: var(--soft); font-variant-numeric: tabular-nums; margin-right: .35rem; }
.scroll { overflow-x: auto; padding: 0; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; }
th { text-align: left; color: var(--soft); font-weight: 500; }
th, td { padding: .45rem 1.1rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
td:nth-child(3) { white-space: normal; min-width: 16rem; }
td time { font-variant-numeric: tabular-nums; color: var(--soft); }
.empty { color: var(--soft); text-align: center; padding: 2rem 1rem; }
footer { padding: 2rem 1.25rem 3rem; text-align: center; color: var(--soft); font-size: .87rem; }
a { color: var(--blue); }
footer a { display: inline-flex; align-items: center; min-height: 44px; }
[data-gone] header::after { content: "The emulator does not answer any more"; color: var(--red); font-weight: 600; }
[data-gone] main { opacity: .5; }
@media (max-width: 34rem) { header, main { padding-inline: .9rem; } ol { display: block; } li { margin-top: .2rem; }
  .row > :last-child { margin-left: 0; width: 100%; } th, td { padding-inline: .8rem; } }
`;

/** Puts in the fresh content every two seconds, without losing the reader's place. */
const SCRIPT = `
setInterval(async () => {
  if (document.hidden) return;
  try {
    const text = await (await fetch(location.href)).text();
    const fresh = new DOMParser().parseFromString(text, 'text/html').querySelector('main');
    const shown = document.querySelector('main');
    if (fresh && fresh.innerHTML !== shown.innerHTML) shown.replaceWith(fresh);
    document.body.removeAttribute('data-gone');
  } catch { document.body.setAttribute('data-gone', ''); }
}, 2000);
`;

// Written as whole tags: the policy's hashes hold for the text between them, to the last space.
export const STYLE_TAG = new Markup(`<style>${STYLE}</style>`);
export const SCRIPT_TAG = new Markup(`<script>${SCRIPT}</script>`);

export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src '${hashOf(STYLE)}'`,
  `script-src '${hashOf(SCRIPT)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
