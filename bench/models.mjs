// The same VAEs trained by rootsigma and by PyTorch, on the same images: node bench/models.mjs [--data fashion-mnist] [--examples 10000]
// [--epochs 10] [--seeds 5] [--only vae,beta-tc-vae,iwae]
//
// Networks (784-400-20, ReLU), initialisation, batches of 128, Adam and both measures are alike; draws are each library's own. Of each seed are
// reported the test −ELBO (one draw) and the NLL of 500 images by 200 draws, as mean ± standard error over seeds, by how many standard errors
// of the difference both are apart, and the ratio of training times: the two take turns, seed by seed, PyTorch with all threads (or as
// `--threads` says) and ours as `train` runs.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sizes, threadEnvironment } from './cases/sizes.mjs';
import { findPython, machineFacts } from './lib/machine.mjs';
import { median } from './lib/statistics.mjs';
import { NdArray, train } from '../dist/index.js';
import { examplesOf } from '../dist/data/index.js';
import { resolveDataset } from '../dist/data/node/index.js';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: 'fashion-mnist' },
    examples: { type: 'string', default: '10000' },
    epochs: { type: 'string', default: '10' },
    seeds: { type: 'string', default: '5' },
    threads: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string', default: 'vae,beta-tc-vae,iwae' },
  },
});
const measured = { draws: 200, nllExamples: 500 };
const epochs = Number(flags.epochs);
const seeds = Array.from({ length: Number(flags.seeds) }, (_, at) => at + 1);
const python = findPython();
if (python === undefined) throw new Error('bench/models.mjs needs a Python with torch.');

const folder = mkdtempSync(join(tmpdir(), 'rootsigma-models-'));
try {
  const pictures = await inputs();
  console.log(machineFacts(python).join('\n'));
  console.log(`${flags.data}: ${pictures.train.shape[0]} training, ${pictures.test.shape[0]} test images; ${epochs} epochs, ${seeds.length} seeds`); // prettier-ignore
  for (const preset of flags.only.split(',')) await compare(preset, pictures);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Binary images, as arrays for us and as files of bytes for PyTorch. */
async function inputs() {
  const { train: all, test: others } = await resolveDataset(flags.data);
  const of = (dataset, most, name) => {
    const size = Math.min(dataset.size, most);
    const binary = Float32Array.from(
      examplesOf(
        dataset,
        Uint32Array.from({ length: size }, (_, at) => at),
      ).data,
      (value) => (value > 0.5 ? 1 : 0),
    );
    writeFileSync(
      join(folder, name),
      Uint8Array.from(binary, (value) => 255 * value),
    );
    return new NdArray(binary, [size, sizes.inputSize]);
  };
  return { train: of(all, Number(flags.examples), 'train.bin'), test: of(others, 2000, 'test.bin') };
}

async function compare(preset, pictures) {
  const theirs = torchTrainings(preset);
  const both = { rootsigma: [], PyTorch: [] };
  for (const seed of seeds) {
    both.rootsigma.push(await ourTraining(preset, seed, pictures));
    both.PyTorch.push(await theirs(seed));
  }
  console.log(`\n${preset}`);
  for (const [name, trainings] of Object.entries(both)) {
    const of = (measure) => shown(trainings.map((each) => each[measure]));
    const seconds = median(trainings.map((each) => each.seconds)) / epochs;
    console.log(`  ${name.padEnd(9)}  −ELBO ${of('negativeElbo')}  NLL ${of('nll')}  ${seconds.toFixed(2)} s an epoch`);
  }
  for (const measure of ['negativeElbo', 'nll']) {
    const [ours, peer] = Object.values(both).map((trainings) => moments(trainings.map((each) => each[measure])));
    const apart = (ours.mean - peer.mean) / Math.hypot(ours.error, peer.error);
    console.log(`  ${measure === 'nll' ? 'NLL' : '−ELBO'}: ours − theirs ${(ours.mean - peer.mean).toFixed(2)}, ${apart.toFixed(1)} standard errors`); // prettier-ignore
  }
  const ratios = both.rootsigma.map(({ seconds }, at) => seconds / both.PyTorch[at].seconds);
  console.log(`  time: ${median(ratios).toFixed(2)} of PyTorch's (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`); // prettier-ignore
}

async function ourTraining(preset, seed, { train: examples, test }) {
  let seconds = 0;
  let since = performance.now();
  const run = await train(examples, {
    preset,
    epochs,
    seed,
    hidden: [sizes.hidden],
    latent: sizes.latent,
    batchSize: sizes.batchSize,
    learningRate: sizes.learningRate,
    likelihood: 'bernoulli',
    validation: 0,
    onNotice: 'silent',
    onEvent: ({ event }) => {
      if (event === 'start') since = performance.now();
      if (event === 'epoch') seconds = (performance.now() - since) / 1000;
    },
  });
  const all = await run.evaluate({ data: test, draws: 1 });
  const some = await run.evaluate({ data: test, draws: measured.draws, limit: measured.nllExamples });
  await run.dispose();
  return { seconds, negativeElbo: -all.elbo, nll: some.nll.value };
}

/** A process for each seed, so that both sides take turns and neither computes while the other does. */
function torchTrainings(preset) {
  return async (seed) => {
    const settings = { preset, epochs, seeds: [seed], sizes, threads: Number(flags.threads), ...measured };
    const script = fileURLToPath(new URL('./workers/python/models.py', import.meta.url));
    const child = spawn(python, [script], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...threadEnvironment(settings.threads) },
    });
    child.stdin.end(JSON.stringify({ ...settings, train: join(folder, 'train.bin'), test: join(folder, 'test.bin') }));
    for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
    throw new Error(`PyTorch printed nothing for ${preset}, seed ${seed}.`);
  };
}

function moments(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}

function shown(values) {
  const { mean, error } = moments(values);
  return `${mean.toFixed(2)} ± ${error.toFixed(2)}`;
}
