// Of a mutant it matters that a property fails, not what its smallest counter-example is, which takes far longer to find.
const { configureGlobal } = require('fast-check');

configureGlobal({ endOnFailure: true });
