// What a full covariance buys: trains the same VAE with each posterior family on an IDX folder, over several seeds, and
// prints test −ELBO and importance-sampled NLL with paired differences from the diagonal posterior.
//
//   npm run build && node bench/posterior-study.mjs FOLDER [--seeds 5] [--epochs 30] [--families diagonal,full-symmetric,…]
import { parseArgs } from 'node:util';
import { train } from '../dist/index.js';

const families = {
  isotropic: { posterior: 'isotropic' },
  diagonal: { posterior: 'diagonal' },
  'full-cholesky': { posterior: 'full', root: 'cholesky' },
  'full-symmetric': { posterior: 'full', root: 'symmetric' },
  'low-rank-2': { posterior: 'low-rank', rank: 2 },
  'low-rank-5': { posterior: 'low-rank', rank: 5 },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '5' },
    epochs: { type: 'string', default: '30' },
    families: { type: 'string', default: 'diagonal,full-cholesky,full-symmetric' },
    threads: { type: 'string' },
  },
});
const [folder] = positionals;
if (!folder) throw new Error("posterior-study: name a folder in MNIST's IDX layout.");
const chosen = values.families.split(',');
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);

const results = new Map(chosen.map((name) => [name, []]));
for (const seed of seeds) {
  for (const name of chosen) {
    const run = await train(folder, {
      ...families[name],
      latent: 20,
      hidden: [400],
      epochs: Number(values.epochs),
      batchSize: 128,
      binarize: 'threshold',
      validation: 0,
      seed,
      ...(values.threads && { threads: Number(values.threads) }),
    });
    const all = await run.evaluate({ draws: 1 });
    const { nll } = await run.evaluate({ draws: 500, limit: 1000 });
    results.get(name).push({ negativeElbo: -all.elbo, nll: nll.value });
    console.log(
      JSON.stringify({ seed, name, negativeElbo: -all.elbo, kl: all.kl, nll: nll.value, ess: nll.effectiveSampleSize }),
    );
    await run.dispose();
  }
}

/** Mean ± standard error over seeds. */
function summary(numbers) {
  const mean = numbers.reduce((total, x) => total + x, 0) / numbers.length;
  const variance = numbers.reduce((total, x) => total + (x - mean) ** 2, 0) / Math.max(numbers.length - 1, 1);
  return `${mean.toFixed(2)} ± ${Math.sqrt(variance / numbers.length).toFixed(2)}`;
}

const [baseline] = chosen;
console.log(
  `\n${seeds.length} seeds, ${values.epochs} epochs; mean ± standard error in nats; differences paired by seed, from ${baseline}\n`,
);
console.log('| posterior | test −ELBO | NLL (500 samples, first 1,000) | Δ −ELBO | Δ NLL |\n|---|---|---|---|---|');
for (const name of chosen) {
  const own = results.get(name);
  const reference = results.get(baseline);
  const column = (field) => summary(own.map((result) => result[field]));
  const difference = (field) =>
    name === baseline ? '' : summary(own.map((result, k) => result[field] - reference[k][field]));
  console.log(
    `| ${name} | ${column('negativeElbo')} | ${column('nll')} | ${difference('negativeElbo')} | ${difference('nll')} |`,
  );
}
