// How long training steps take on one thread and on as many as the default has, on an idle machine and beside a program that
// keeps a core busy: means and medians over alternating stretches.
//
//     node bench/threads.mjs [--rounds 10] [--seconds 4] [--only idle|busy] [--network dense|conv]
//     taskset -c 0 node bench/threads.mjs --only idle
//     systemd-run --scope -p CPUQuota=100% node bench/threads.mjs --only idle
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { layer } from './workers/rootsigma/package.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '4' },
    only: { type: 'string' },
    network: { type: 'string', default: 'dense' },
  },
});
const [{ createEngine }, { createVae }, { Trainer }] = await Promise.all(['engine', 'models', 'training'].map(layer));

const shared = { inputSize: 784, activation: 'relu', posterior: 'diagonal' };
const models = {
  dense: { ...shared, hidden: [400], latent: 20 },
  conv: { ...shared, shape: [28, 28], network: 'conv', channels: [32, 64], hidden: [], latent: 16 },
};
const size = 4096;
const pixels = Uint8Array.from({ length: size * 784 }, (_, i) => (((i * 2654435761) >>> 16) % 10 < 2 ? 1 : 0));

/** A training without end, of which stretches are taken. */
async function contestant(threads) {
  const engine = await createEngine({ engine: 'onnxruntime-node', ...(threads && { threads }) });
  const trainer = await Trainer.create({
    engine,
    model: createVae(models[values.network]),
    training: {
      size,
      exampleSize: 784,
      read: (indices, out) =>
        indices.forEach((index, k) => out.set(pixels.subarray(index * 784, (index + 1) * 784), k * 784)),
    },
    config: {
      epochs: 1e9,
      batchSize: 128,
      seed: 0,
      validation: 0,
      optimizer: { name: 'adam', learningRate: 1e-3 },
      schedule: { name: 'constant' },
    },
    onNotice: (line) => console.log(line),
  });
  const events = trainer.run();
  const stretch = async (seconds) => {
    const times = [];
    for (const end = performance.now() + 1000 * seconds; performance.now() < end;) {
      const { value } = await events.next();
      if (value.event === 'step') times.push(value.stepMs);
    }
    return times;
  };
  return { name: threads ? `${threads} thread` : `default (${engine.threads} threads at most)`, stretch };
}

const mean = (x) => x.reduce((sum, value) => sum + value, 0) / x.length;
const median = (x) => x.toSorted((a, b) => a - b)[Math.floor(x.length / 2)];

const contestants = [await contestant(1), await contestant()];
for (const { stretch } of contestants) await stretch(6);

for (const condition of ['idle', 'busy'].filter((name) => !values.only || name === values.only)) {
  const busy = condition === 'busy' && spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  const means = contestants.map(() => []);
  const all = contestants.map(() => []);
  try {
    for (let round = 0; round < Number(values.rounds); round++) {
      const order = contestants.map((_, k) => k);
      for (const k of round % 2 === 0 ? order : order.reverse()) {
        const times = await contestants[k].stretch(Number(values.seconds));
        means[k].push(mean(times));
        all[k].push(...times);
      }
    }
  } finally {
    if (busy) busy.kill();
  }
  console.log(`${values.network}, ${condition === 'busy' ? 'one core kept busy' : 'nothing beside it'}:`);
  contestants.forEach(({ name }, k) => {
    const ratios = means[k].map((value, round) => value / means[0][round]);
    const spread = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
    console.log(
      `  ${name.padEnd(32)} mean ${mean(all[k]).toFixed(2)} ms, median ${median(all[k]).toFixed(2)} ms; means ÷ one thread's: median ${median(ratios).toFixed(3)} (${spread})`,
    );
  });
}
process.exit(0);
