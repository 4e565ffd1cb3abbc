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

function layout(title, body, script) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${title} · Quayside</title>
        <link rel="stylesheet" href="/public/style.css" />
      </head>
      <body>
        <header class="bar">
          <a class="brand" href="/">Quayside</a><span>small editions, fairly sold</span>
        </header>
        <main>${body}</main>
        ${script ? html`<script src="/public/${script}" defer></script>` : ''}
      </body>
    </html>`.text;
}

const art = ({ hue, name }) =>
  html`<svg class="art" role="img" aria-label="${name}" viewBox="0 0 320 200">
    <rect width="320" height="200" fill="hsl(${hue} 45% 88%)" />
    <circle cx="160" cy="86" r="54" fill="hsl(${hue} 60% 62%)" />
    <rect x="60" y="150" width="200" height="10" rx="5" fill="hsl(${hue} 35% 40%)" />
  </svg>`;

const HOW = { queue: 'Queue', draw: 'Draw', auction: 'Auction' };

function home(products) {
  const cards = products.map(
    (product) =>
      html`<li class="card">
        ${art(product)}
        <div class="pad">
          <p class="tag">${HOW[product.mechanism]}</p>
          <h2>${product.name}</h2>
          <p>${product.text}</p>
          <p class="price">€ ${product.amount}</p>
          <a class="button" href="/experience/${product.slug}">Take part</a>
        </div>
      </li>`,
  );
  return layout(
    'Shop',
    html`<h1>This week’s editions</h1>
      <ul class="cards">
        ${cards}
      </ul>`,
  );
}

const WHY = {
  required: 'Please take part first; checkout opens from there.',
  expired: 'Your time to check out is over. You can take part again.',
  invalid: 'We could not confirm your place. Please take part again.',
  mismatch: 'Your place is for another edition. Please take part in this one.',
};

function experience(product, { emulator, reason }) {
  const notice = reason
    ? html`<p class="notice" role="alert">${WHY[reason] ?? 'Please continue from here.'}</p>`
    : '';
  const bid =
    product.mechanism === 'auction'
      ? html`<form id="bid" hidden>
          <label
            >Your bid in €
            <input name="amount" inputmode="decimal" value="${product.amount}" required /></label
          ><button class="button">Bid</button>
        </form>`
      : '';
  const live = emulator
    ? html`<section
        id="experience"
        data-api="${emulator.url}"
        data-key="${emulator.key}"
        data-type="${product.mechanism}"
        data-distribution="${product.distributionId}"
        data-checkout="/checkout/${product.slug}"
      >
        <p id="status" role="status" aria-live="polite">Ready when you are.</p>
        ${bid}
        <button class="button" id="enter">
          ${product.mechanism === 'queue' ? 'Join the queue' : 'Take part'}
        </button>
        <a class="button" id="checkout" href="/checkout/${product.slug}" hidden>Go to checkout</a>
      </section>`
    : html`<p class="notice">
        Here stands Fanfare’s own experience widget; the shop runs against a real Fanfare.
      </p>`;
  return layout(
    product.name,
    html`${notice}
      <article class="split">
        ${art(product)}
        <div>
          <p class="tag">${HOW[product.mechanism]}</p>
          <h1>${product.name}</h1>
          <p>${product.text}</p>
          ${live}
        </div>
      </article>`,
    'experience.js',
  );
}

function checkout(product, { admission, serverNow, declined }) {
  const notice = declined
    ? html`<p class="notice" role="alert">Your card was declined. Your place is kept: please try again.</p>`
    : '';
  return layout(
    'Checkout',
    html`${notice}
      <article class="split">
        ${art(product)}
        <div>
          <h1>${product.name}</h1>
          <p
            class="timer"
            id="countdown"
            data-expires="${admission.expiresAt}"
            data-now="${serverNow}"
            data-experience="/experience/${product.slug}?fanfare=expired"
          >
            <span aria-hidden="true">--:--</span> left to order
          </p>
          <p class="quiet" role="timer" id="announce"></p>
          <form method="post" id="order">
            <input type="hidden" name="fanfare_admission_id" value="${admission.id}" />
            <fieldset>
              <legend>Card</legend>
              <label
                ><input type="radio" name="card" value="good" ${declined ? '' : 'checked'} /> A card that
                works</label
              >
              <label
                ><input type="radio" name="card" value="declined" ${declined ? 'checked' : ''} /> A card that
                is declined</label
              >
            </fieldset>
            <button class="button">Pay € ${product.amount}</button>
          </form>
        </div>
      </article>`,
    'checkout.js',
  );
}

function confirmation(order, product) {
  return layout(
    'Thank you',
    html`<article class="split">
      ${art(product)}
      <div>
        <p class="tag">Order ${order.id}</p>
        <h1>Thank you</h1>
        <p>${product.name} is yours, for € ${order.amount}. We have told Fanfare that your place is used.</p>
        <a class="button" href="/">Back to the shop</a>
      </div>
    </article>`,
  );
}

const notFound = () =>
  layout(
    'Not found',
    html`<h1>There is nothing here</h1>
      <a class="button" href="/">To the shop</a>`,
  );

module.exports = { home, experience, checkout, confirmation, notFound };
