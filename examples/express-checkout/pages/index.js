const { home, experience } = require('./experience.js');
const { checkout, waiting, confirmation, around } = require('./checkout.js');
const { mails } = require('./mails.js');
const { over, soldOut, notFound, fault } = require('./messages.js');

module.exports = {
  ...{ home, experience, checkout, waiting, confirmation, around },
  mails,
  ...{ over, soldOut, notFound, fault },
};
