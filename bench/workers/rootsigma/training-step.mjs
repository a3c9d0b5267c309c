import { readBytes } from '#bytes';
import { layer, startEngine } from '#package';

/** One repetition: one step of the Trainer as `rootsigma train` takes it, with its batch, optimiser, checks and event. */
export async function setUp({ data, sizes, model: posterior = {}, threads, label }) {
  const [{ Trainer }, { createVae }, { binarize, datasetOf }] = await Promise.all(
    ['training', 'models', 'data'].map(layer),
  );
  const { inputSize, hidden, latent, batchSize, learningRate } = sizes;
  const model = buildModel(createVae, {
    inputSize,
    hidden: [hidden],
    latent,
    activation: 'relu',
    posterior: 'diagonal',
    ...posterior,
  });
  if (model.skipped !== undefined) return model;
  const dataset = datasetOf({
    name: 'bench',
    kind: 'array',
    sampleShape: [inputSize],
    values: await readBytes(data),
  });
  const started = await startEngine(threads);
  const trainer = await Trainer.create({
    engine: started.engine,
    model,
    training: {
      size: dataset.size,
      exampleSize: inputSize,
      read: (indices, out, key) => {
        dataset.gather(indices, out);
        binarize(out, 'threshold', key);
      },
    },
    config: {
      epochs: 1_000_000,
      batchSize,
      seed: 1,
      optimizer: { name: 'adam', learningRate },
      schedule: { name: 'constant' },
    },
  });
  const events = trainer.run();
  let loss = NaN;
  const run = async (repetitions) => {
    for (let steps = 0; steps < repetitions;) {
      const { value } = await events.next();
      if (value.event !== 'step') continue;
      loss = value.loss;
      steps++;
    }
  };
  return { name: [started.label, label].filter(Boolean).join(', '), notes: started.notes, run, loss: () => loss };
}

/** A family that this version does not have yet is skipped, not an error. */
function buildModel(createVae, options) {
  try {
    return createVae(options);
  } catch (error) {
    if (error.name === 'UnsupportedError') return { skipped: error.message };
    throw error;
  }
}
