// The page around the frame: puts the admission into the frame's address, and hears how the checkout ended.
import { watchCheckout } from '/fanfare/checkout.js';

const frame = document.getElementById('frame');
const status = document.getElementById('around');
const address = new URL(frame.dataset.src);
const kept = `grant.${address.pathname.split('/').pop()}`;
const grant = sessionStorage.getItem(kept);

function say(text, { again = false } = {}) {
  status.textContent = text;
  document.getElementById('again').hidden = !again;
}

function ended(text, more) {
  sessionStorage.removeItem(kept);
  frame.classList.add('done');
  say(text, more);
}

if (grant) {
  watchCheckout(frame, {
    origin: address.origin,
    onComplete: ({ orderId }) => ended(`Thank you. The frame says that order ${orderId} was made.`),
    onExpired: () => {
      frame.hidden = true;
      ended('The frame says that the time to check out is over. You can take part again.', { again: true });
      // The focus was in the frame, which is gone.
      status.focus();
    },
  });
  address.searchParams.set('admission_token', grant);
  frame.hidden = false;
  frame.src = address.href;
} else say('Please take part first; checkout opens from there.', { again: true });
