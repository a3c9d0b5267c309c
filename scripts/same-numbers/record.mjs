// What one version makes of one configuration, as JSON in a file: `node record.mjs DIST NAME FILE`. A process of its own, so that two
// versions never share modules.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { configurations, optionsOf } from './configurations.mjs';

const [dist, name, file] = process.argv.slice(2);
const load = (folder) => import(pathToFileURL(join(dist, folder, 'index.js')).href);
const [{ train, tableOf }, { NdArray }] = [await load('api'), await load('core')];
const folder = mkdtempSync(join(tmpdir(), 'same-numbers-'));

/** Arrays by name: float32 numbers as base64, so that nothing is lost. */
const arrays = {};
const keep = (label, values) => {
  const numbers = Float32Array.from(values);
  arrays[label] = Buffer.from(numbers.buffer).toString('base64');
};

try {
  await record(configurations[name]);
  writeFileSync(file, JSON.stringify(arrays));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);

async function record(configuration) {
  const { data: make, stopAfter } = configuration;
  const { columns, values, shape } = make();
  const data = columns === undefined ? new NdArray(values, shape) : tableOf(columns);
  const out = join(folder, 'run');
  const options = { ...optionsOf(configuration), onNotice: 'silent' };
  if (stopAfter !== undefined) await stopAt(stopAfter, data, { ...options, out });
  const run = await train(data, stopAfter === undefined ? { ...options, out } : { ...options, out, resume: true });

  for (const [parameter, array] of Object.entries(run.parameters)) keep(`weights ${parameter}`, array.data);
  const { elbo, nll } = await run.evaluate({ samples: 10, seed: 1 });
  keep('ELBO', [elbo]);
  keep('NLL', [nll.value]);
  if (columns !== undefined) {
    const table = await run.sampleTable(16, { seed: 2 });
    keep(
      'samples',
      table.columns.flatMap(({ values: cells }) => [...cells].filter((cell) => typeof cell === 'number')),
    );
  } else {
    const examples = new NdArray(values.slice(0, (16 * values.length) / shape[0]), [16, ...shape.slice(1)]);
    const { mean, covariance } = await run.encode(examples);
    keep('samples', (await run.sample(16, { seed: 2 })).data);
    keep('codes', mean.data);
    keep('covariances', covariance.data);
    keep('reconstructions', (await run.reconstruct(examples)).data);
  }
  await keepExports(out);
}

async function stopAt(step, data, options) {
  const controller = new AbortController();
  try {
    for await (const event of train(data, { ...options, signal: controller.signal })) {
      if (event.event === 'step' && event.step === step) controller.abort();
    }
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  }
}

/** What the exported graphs compute for the sines of their inputs' places. */
async function keepExports(out) {
  const { InferenceSession, Tensor } = await import('onnxruntime-node').then((module) => module.default ?? module);
  for (const file of readdirSync(join(out, 'model')).filter((each) => each.endsWith('.onnx'))) {
    const session = await InferenceSession.create(join(out, 'model', file));
    const feeds = {};
    for (const input of session.inputMetadata) {
      const shape = input.shape.map((length) => (typeof length === 'number' ? length : 4));
      const count = shape.reduce((product, length) => product * length, 1);
      feeds[input.name] = new Tensor('float32', Float32Array.from({ length: count }, (_, k) => Math.abs(Math.sin(k + 1))), shape); // prettier-ignore
    }
    for (const [output, { data }] of Object.entries(await session.run(feeds))) keep(`${file} ${output}`, data);
  }
}
