// Server-rendered pages. Every value goes through `html`, which escapes.
const { art } = require('./art.js');
const { BIDDING_SECONDS } = require('./products.js');

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
        <footer>A demonstration of express-fanfare: nothing is charged, and nothing is sent.</footer>
        ${script}
      </body>
    </html>`.text;
}

const HOW = {
  queue: {
    name: 'Queue',
    enter: 'Join the queue',
    course: 'You are let in a few seconds after you have joined.',
  },
  draw: {
    name: 'Draw',
    enter: 'Enter the draw',
    course: 'The draw takes place a few seconds after the first entry.',
  },
  auction: {
    name: 'Auction',
    enter: 'Join the auction',
    course: `Bidding is open for ${BIDDING_SECONDS} seconds from the first entry on.`,
  },
};

/** In the reader's words, for each reason that stands behind `?fanfare=`. */
const WHY = new Map([
  ['required', 'Please take part first; checkout opens from there.'],
  ['expired', 'Your time to check out is over. You can take part again.'],
  ['invalid', 'We could not confirm your place. Please take part again.'],
  ['mismatch', 'Your place is for another edition. Please take part in this one.'],
  ['device_mismatch', 'Please finish on the device and in the browser where you took part.'],
  ['in_use', 'An order with your place is already under way. Please wait a moment, then try again.'],
  ['claim_lost', 'Another order with your place took over. Please look there before you pay again.'],
  ['used', 'Your place has already been used for an order. You are welcome to take part again.'],
  ['invalid_admission_data', 'The link you followed is damaged. Please continue from here.'],
  ['too_many_attempts', 'That was a little fast. Please wait a minute, then try again.'],
]);

const notice = (reason) =>
  reason ? html`<p class="notice" role="alert">${WHY.get(reason) ?? 'Please continue from here.'}</p>` : '';

function home(products, reason) {
  const cards = products.map(
    (product) =>
      html`<li class="card">
        ${drawing(product)}
        <div class="pad">
          <p class="tag">${HOW[product.mechanism].name}</p>
          <h2>${product.name}</h2>
          <p>${product.text}</p>
          <p class="price">${product.price}</p>
          <a class="button" href="/experience/${product.slug}"
            >Take part<span class="unseen">
              in the ${HOW[product.mechanism].name} for ${product.name}</span
            ></a
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
  const how = HOW[product.mechanism];
  const bid =
    product.mechanism === 'auction'
      ? html`<form id="bid" hidden>
          <label
            >Your bid in €
            <input
              name="amount"
              inputmode="decimal"
              pattern="[0-9]{1,9}([.,][0-9]{1,2})?"
              title="an amount such as 420.00"
              value="${product.startingBid}"
              aria-describedby="problem"
              required /></label
          ><button class="button">Bid</button>
          <p id="problem" role="alert"></p>
        </form>`
      : '';
  const live = emulator
    ? html`<section
          class="panel"
          id="experience"
          aria-label="${how.name}"
          data-api="${emulator.url}"
          data-key="${emulator.key}"
          data-type="${product.mechanism}"
          data-distribution="${product.distributionId}"
          data-checkout="/checkout/${product.slug}"
        >
          <p id="status" role="status" tabindex="-1">Ready when you are.</p>
          ${bid}
          <a class="button" id="checkout" href="/checkout/${product.slug}" hidden>Go to checkout</a>
          <button class="button" id="enter">${how.enter}</button>
          <noscript>Taking part needs JavaScript.</noscript>
        </section>
        <p class="quiet">${how.course}</p>
        <p class="quiet"><a href="${emulator.url}">See what your local Fanfare sees</a></p>`
    : html`<p class="notice">
        Here stands Fanfare’s own experience widget; the shop runs against a real Fanfare.
      </p>`;
  return layout(
    product.name,
    html`${notice(reason)}
      <article class="split">
        ${drawing(product)}
        <div>
          <p class="tag">${how.name}</p>
          <h1>${product.name}</h1>
          <p>${product.text}</p>
          <p class="price">${product.price}</p>
          ${live}
        </div>
      </article>`,
    // A page that only shows why somebody is here takes an admission that a page before has stored, too.
    html`<script
        type="module"
        src="/fanfare/checkout.js"
        data-checkout-url="/checkout/${product.slug}"
      ></script>
      <script type="module" src="/public/experience.js"></script>`,
  );
}

const sum = (product, amount) =>
  html`<dl class="sum">
    <dt>${product.name}${product.deposit ? ', deposit' : ''}</dt>
    <dd>€ ${amount}</dd>
    <dt>Delivery</dt>
    <dd>free</dd>
  </dl>`;

function checkout(product, { admission, trouble }) {
  return layout(
    'Checkout',
    html`${trouble ? html`<p class="notice" role="alert">${trouble}</p>` : ''}
      <article class="split">
        ${drawing(product)}
        <div>
          <p class="tag">You’re in</p>
          <h1>Checkout</h1>
          <fanfare-countdown
            class="timer"
            id="countdown"
            admission-id="${admission.id}"
            experience-url="/experience/${product.slug}"
          >
            left to order</fanfare-countdown
          >
          ${sum(product, product.amount)}
          <form method="post" id="order" data-fanfare-checkout>
            <input type="hidden" name="fanfare_admission_id" value="${admission.id}" />
            <fieldset>
              <legend>Card</legend>
              <label><input type="radio" name="card" value="good" checked /> A card that works</label>
              <label><input type="radio" name="card" value="declined" /> A card that is declined</label>
            </fieldset>
            <button class="button">Pay € ${product.amount}</button>
          </form>
        </div>
      </article>`,
    html`<script type="module" src="/fanfare/checkout.js"></script>`,
  );
}

function confirmation(order, product) {
  return layout(
    'Thank you',
    html`<article class="split">
      ${drawing(product)}
      <div>
        <p class="tag">Ordered</p>
        <h1>Thank you</h1>
        <p>${product.name} is yours.</p>
        ${sum(product, order.amount)}
        <p class="quiet">Order number <code>${order.id}</code></p>
        <a class="button" href="/">Back to the shop</a>
      </div>
    </article>`,
  );
}

const notFound = () =>
  layout(
    'Not found',
    html`<h1>There is nothing here</h1>
      <p>The address may be mistyped, or what stood here is gone.</p>
      <a class="button" href="/">To the shop</a>`,
  );

const fault = (sentence) =>
  layout(
    'Something went wrong',
    html`<h1>Something went wrong</h1>
      <p>${sentence}</p>
      <a class="button" href="/">To the shop</a>`,
  );

module.exports = { home, experience, checkout, confirmation, notFound, fault };
