// In the frame: tells the page around how the checkout ended, and nobody else.
import { announceCheckoutComplete, announceCheckoutExpired } from '/fanfare/checkout.js';

const { parent } = document.querySelector('main').dataset;
const order = document.querySelector('[data-order]')?.dataset.order;
if (order) announceCheckoutComplete(order, [parent]);
if (new URLSearchParams(location.search).get('fanfare') === 'expired') announceCheckoutExpired([parent]);
