// Starts the shop; with an emulator of Fanfare inside when no FANFARE_API_URL says where the real one is.
const { startShop } = require('./shop.js');

function portOf({ PORT: text = '' }) {
  if (text === '') return 3000;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new Error(`PORT must be a number from 0 to 65535, got "${text}".`);
}

async function main() {
  const shop = await startShop({ port: portOf(process.env), dataDir: process.env.SHOP_DATA || undefined });
  console.log(`The shop is open: ${shop.url}`);
  if (shop.emulatorUrl) console.log(`What Fanfare's side sees: ${shop.emulatorUrl}`);
  const password = process.env.OPERATOR_PASSWORD ? 'OPERATOR_PASSWORD' : shop.operatorPassword;
  console.log(`What an operator sees: ${shop.url}/operator (user "operator", password ${password})`);
  console.log(`The payment provider: ${shop.providerUrl}`);
  console.log(`Orders and ledger: ${shop.file}`);
  console.log('Stop with Ctrl+C.');
  const stop = () => void shop.close().then(() => process.exit(0));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
