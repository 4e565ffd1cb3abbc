const { art } = require('../art.js');
const { Html } = require('./layout.js');

module.exports = { drawing: (product) => new Html(art(product)) };
