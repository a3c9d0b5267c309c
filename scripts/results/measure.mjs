import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { measured, metricsOf } from './plan.mjs';

/** What docs/results.md says of a run, on its test examples. */
export async function measure(run, { source, isQuick, signal }) {
  const { draws, nllExamples } = isQuick ? { draws: 10, nllExamples: 50 } : measured;
  const wanted = metricsOf(source);
  const all = await run.evaluate({ draws: 1, signal, metrics: Object.keys(wanted), ...(isQuick && { limit: 200 }) });
  return {
    ...(await densities(run, all, { draws, limit: nllExamples, signal })),
    reconstruction: all.reconstruction,
    examples: all.examples,
    activeUnits: all.activeUnits,
    latent: all.latent,
    secondsAnEpoch: secondsAnEpoch(run.path),
    parameters: Object.values(run.parameters).reduce((sum, { size }) => sum + size, 0),
    metrics: Object.fromEntries(
      Object.entries(wanted).map(([metric, [quantity, title]]) => [title, valueOf(all.metrics[metric][quantity])]),
    ),
    pictures: await pictures(run),
  };
}

/** What only a model with a density has: JSON leaves it out of the others' evaluations. */
async function densities(run, all, options) {
  const { elbo, kl } = JSON.parse(JSON.stringify(all));
  if (elbo === undefined) return {};
  const { nll, examples } = await run.evaluate(options);
  const { value, standardError } = nll;
  return { negativeElbo: -elbo, kl, nll: { value, standardError, examples, draws: options.draws } };
}

/** Of a number with or without its standard error. */
function valueOf(reading) {
  return typeof reading === 'object' ? reading.value : reading;
}

/** Samples as grey or coloured bytes: what a picture of several runs is made of. */
async function pictures(run) {
  const { data } = await run.sample(measured.pictures, { seed: 0 });
  const shape = [measured.pictures, ...run.exampleShape];
  return { shape, pixels: Buffer.from(Uint8Array.from(data, (value) => Math.round(255 * Math.min(1, Math.max(0, value))))).toString('base64') }; // prettier-ignore
}

/** The median of the epochs' times, as metrics.jsonl has them. */
function secondsAnEpoch(path) {
  const lines = readFileSync(join(path, 'metrics.jsonl'), 'utf8').trim().split('\n');
  const times = lines.map((line) => JSON.parse(line).seconds).filter((each) => each !== undefined);
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
}
