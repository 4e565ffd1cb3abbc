// Server-rendered pages. Every value goes through `html`, which escapes.
const escaped = (value) => String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

class Html {
  constructor(text) {
    this.text = text;
  }
}

function html(strings, ...values) {
  const shown = (value) =>
    value instanceof Html
      ? value.text
      : Array.isArray(value)
        ? value.map(shown).join('')
        : escaped(value ?? '');
  return new Html(strings.reduce((text, string, index) => text + shown(values[index - 1]) + string));
}

const FOOTER = 'A demonstration of express-fanfare: nothing is charged, and nothing is sent.';

/** What stands around a page: nothing inside a frame, and no link home where there is none. */
function surroundings({
  parent,
  brand,
  home = '/',
  tagline = 'small editions, fairly sold',
  footer = FOOTER,
}) {
  if (parent) return { header: '', footer: '' };
  const name = brand
    ? html`<span class="brand">${brand}</span>`
    : html`<a class="brand" href="${home}">Quayside</a>`;
  return {
    header: html`<header class="bar">${name}<span>${tagline}</span></header>`,
    footer: html`<footer>${footer}</footer>`,
  };
}

/** `site`: which origin shows the page; `parent`: the one that frames it. */
function layout(title, body, { site = {}, scripts = [] } = {}) {
  const { header, footer } = surroundings(site);
  const modules = site.parent ? [...scripts, '/public/in-frame.js'] : scripts;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${title} · ${site.brand ?? 'Quayside'}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/public/style.css" />
      </head>
      <body class="${site.parent ? 'framed' : ''}">
        ${header}
        <main data-parent="${site.parent}">${body}</main>
        ${footer} ${modules.map((src) => html`<script type="module" src="${src}"></script>`)}
      </body>
    </html>`.text;
}

module.exports = { Html, html, layout };
