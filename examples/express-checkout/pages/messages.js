// What is said to a shopper who cannot go on: why, and what to do.
const { html, layout } = require('./layout.js');

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

/** Inside a frame: the experience is outside, so the page around has to lead back to it. */
const over = (reason, site) =>
  layout(
    'Checkout',
    html`<h1>This checkout is closed</h1>
      ${notice(reason)}
      <p>Please close it, and take part again on the page around.</p>`,
    { site },
  );

const message = (title, sentence, site) =>
  layout(
    title,
    html`<div class="narrow">
      <h1>${title}</h1>
      <p>${sentence}</p>
      ${site.parent ? '' : html`<a class="button" href="${site.home ?? '/'}">To the shop</a>`}
    </div>`,
    { site },
  );

module.exports = {
  notice,
  over,
  soldOut: (site) =>
    message(
      'All are spoken for',
      'Every piece is sold, or kept for somebody who is paying. If one is given back, this page opens: try again in a few minutes.',
      site,
    ),
  notFound: (site) =>
    message('There is nothing here', 'The address may be mistyped, or what stood here is gone.', site),
  fault: (sentence, site) => message('Something went wrong', sentence, site),
};
