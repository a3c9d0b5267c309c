// How noisy the reparameterised gradient is with each root of Σ: trains a VAE, then draws the gradient of one batch many
// times with fresh noise. Prints tr Cov(g) over parameters and its ratio to ‖E g‖², for the whole model and for the layers
// that emit the posterior.
//
//   npm run build && node bench/gradient-variance.mjs FOLDER [--epochs 10] [--draws 200] [--seeds 3]
import { parseArgs } from 'node:util';
import { evaluationExamples } from '../dist/api/data/data.js';
import { resolveDataset } from '../dist/data/node/index.js';
import { createEngine } from '../dist/engine/index.js';
import { createVae } from '../dist/models/index.js';
import { foldIn, key } from '../dist/random/index.js';
import { ParameterStore, Trainer, TrainingStep, buildStep } from '../dist/training/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    epochs: { type: 'string', default: '10' },
    draws: { type: 'string', default: '200' },
    seeds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '1' },
  },
});
const [folder] = positionals;
if (!folder) throw new Error("gradient-variance: name a folder in MNIST's IDX layout.");
const [epochs, draws, seeds] = [values.epochs, values.draws, values.seeds].map(Number);
const batchSize = 128;
const families = {
  diagonal: { posterior: 'diagonal' },
  cholesky: { posterior: 'full', root: 'cholesky' },
  symmetric: { posterior: 'full', root: 'symmetric' },
};
const heads = ['mean', 'logVariance', 'offDiagonal'];

const engine = await createEngine({ threads: Number(values.threads) });
const examples = evaluationExamples(resolveDataset(folder).train, { binarize: 'threshold' }, 0);

async function trained(model, seed) {
  const trainer = await Trainer.create({
    engine,
    model,
    training: examples,
    config: {
      epochs,
      batchSize,
      optimizer: { name: 'adam', learningRate: 1e-3 },
      schedule: { name: 'constant' },
      validation: 0,
      seed,
    },
  });
  for await (const event of trainer.run()) if (event.event === 'done') break;
  const parameters = trainer.result();
  await trainer.dispose();
  return parameters;
}

/** tr Cov(g) and ‖E g‖² over the parameters for which `belongs` holds, from sums of g and g². */
function statistics(store, { sums, squares }, belongs) {
  let [variance, signal] = [0, 0];
  for (const [name, view] of Object.entries(store.gradientViews)) {
    if (!belongs(name)) continue;
    const start = (view.data.byteOffset - store.gradients.byteOffset) / 4;
    for (let k = start; k < start + view.size; k++) {
      const mean = sums[k] / draws;
      const spread = (squares[k] / draws - mean * mean) * (draws / (draws - 1));
      variance += spread;
      signal += mean * mean - spread / draws; // Unbiased for the squared mean.
    }
  }
  return { variance, ratio: variance / signal };
}

async function measure(options, seed) {
  const model = createVae({
    inputSize: examples.exampleSize,
    latent: 20,
    hidden: [400],
    activation: 'relu',
    ...options,
  });
  const store = new ParameterStore(model.parameters);
  store.assign(await trained(model, seed));
  const step = await TrainingStep.compile(engine, buildStep(model, batchSize), { store });
  const indices = Uint32Array.from({ length: batchSize }, (_, index) => index);
  examples.read(indices, step.batch.data, key(0));
  const sums = new Float64Array(store.gradients.length);
  const squares = new Float64Array(store.gradients.length);
  for (let draw = 0; draw < draws; draw++) {
    await step.run({ key: foldIn(key(seed), draw), scalars: { beta: 1 } });
    store.gradients.forEach((g, k) => {
      sums[k] += g;
      squares[k] += g * g;
    });
  }
  await step.dispose();
  const all = statistics(store, { sums, squares }, () => true);
  const emitting = statistics(store, { sums, squares }, (name) => heads.some((head) => name.startsWith(`${head}.`)));
  return { all, emitting };
}

console.log(
  `${seeds} seeds, ${epochs} epochs, ${draws} draws of the gradient on one batch of ${batchSize}; medians over seeds\n`,
);
console.log('| root | tr Cov(g) | ÷ ‖E g‖² | heads: tr Cov(g) | ÷ ‖E g‖² |\n|---|---|---|---|---|');
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
for (const [name, options] of Object.entries(families)) {
  const results = [];
  for (let seed = 1; seed <= seeds; seed++) results.push(await measure(options, seed));
  const column = (part, field) => median(results.map((result) => result[part][field])).toPrecision(3);
  console.log(
    `| ${name} | ${column('all', 'variance')} | ${column('all', 'ratio')} | ${column('emitting', 'variance')} | ${column('emitting', 'ratio')} |`,
  );
}
