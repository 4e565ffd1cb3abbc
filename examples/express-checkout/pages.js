// Server-rendered pages. Every value goes through `html`, which escapes.
const { art } = require('./art.js');

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

const drawing = (product) => new Html(art(product));

function layout(title, body, script) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>${title} · Quayside</title>
        <link rel="icon" href="data:," />
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

const HOW = { queue: 'Queue', draw: 'Draw', auction: 'Auction' };

/** In the reader's words, for each reason that stands behind `?fanfare=`. */
const WHY = new Map([
  ['required', 'Please take part first; checkout opens from there.'],
  ['expired', 'Your time to check out is over. You can take part again.'],
  ['invalid', 'We could not confirm your place. Please take part again.'],
  ['mismatch', 'Your place is for another edition. Please take part in this one.'],
  ['device_mismatch', 'Please finish on the device and in the browser where you took part.'],
  ['in_use', 'An order with your place is already under way. Please wait a moment, then try again.'],
  ['used', 'Your place has already been used for an order. You are welcome to take part again.'],
  ['invalid_admission_data', 'The link you followed is damaged. Please continue from here.'],
  ['too_many_attempts', 'That was a little fast. Please wait a minute, then try again.'],
]);

const notice = (reason) =>
  reason ? html`<p class="notice" role="alert">${WHY.get(reason) ?? 'Please continue from here.'}</p>` : '';

const price = ({ mechanism, amount }) => `${mechanism === 'auction' ? 'from ' : ''}€ ${amount}`;

function home(products, reason) {
  const cards = products.map(
    (product) =>
      html`<li class="card">
        ${drawing(product)}
        <div class="pad">
          <p class="tag">${HOW[product.mechanism]}</p>
          <h2>${product.name}</h2>
          <p>${product.text}</p>
          <p class="price">${price(product)}</p>
          <a class="button" href="/experience/${product.slug}"
            >Take part<span class="unseen"> in the ${HOW[product.mechanism]} for ${product.name}</span></a
          >
        </div>
      </li>`,
  );
  return layout(
    'Shop',
    html`${notice(reason)}
      <h1>This week’s editions</h1>
      <ul class="cards">
        ${cards}
      </ul>`,
  );
}

function experience(product, { emulator, reason }) {
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
    html`${notice(reason)}
      <article class="split">
        ${drawing(product)}
        <div>
          <p class="tag">${HOW[product.mechanism]}</p>
          <h1>${product.name}</h1>
          <p>${product.text}</p>
          <p class="price">${price(product)}</p>
          ${live}
        </div>
      </article>`,
    'experience.js',
  );
}

function checkout(product, { admission, serverNow, declined }) {
  const trouble = declined
    ? html`<p class="notice" role="alert">Your card was declined. Your place is kept: please try again.</p>`
    : '';
  // Fanfare may leave the end open; then there is nothing to count down to.
  const timer = admission.expiresAt
    ? html`<p
          class="timer"
          id="countdown"
          data-expires="${admission.expiresAt}"
          data-now="${serverNow}"
          data-experience="/experience/${product.slug}?fanfare=expired"
        >
          <span aria-hidden="true">--:--</span> left to order
        </p>
        <p class="unseen" role="status" id="announce"></p>`
    : '';
  return layout(
    'Checkout',
    html`${trouble}
      <article class="split">
        ${drawing(product)}
        <div>
          <p class="tag">You’re in</p>
          <h1>Checkout</h1>
          ${timer}
          <dl class="sum">
            <dt>${product.name}</dt>
            <dd>€ ${product.amount}</dd>
            <dt>Delivery</dt>
            <dd>free</dd>
          </dl>
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
      ${drawing(product)}
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

const fault = (message = 'That did not work. Please try again in a moment.') =>
  layout(
    'Something went wrong',
    html`<h1>Something went wrong</h1>
      <p>${message}</p>
      <a class="button" href="/">To the shop</a>`,
  );

module.exports = { home, experience, checkout, confirmation, notFound, fault };
