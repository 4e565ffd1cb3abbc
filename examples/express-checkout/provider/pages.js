// The bank's two pages: the question, and the form that sends the shopper back, as 3-D Secure does it.
const { html, layout } = require('../pages/layout.js');

const BANK = { brand: 'Harbour Bank', tagline: 'card confirmation', footer: 'A made-up bank.' };

const bankPage = ({ amount }) =>
  layout(
    'Confirm your payment',
    html`<div class="narrow">
      <h1>Is this you?</h1>
      <p>Quayside asks for <strong>€ ${amount}</strong> from your card.</p>
      <form method="post" class="choices">
        <button class="button" name="answer" value="yes">Yes, confirm</button>
        <button class="button second" name="answer" value="no">No, decline</button>
      </form>
    </div>`,
    { site: BANK },
  );

/** `public/send.js` presses the button; without JavaScript the shopper does. */
const wayBack = ({ id, returnUrl }) =>
  layout(
    'Back to the shop',
    html`<div class="narrow">
      <h1>Thank you</h1>
      <p>We are sending you back to the shop.</p>
      <form method="post" action="${returnUrl}" data-send>
        <input type="hidden" name="payment" value="${id}" />
        <button class="button">Back to the shop</button>
      </form>
    </div>`,
    { site: BANK, scripts: ['/public/send.js'] },
  );

module.exports = { bankPage, wayBack };
