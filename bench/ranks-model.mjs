// What 1 to 256 ranks may gain, by a model: `node bench/ranks-model.mjs [--latency-us 20] [--gbit 25] [--row-us 13] [--batch 128]`.
// Nothing is measured here but what the plan of a step says of its messages. Assumed:
// - rows take `row-us` microseconds of a core's time each (784-400-20: 1.7 ms for 128), and part evenly; the update takes 1 ns a parameter;
// - a message takes the latency and its bytes at the bandwidth of one link, which a rank has to itself, both ways at once (α + β n);
// - all-to-all: N − 1 messages in turn, of what the slowest rank needs; all-gather of the parameters by a ring of N − 1 messages;
//   that of the squares in log2 N steps; all ranks come to each at once, and nothing overlaps with computing.
import { parseArgs } from 'node:util';
import { createVae } from '../dist/models/index.js';
import { elboObjective } from '../dist/objectives/index.js';
import { buildStep } from '../dist/training/step-graph.js';
import { isBatch, planStep, widthOf } from '../dist/training/replicas/plan.js';
import { fewerBytes } from '../dist/training/replicas/rank-steps.js';
import { partByRows } from '../dist/training/replicas/row-step.js';

const { values } = parseArgs({
  options: {
    'latency-us': { type: 'string', default: '20' },
    gbit: { type: 'string', default: '25' },
    'row-us': { type: 'string', default: '13' },
    batch: { type: 'string', default: '128' },
  },
});
const [latency, gbit, row, base] = ['latency-us', 'gbit', 'row-us', 'batch'].map((name) => Number(values[name]));
const bytesPerUs = (gbit * 1000) / 8;
const model = createVae({ inputSize: 784, latent: 20, hidden: [400], activation: 'relu', posterior: 'diagonal' });

/** Bytes that the rank which gets most of them gets: of gradients (factors' rows, terms of sums), and of the parameters. */
function messages(batch, ranks) {
  const step = buildStep(model, batch, elboObjective(model, batch));
  const plan = planStep(fewerBytes(partByRows(step), step), model.parameters, ranks);
  const factors = plan.reductions.map(({ factors: needed }, rank) => {
    const widths = needed.filter((k) => !isBatch(plan.factors[k])).map((k) => widthOf(plan.factors[k], plan));
    const others = batch - (plan.rows[rank].to - plan.rows[rank].from);
    const { from, to } = plan.ranges[rank];
    const summed = plan.sums.reduce(
      (sum, part) => sum + Math.max(0, Math.min(to, part.to) - Math.max(from, part.from)),
      0,
    );
    return 4 * (others * widths.reduce((a, b) => a + b, 0) + (ranks - 1) * summed);
  });
  return { factors: Math.max(...factors), parameters: (4 * plan.length * (ranks - 1)) / ranks, length: plan.length };
}

function stepUs(batch, ranks) {
  if (ranks === 1) return row * batch + 1e-3 * messages(batch, 1).length;
  const { factors, parameters, length } = messages(batch, ranks);
  const computing = (row * batch + 1e-3 * length) / ranks;
  const steps = 2 * (ranks - 1) + Math.log2(ranks);
  return computing + steps * latency + (factors + parameters) / bytesPerUs;
}

console.log(
  `784-400-20, ${latency} µs, ${gbit} Gbit/s, ${row} µs a row; rows a second, in multiples of one rank's at batch ${base}`,
);
console.log(
  'ranks | gradients kB | parameters kB | the same batch, at least 16 rows a rank | batch growing with the ranks',
);
const one = base / stepUs(base, 1);
for (let ranks = 1; ranks <= 256; ranks *= 2) {
  const [fixed, grown] = [Math.max(base, 16 * ranks + 2), base * ranks];
  const { factors, parameters } = messages(grown, ranks);
  const gain = (batch) => `${(batch / stepUs(batch, ranks) / one).toFixed(1)} (${batch})`;
  console.log(
    `${ranks} | ${(factors / 1e3).toFixed(0)} | ${(parameters / 1e3).toFixed(0)} | ${gain(fixed)} | ${gain(grown)}`,
  );
}
