import { layer, name, startEngine } from './package.mjs';

/** Rows drawn and transformed at a time: ε and z of a chunk stay in the cache. */
const chunk = 2000;

/** One repetition: `count` draws z = μ + L ε into one float32 array, through a compiled program. */
export async function setUp({ count, mean, scaleTril, threads }) {
  const [{ MultivariateNormal }, { keyInput, keyWords, constant }, { NdArray }, { foldIn, key }] = await Promise.all(
    ['gaussian', 'graph', 'core', 'random'].map(layer),
  );
  const { engine, label } = await startEngine(threads);
  const distribution = MultivariateNormal.fromScaleTril(
    constant(NdArray.from(mean, 'float32')),
    constant(NdArray.from(scaleTril, 'float32')),
  );
  const n = mean.length;
  const draws = new Float32Array(count * n);
  const z = new NdArray(new Float32Array(chunk * n), [chunk, n]);
  const program = await engine.compile({
    outputs: { z: distribution.sample(keyInput('key'), [chunk]) },
    boundOutputs: { z },
  });
  let call = 0;
  return {
    name: label,
    run: async (repetitions) => {
      for (let i = 0; i < repetitions; i++) {
        const seed = foldIn(key(1), call++);
        for (let start = 0; start < count; start += chunk) {
          await program.run({ key: keyWords(foldIn(seed, start)) });
          draws.set(z.data.subarray(0, Math.min(chunk, count - start) * n), start * n);
        }
      }
    },
  };
}
