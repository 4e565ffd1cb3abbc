// What the shop would have sent by e-mail.
const { html, layout } = require('./layout.js');

const mail = ({ to, product, link }) =>
  html`<li class="panel">
    <p class="quiet">To ${to}</p>
    <h2>You have won: ${product.name}</h2>
    <p>It is kept for you until your time is over.</p>
    <a class="button" href="${link}">Go to your checkout</a>
  </li>`;

const mails = (sent, site) =>
  layout(
    'Mails',
    html`<div class="narrow">
      <h1>Mails</h1>
      <p>A shop sends these to its winners. This one keeps them here.</p>
      ${
        sent.length === 0
          ? html`<p>There are none yet.</p>`
          : html`<ul class="mails">
              ${sent.map(mail)}
            </ul>`
      }
    </div>`,
    { site },
  );

module.exports = { mails };
