// Opens the ledger at an address: in a process of its own from the compiled library, in a test from its sources.
const OPENERS = {
  memory: (lib) => require(`${lib}/ledger/memory`).memoryLedger(),
  sqlite: (lib, { file }) => require(`${lib}/ledger/sqlite`).sqliteLedger({ file }),
};

exports.openLedger = (lib, address) => OPENERS[address.engine](lib, address);
