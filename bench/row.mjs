// One row in a process of its own: `node --expose-gc bench/row.mjs <row> [--quick]`; its figures go to the parent.
const [row, ...flags] = process.argv.slice(2);
const quick = flags.includes('--quick');
const { title, about, measure } = await import(`./${row}.mjs`);
const figures = await measure({ quick, rounds: quick ? 7 : 25 });
process.send({ title, about, ...figures }, () => process.disconnect());
