// The checkout, what follows it, and the page around it where it stands in a frame.
const { drawing } = require('./drawing.js');
const { html, layout } = require('./layout.js');

const sum = (product, amount) =>
  html`<dl class="sum">
    <dt>${product.name}${product.deposit ? ', deposit' : ''}</dt>
    <dd>€ ${amount}</dd>
    <dt>Delivery</dt>
    <dd>free</dd>
  </dl>`;

const CARDS = [
  ['good', 'A card that works'],
  ['declined', 'A card that is declined'],
  ['bank', 'A card whose bank asks you first (3-D Secure)'],
  ['later', 'A card whose bank answers later (by webhook)'],
];

const card = ([value, text], index) =>
  html`<label
    ><input type="radio" name="card" value="${value}" ${index === 0 ? 'checked' : ''} /> ${text}</label
  >`;

function checkout(product, { admission, trouble, site }) {
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
            experience-url="${site.parent ? '/over' : `${site.home ?? '/'}experience/${product.slug}`}"
          >
            left to order</fanfare-countdown
          >
          ${sum(product, product.amount)}
          <form method="post" action="/checkout/${product.slug}" id="order" data-fanfare-checkout>
            <input type="hidden" name="fanfare_admission_id" value="${admission.id}" />
            <fieldset>
              <legend>Card</legend>
              ${CARDS.map(card)}
            </fieldset>
            <button class="button">Pay € ${product.amount}</button>
          </form>
        </div>
      </article>`,
    { site, scripts: ['/fanfare/checkout.js'] },
  );
}

/** `public/waiting.js` looks again by itself. */
const waiting = (product, site) =>
  layout(
    'Waiting for your bank',
    html`<div class="narrow">
      <h1>Waiting for your bank</h1>
      <p role="status" class="waits" id="status">
        Your bank has not answered yet. You may stay here: this page goes on by itself.
      </p>
      <p class="quiet"><a href="/checkout/${product.slug}">Pay in another way</a></p>
    </div>`,
    { site, scripts: ['/public/waiting.js'] },
  );

const confirmation = (order, product, site) =>
  layout(
    'Thank you',
    html`<article class="split" data-order="${order.id}">
      ${drawing(product)}
      <div>
        <p class="tag">Ordered</p>
        <h1>Thank you</h1>
        <p>${product.name} is yours.</p>
        ${sum(product, order.amount)}
        <p class="quiet">Order number <code>${order.id}</code></p>
        ${site.parent ? '' : html`<a class="button" href="${site.home ?? '/'}">Back to the shop</a>`}
      </div>
    </article>`,
    { site },
  );

/** The page around the frame. */
const around = (product, frameOrigin) =>
  layout(
    product.name,
    html`<div class="narrow">
      <h1>${product.name}</h1>
      <p id="around" role="status" tabindex="-1">The checkout below stands on another site, in a frame.</p>
      <p><a class="button" id="again" href="/experience/${product.slug}" hidden>Take part</a></p>
      <iframe
        class="frame"
        id="frame"
        title="Checkout"
        hidden
        data-src="${frameOrigin}/checkout/${product.slug}"
      ></iframe>
    </div>`,
    { scripts: ['/public/around.js'] },
  );

module.exports = { checkout, waiting, confirmation, around };
