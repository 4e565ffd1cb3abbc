// Starts the shop; with an emulator of Fanfare inside when no FANFARE_API_URL says where the real one is.
const { startShop } = require('./shop.js');

startShop({ port: Number(process.env.PORT || 3000), dataDir: process.env.SHOP_DATA }).then(
  (shop) => {
    console.log(`The shop is open: ${shop.url}`);
    if (shop.emulatorUrl) console.log(`What Fanfare's side sees: ${shop.emulatorUrl}`);
    console.log(`Orders and ledger: ${shop.file}`);
    const stop = () => void shop.close().then(() => process.exit(0));
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  },
  (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
