// The shop window, and the page where shoppers take part.
const { BIDDING_SECONDS } = require('../products.js');
const { drawing } = require('./drawing.js');
const { html, layout } = require('./layout.js');
const { notice } = require('./messages.js');

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

/** Each is a way of its own from the experience into the checkout; a real shop has one. */
const ways = ({ mechanism }) =>
  html`<label class="ways"
    >Checkout opens
    <select id="way">
      <option value="storage">here</option>
      <option value="link">here, by a link</option>
      <option value="elsewhere">on another domain</option>
      <option value="frame">in a frame</option>
      ${mechanism === 'draw' ? html`<option value="mail">by a link in an e-mail</option>` : ''}
    </select></label
  >`;

function experience(product, { local, reason }) {
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
  const live = local
    ? html`<section
          class="panel"
          id="experience"
          aria-label="${how.name}"
          data-api="${local.url}"
          data-key="${local.publishableKey}"
          data-type="${product.mechanism}"
          data-distribution="${product.distributionId}"
          data-slug="${product.slug}"
        >
          <p id="status" role="status" tabindex="-1">Ready when you are.</p>
          ${bid} ${ways(product)}
          <a class="button" id="checkout" href="/checkout/${product.slug}" hidden>Go to checkout</a>
          <button class="button" id="enter">${how.enter}</button>
          <noscript>Taking part needs JavaScript.</noscript>
        </section>
        <p class="quiet">${how.course}</p>
        <p class="quiet"><a href="${local.url}">See what your local Fanfare sees</a></p>`
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
    { scripts: ['/fanfare/checkout.js', '/public/experience.js'] },
  );
}

module.exports = { home, experience };
