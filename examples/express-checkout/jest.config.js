// No test waits for anything that long, and none fails because a machine was slow.
module.exports = { testEnvironment: 'node', testTimeout: 60_000 };
