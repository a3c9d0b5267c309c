// How well `impute` finds cells that were hidden: node bench/imputation.mjs FILE.csv [--seeds 3] [--epochs 100] [--sweeps 50]
//
// Of a fifth of the rows, which training does not see, a fifth of the known cells are hidden at random. Reported are the error of what
// `impute` puts there beside that of the training rows' mean and commonest value (numbers: root mean square error in standard deviations of
// the column; all else: share of wrong cells), and how often the hidden number lies in the middle 90 % of 40 draws.
import { parseArgs } from 'node:util';
import { readTable, tableOf, train } from '../dist/index.js';
import { foldIn, key, permutation, uniform } from '../dist/random/index.js';

const { positionals, values: flags } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '3' },
    epochs: { type: 'string', default: '100' },
    sweeps: { type: 'string', default: '50' },
  },
});
const [file] = positionals;
if (file === undefined)
  throw new Error('usage: node bench/imputation.mjs FILE.csv [--seeds 3] [--epochs 100] [--sweeps 50]');
const table = await readTable(file);
const share = 0.2;

const rowsOf = (rows) =>
  tableOf(table.columns.map(({ name, values }) => ({ name, values: rows.map((row) => values[row]) })));
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function trial(seed) {
  const order = [...permutation(key(seed), table.rowCount).data].map(Number);
  const held = order.slice(0, Math.floor(share * table.rowCount));
  const options = { epochs: Number(flags.epochs), seed, dataOptions: { testFraction: 0 }, onNotice: 'silent' };
  const [training, truth] = [rowsOf(order.slice(held.length)), rowsOf(held)];
  const run = await train(training, options);
  const kinds = new Map(run.config.data.table.columns.map(({ name, kind }) => [name, kind]));
  const modelled = new Set(run.columns);
  const isKnown = (cell) => cell !== null && !['', 'NA'].includes(String(cell).trim());
  const hidden = [];
  const gaps = tableOf(
    truth.columns.map(({ name, values }, k) => {
      const chances = uniform(foldIn(key(seed + 1000), k), [values.length]).data;
      return {
        name,
        values: values.map((cell, row) => {
          if (!modelled.has(name) || chances[row] >= share || !isKnown(cell)) return cell;
          hidden.push({ name, row, cell });
          return '';
        }),
      };
    }),
  );
  const start = performance.now();
  const sweeps = Number(flags.sweeps);
  const { mean: filled, draws, accepted } = await run.imputeTable(gaps, { draws: 40, sweeps, seed });
  const seconds = (performance.now() - start) / 1000;
  const cell = (of, { name, row }) => of.columns.find((each) => each.name === name).values[row];
  const known = (name) => training.columns.find((each) => each.name === name).values.filter(isKnown);
  const errors = { numbers: [], usual: [], wrong: [], common: [], inside: [] };
  for (const name of modelled) {
    const mine = hidden.filter((each) => each.name === name);
    if (kinds.get(name) === 'numeric') {
      const numbers = known(name).map(Number);
      const center = mean(numbers);
      const spread = Math.sqrt(mean(numbers.map((value) => (value - center) ** 2)));
      for (const each of mine) {
        const value = Number(each.cell);
        errors.numbers.push(((Number(cell(filled, each)) - value) / spread) ** 2);
        errors.usual.push(((center - value) / spread) ** 2);
        const drawn = draws.map((of) => Number(cell(of, each)));
        const below = mean(drawn.map((draw) => (draw < value ? 1 : draw === value ? 0.5 : 0)));
        errors.inside.push(below > 0.05 && below < 0.95 ? 1 : 0);
      }
    } else {
      const counts = new Map();
      for (const value of known(name)) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
      const [[commonest]] = [...counts].sort((a, b) => b[1] - a[1]);
      for (const each of mine) {
        errors.wrong.push(String(cell(filled, each)) === String(each.cell) ? 0 : 1);
        errors.common.push(commonest === String(each.cell) ? 0 : 1);
      }
    }
  }
  const result = {
    seed,
    cells: hidden.length,
    rmse: Math.sqrt(mean(errors.numbers)),
    rmseOfMean: Math.sqrt(mean(errors.usual)),
    inMiddle90: mean(errors.inside),
    wrong: mean(errors.wrong),
    wrongOfCommonest: mean(errors.common),
    seconds,
    ...accepted,
  };
  console.log(JSON.stringify(result));
  await run.dispose();
  return result;
}

const results = [];
for (let seed = 1; seed <= Number(flags.seeds); seed++) results.push(await trial(seed));
for (const name of ['rmse', 'rmseOfMean', 'inMiddle90', 'wrong', 'wrongOfCommonest']) {
  const all = results.map((result) => result[name]);
  const center = mean(all);
  const error = Math.sqrt(all.reduce((sum, value) => sum + (value - center) ** 2, 0) / (all.length - 1) / all.length);
  console.log(`${name}: ${center.toFixed(3)} ± ${error.toFixed(3)}`);
}
