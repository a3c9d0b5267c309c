// How good synthetic tables are: trains on the training rows of real tables, draws as many, and compares them with the real
// ones, beside two baselines. The tables are those that scikit-learn ships (Debian: python3-sklearn), one drawn by code
// (lib/households.mjs), or any CSV named.
//
//   npm run build && node bench/tables.mjs [FILE.csv --target COLUMN] [--seeds 5] [--only iris,wine]
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  compareTables,
  downstreamAccuracy,
  readTable,
  sampleGaussianCopula,
  sampleIndependently,
  train,
} from '../dist/index.js';
import { TableEncoder, inferSchema } from '../dist/data/index.js';
import { tableRows } from '../dist/io/index.js';
import { foldIn, key, permutation } from '../dist/random/index.js';
import { makeHouseholds } from './lib/households.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '5' },
    target: { type: 'string' },
    threads: { type: 'string' },
    only: { type: 'string' },
  },
});
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);
const testShare = 0.2;

/** The defaults were chosen on these; the others were looked at once they were chosen. */
const tuned = ['breast cancer', 'wine'];

const script = `
import csv, sys
import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine
for name, load in (('breast cancer', load_breast_cancer), ('wine', load_wine), ('iris', load_iris), ('diabetes', load_diabetes), ('digits', load_digits)):
    data = load(scaled=False) if name == 'diabetes' else load()
    # What diabetes is a regression of becomes three classes of equal size.
    thirds = np.quantile(data.target, [1 / 3, 2 / 3]) if name == 'diabetes' else None
    names = ['low', 'middle', 'high'] if name == 'diabetes' else data.target_names
    classes = np.digitize(data.target, thirds) if name == 'diabetes' else data.target
    path = sys.argv[1] + '/' + name + '.csv'
    with open(path, 'w', newline='') as file:
        rows = csv.writer(file)
        rows.writerow([*data.feature_names, 'class'])
        rows.writerows([*x, 'is ' + str(names[y])] for x, y in zip(data.data.tolist(), classes))
    print(path)
`;

/** The CSV files of scikit-learn's tables, or none with a message. */
function sklearnTables() {
  const folder = mkdtempSync(join(tmpdir(), 'rootsigma-tables-'));
  for (const python of ['/usr/bin/python3', 'python3']) {
    const { status, stdout } = spawnSync(python, ['-c', script, folder], { encoding: 'utf8' });
    if (status === 0) return stdout.trim().split('\n');
  }
  console.log("skipped: scikit-learn's tables, as no python3 can import it (Debian: apt install python3-sklearn).");
  return [];
}

const wanted = (name) => values.only === undefined || values.only.split(',').includes(name);
if (positionals.length > 0) {
  for (const path of positionals) await study(path, await readTable(path), values.target);
} else {
  for (const path of sklearnTables()) {
    const name = basename(path, '.csv');
    if (wanted(name))
      await study(`${name} (${tuned.includes(name) ? 'tuned on' : 'held out'})`, await readTable(path), 'class');
  }
  if (wanted('households')) await study('households (held out)', makeHouseholds(2000), 'renewed');
}

async function study(title, table, target) {
  if (!table.columns.some(({ name }) => name === target)) throw new Error(`${title}: name the --target column.`);
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
      const { marginal, pairwise, missing } = compareTables(real, rows, kinds);
      const { logistic, neighbours } = downstreamAccuracy(rows, test, { target, kinds });
      results.set(name, [...(results.get(name) ?? []), { marginal, pairwise, missing, logistic, neighbours }]);
    };
    const options = { count: real.rowCount, key: foldIn(key(seed), 1), kinds };
    measure('the real rows', real);
    measure('independent columns', sampleIndependently(real, options));
    measure('Gaussian copula', sampleGaussianCopula(real, options));
    const quantiles = features
      .filter(({ kind }) => kind === 'numeric')
      .map(({ column }) => [column, { transform: 'quantile' }]);
    for (const [name, overrides] of [
      ['rootsigma', []],
      ['rootsigma, quantile', quantiles],
    ]) {
      const started = performance.now();
      const run = await train(real, {
        dataOptions: { testFraction: 0, schema: { ...Object.fromEntries(overrides), [target]: 'categorical' } },
        seed,
        ...(values.threads && { threads: Number(values.threads) }),
      });
      seconds.push((performance.now() - started) / 1000);
      measure(name, await run.sampleTable(real.rowCount, { seed }));
      if (overrides.length === 0) {
        measure('– not matched', await run.sampleTable(real.rowCount, { seed, matchMarginals: false }));
      }
      await run.dispose();
    }
  }
  print(title, table, results, seconds);
}

function print(title, table, results, seconds) {
  const measures = [
    ['marginal', 'marginal distance'],
    ['pairwise', 'pairwise distance'],
    ...(results.get('independent columns').some(({ missing }) => missing > 0) ? [['missing', 'missing rates']] : []),
    ['logistic', 'logistic regression'],
    ['neighbours', '5 nearest neighbours'],
  ];
  console.log(
    `\n${title}: ${table.rowCount} rows, ${table.columns.length} columns, ${seeds.length} seeds; ` +
      `training takes ${(seconds.reduce((sum, x) => sum + x, 0) / seconds.length).toFixed(1)} s`,
  );
  console.log([''.padEnd(22), ...measures.map(([, heading]) => heading.padStart(22))].join(''));
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
