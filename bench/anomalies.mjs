// How well anomalies are found: rootsigma's scores beside scikit-learn's IsolationForest, PCA and OneClassSVM on the same rows.
//
// Protocol. Each class in turn is the anomaly (of breast cancer, malignant only): training has 60 % of the other classes' rows and
// no labels, the test has the rest of them and all of the anomaly's. `contaminated` hides anomalies among the training rows, 10 %
// of them. `strange pictures`: training has 4,000 glyphs made binary, the test other glyphs and as many pictures of a kind that
// training never saw. `new tables`, `new pictures` and `later pictures` are tasks that no setting was chosen by. Reported: AUROC,
// the mean over classes (or kinds) and seeds.
//
//   npm run build && node bench/anomalies.mjs [--seeds 5] [--threads 1] [--only clean|contaminated|strange|new|later|odds]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { NdArray, anomalyMethods, auroc, tableOf, train } from '../dist/index.js';
import { decodeNpz, encodeNpz, toNdArray } from '../dist/io/index.js';
import { odds } from './lib/odds.mjs';
import { strangePictures } from './lib/strange-pictures.mjs';
import { unseenGroups, unseenPictures } from './lib/unseen-pictures.mjs';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const seeds = Number(values.seeds);
const threads = Number(values.threads);

/** What a person would choose for the kind of data; the same for every task of that kind. */
const optionsFor = {
  table: { stddev: 'head' },
  image: { likelihood: 'gaussian', latent: 8, hidden: [128, 64], optimizer: 'adamw', schedule: 'cosine' },
  strange: { latent: 16, hidden: [256], epochs: 12, binarize: 'none' },
};
const steps = 2000;
const contaminated = { ...optionsFor.table, epochs: 40, stddev: 'shared' };

const worker = fileURLToPath(new URL('workers/python/anomalies.py', import.meta.url));
const python = ['/usr/bin/python3', 'python3'].find(
  (command) => spawnSync(command, ['-c', 'import sklearn'], { stdio: 'ignore' }).status === 0,
);
if (python === undefined) {
  console.log('skipped: no python3 that can import sklearn (Debian: apt install python3-sklearn).');
  process.exit(0);
}
/** The run trained last: tasks that follow each other may share their training rows. */
const last = { key: '', run: undefined };
const folder = mkdtempSync(join(tmpdir(), 'rootsigma-anomalies-'));
try {
  await main();
} finally {
  rmSync(folder, { recursive: true });
}

async function main() {
  if (values.only === 'odds') return reportOdds();
  call('export', folder, String(seeds));
  if (values.only === undefined || values.only === 'strange') await writeStrange();
  for (const group of unseenGroups)
    if (values.only === undefined || group.startsWith(values.only)) await writeUnseen(group);
  const wanted = (task) => values.only === undefined || task.startsWith(values.only);
  for (const file of readdirSync(folder)) if (!wanted(file)) rmSync(join(folder, file));
  const results = JSON.parse(call('detect', folder));
  const started = performance.now();
  const bySeed = Object.entries(results).sort(([a], [b]) => seedOf(a) - seedOf(b));
  for (const [task, aurocs] of bySeed) {
    Object.assign(aurocs, await ours(task));
    if (process.stderr.isTTY) process.stderr.write(`\r${task}\u001b[K`);
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  for (const part of ['clean', 'contaminated', 'strange', 'new tables', ...unseenGroups]) report(part, results);
  console.log(
    `ours took ${((performance.now() - started) / 1000).toFixed(0)} s for ${Object.keys(results).length} tasks`,
  );
}

async function reportOdds() {
  const peers = (tables) => JSON.parse(call('odds', tables));
  const results = await odds({ folder, seeds, threads, peers });
  if (results) report('odds', results);
  else console.log('odds: skipped; Rscript and its packages are not there (Debian: r-cran-mlbench r-cran-kernlab).');
}

function seedOf(task) {
  return Number(task.split(';').at(-1));
}

function call(...args) {
  const { status, stdout, stderr } = spawnSync(python, [worker, ...args], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** AUROC of each of our scores, by name. */
async function ours(task) {
  const arrays = read(task);
  const [part, kind, , , seed] = task.split(';');
  if (part === 'contaminated') {
    const methods = ['elbo', 'balanced-elbo'];
    const plain = await scored(arrays, { kind, options: { ...contaminated, seed: Number(seed) }, methods });
    const trimmed = { ...contaminated, trim: 0.2, seed: Number(seed) };
    const robust = await scored(arrays, { kind, options: trimmed, methods });
    return {
      ...plain,
      ...Object.fromEntries(Object.entries(robust).map(([name, value]) => [`${name}, trim 0.2`, value])),
    };
  }
  const options = { ...optionsFor[kind], seed: Number(seed) };
  if (kind === 'image') options.epochs = Math.ceil(steps / Math.floor(arrays.train.shape[0] / 32));
  if (kind === 'image') Object.assign(options, { batchSize: 32, validation: 0 });
  const aurocs = await scored(arrays, {
    kind,
    options,
    methods: anomalyMethods.filter((m) => kind === 'table' || m !== 'balanced-elbo'),
  });
  const elboWith = async (changed) =>
    (await scored(arrays, { kind, options: { ...changed, seed: Number(seed) }, methods: ['elbo'] }))['VAE elbo'];
  if (kind === 'table') aurocs['VAE elbo, tanh'] = await elboWith({ ...optionsFor.table, activation: 'tanh' });
  if (part === 'new tables') {
    const plain = await scored(arrays, { kind, options: { seed: Number(seed) }, methods: ['elbo', 'balanced-elbo'] });
    for (const [name, value] of Object.entries(plain)) aurocs[`${name}, no options`] = value;
  }
  return aurocs;
}

async function scored({ train: rows, test, labels, levels }, { kind, options, methods }) {
  const form = kind === 'table' ? (array) => asTable(array, levels?.data ?? []) : (array) => array;
  const run = await trained(form(rows), { ...options, threads });
  const aurocs = {};
  for (const method of methods) {
    const draws = method === 'nll' || method === 'likelihood-ratio' ? { draws: 50 } : {};
    aurocs[`VAE ${method}`] = auroc((await run.score(form(test), { method, ...draws })).data, labels.data);
  }
  return aurocs;
}

async function trained(rows, options) {
  const key = JSON.stringify([options, rows instanceof NdArray ? Array.from(rows.data.slice(0, 4 * 784)) : rows]);
  if (key === last.key) return last.run;
  await last.run?.dispose();
  Object.assign(last, { key, run: await train(rows, options) });
  return last.run;
}

function read(task) {
  const arrays = decodeNpz(readFileSync(join(folder, `${task}.npz`)));
  return Object.fromEntries([...arrays].map(([name, array]) => [name.replace(/\.npy$/, ''), toNdArray(array)]));
}

/** Rows [n, columns] as a table of numbers, and of texts where a column has `levels`. */
function asTable(array, levels) {
  const [rows, columns] = array.shape;
  const cell = (c, value) => (levels[c] > 0 ? `level ${value}` : value);
  const column = (c) => Array.from({ length: rows }, (_, row) => cell(c, array.data[row * columns + c]));
  return tableOf(Object.fromEntries(Array.from({ length: columns }, (_, c) => [`column ${c}`, column(c)])));
}

async function writeStrange() {
  const glyphs = process.env.ROOTSIGMA_GLYPHS;
  if (glyphs === undefined) {
    console.log('strange pictures: skipped; ROOTSIGMA_GLYPHS names a folder of 28 × 28 glyphs in MNIST’s layout.');
    return;
  }
  for (let seed = 0; seed < seeds; seed++) {
    const { train: rows, normal, kinds } = await strangePictures(glyphs, { seed, training: 4000, test: 300 });
    for (const [kind, strange] of Object.entries(kinds)) {
      writePictures(`strange;strange;${kind};0;${seed}`, { train: rows, normal, strange });
    }
  }
}

async function writeUnseen(group) {
  for (let seed = 0; seed < seeds; seed++) {
    const tasks = await unseenPictures(group, {
      glyphs: process.env.ROOTSIGMA_GLYPHS,
      seed,
      training: 4000,
      test: 300,
    });
    for (const { set, name, ...pictures } of tasks) writePictures(`${group};strange;${set};${name};${seed}`, pictures);
  }
}

function writePictures(task, { train: rows, normal, strange }) {
  const count = normal.shape[0] + strange.shape[0];
  const test = new NdArray(Float32Array.from([...normal.data, ...strange.data]), [count, ...normal.shape.slice(1)]);
  const labels = new NdArray(
    Float32Array.from({ length: count }, (_, k) => Number(k >= normal.shape[0])),
    [count],
  );
  writeFileSync(join(folder, `${task}.npz`), encodeNpz({ train: rows, test, labels }));
}

function report(part, results) {
  const tasks = Object.entries(results).filter(([task]) => task.startsWith(`${part};`));
  if (tasks.length === 0) return;
  const sets = [...new Set(tasks.map(([task]) => task.split(';')[2]))];
  const mean = (numbers) => numbers.reduce((total, value) => total + value, 0) / numbers.length;
  const names = [...new Set(tasks.flatMap(([, aurocs]) => Object.keys(aurocs)))];
  const rows = names.map((name) => {
    const each = sets.map((set) =>
      mean(tasks.filter(([task]) => task.split(';')[2] === set).map(([, all]) => all[name] ?? NaN)),
    );
    return [name, ...[...each, mean(each)].map((value) => (Number.isNaN(value) ? '–' : value.toFixed(3)))];
  });
  const lines = [[`${part}: AUROC, ${seeds} seeds`, ...sets, 'average'], ...rows];
  const widths = lines[0].map((_, c) => Math.max(...lines.map((line) => line[c].length)));
  for (const line of lines) console.log(line.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  ')); // prettier-ignore
  console.log();
}
