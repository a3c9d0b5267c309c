// How good synthetic tables are: trains on the training rows of real tables, draws as many rows, and compares them with the
// real ones, beside two baselines. The tables are those that scikit-learn ships (Debian: python3-sklearn), and any CSV named.
//
//   npm run build && node bench/tables.mjs [FILE.csv --target COLUMN] [--seeds 5]
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  compareTables,
  downstreamAccuracy,
  readTable,
  sampleGaussianCopula,
  sampleIndependently,
  train,
} from '../dist/api/index.js';
import { TableEncoder, inferSchema } from '../dist/data/index.js';
import { tableRows } from '../dist/io/index.js';
import { foldIn, key, permutation } from '../dist/random/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '5' }, target: { type: 'string' }, threads: { type: 'string' } },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);
const testShare = 0.2;

const script = `
import csv, sys
from sklearn.datasets import load_breast_cancer, load_wine
for name, load in (('breast cancer', load_breast_cancer), ('wine', load_wine)):
    data = load()
    path = sys.argv[1] + '/' + name + '.csv'
    with open(path, 'w', newline='') as file:
        rows = csv.writer(file)
        rows.writerow([*data.feature_names, 'class'])
        rows.writerows([*x, data.target_names[y]] for x, y in zip(data.data.tolist(), data.target))
    print(path)
`;

/** The CSV files of scikit-learn's tables, or none with a message. */
function sklearnTables() {
  const folder = mkdtempSync(join(tmpdir(), 'rootsigma-tables-'));
  for (const python of ['/usr/bin/python3', 'python3']) {
    const { status, stdout } = spawnSync(python, ['-c', script, folder], { encoding: 'utf8' });
    if (status === 0)
      return stdout
        .trim()
        .split('\n')
        .map((path) => ({ path, target: 'class' }));
  }
  console.log('skipped: no python3 that can import sklearn (Debian: apt install python3-sklearn).');
  return [];
}

const files = positionals.length > 0 ? positionals.map((path) => ({ path, target: values.target })) : sklearnTables();
for (const file of files) await study(file);

async function study({ path, target }) {
  const table = await readTable(path);
  if (!table.columns.some(({ name }) => name === target)) throw new Error(`${path}: name the --target column.`);
  const schema = inferSchema(table, { [target]: 'categorical' });
  const features = new TableEncoder(TableEncoder.fit(table, schema).state).blocks;
  const kinds = Object.fromEntries(
    features.map(({ column, kind }) => [column, kind === 'numeric' ? 'numeric' : 'category']),
  );
  const results = new Map();
  const seconds = [];
  for (const seed of seeds) {
    const order = [...permutation(key(seed), table.rowCount).data];
    const held = Math.round(testShare * table.rowCount);
    const [test, real] = [order.slice(0, held), order.slice(held)].map((rows) => tableRows(table, rows));
    const measure = (name, rows) => {
      const { marginal, pairwise } = compareTables(real, rows, kinds);
      const { logistic, neighbours } = downstreamAccuracy(rows, test, { target, kinds });
      results.set(name, [...(results.get(name) ?? []), { marginal, pairwise, logistic, neighbours }]);
    };
    const options = { count: real.rowCount, key: foldIn(key(seed), 1), kinds };
    measure('the real rows', real);
    measure('independent columns', sampleIndependently(real, options));
    measure('Gaussian copula', sampleGaussianCopula(real, options));
    for (const transform of ['standard', 'quantile']) {
      const overrides = features.filter(({ kind }) => kind === 'numeric').map(({ column }) => [column, { transform }]);
      const started = performance.now();
      const run = await train(real, {
        dataOptions: { testFraction: 0, schema: { ...Object.fromEntries(overrides), [target]: 'categorical' } },
        seed,
        ...(values.threads && { threads: Number(values.threads) }),
      });
      seconds.push((performance.now() - started) / 1000);
      measure(`rootsigma, ${transform}`, await run.sampleTable(real.rowCount, { seed }));
      await run.dispose();
    }
  }
  print(path, table, results, seconds);
}

function print(path, table, results, seconds) {
  const measures = [
    ['marginal', 'marginal distance'],
    ['pairwise', 'pairwise distance'],
    ['logistic', 'logistic regression'],
    ['neighbours', '5 nearest neighbours'],
  ];
  console.log(
    `\n${path}: ${table.rowCount} rows, ${table.columns.length} columns, ${seeds.length} seeds; ` +
      `training takes ${(seconds.reduce((sum, x) => sum + x, 0) / seconds.length).toFixed(1)} s`,
  );
  console.log([''.padEnd(22), ...measures.map(([, title]) => title.padStart(22))].join(''));
  for (const [name, list] of results) {
    console.log(
      [name.padEnd(22), ...measures.map(([measure]) => summary(list.map((row) => row[measure])).padStart(22))].join(''),
    );
  }
}

/** Mean ± standard error over seeds. */
function summary(numbers) {
  const mean = numbers.reduce((total, x) => total + x, 0) / numbers.length;
  const variance = numbers.reduce((total, x) => total + (x - mean) ** 2, 0) / Math.max(numbers.length - 1, 1);
  return `${mean.toFixed(3)} ± ${Math.sqrt(variance / numbers.length).toFixed(3)}`;
}
