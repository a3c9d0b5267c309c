import { readFileSync } from 'node:fs';
import { layer, startEngine } from './package.mjs';

/** One repetition: −log p(x) of `examples` images by `samples` draws each. */
export async function setUp({ data, sizes, threads, examples, samples }) {
  const [{ createVae }, { estimateNll }, { initializeParameters }, { key }] = await Promise.all(
    ['models', 'evaluation', 'nn', 'random'].map(layer),
  );
  const { engine, label: name } = await startEngine(threads);
  const { inputSize, hidden, latent } = sizes;
  const model = createVae({ inputSize, hidden: [hidden], latent, activation: 'relu', posterior: 'diagonal' });
  const parameters = initializeParameters(model.parameters, key(1));
  const pixels = readFileSync(data);
  const set = {
    size: examples,
    exampleSize: inputSize,
    read: (indices, out) =>
      indices.forEach((index, row) => {
        for (let i = 0; i < inputSize; i++) out[row * inputSize + i] = pixels[index * inputSize + i] > 127 ? 1 : 0;
      }),
  };
  return {
    name,
    units: 1,
    run: async (repetitions) => {
      for (let i = 0; i < repetitions; i++) {
        await estimateNll({ engine, model, parameters, examples: set, draws: samples, key: key(2) });
      }
    },
  };
}
