// Jest begins with the longest suites; where the first that fails ends the run, that is the wrong way round. By their
// names the properties come last.
const Sequencer = require('@jest/test-sequencer').default;

module.exports = class extends Sequencer {
  sort(tests) {
    return [...tests].sort((a, b) => a.path.localeCompare(b.path));
  }
};
