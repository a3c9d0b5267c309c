import { defaultDevice, init, jit, nn, numpy as np, random, tree, valueAndGrad } from '@jax-js/jax';
import { batchSource, initialWeights, layerSizes } from './batches.mjs';
import { versionOf } from './versions.mjs';

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];

/** One repetition: one step, forward, backward and Adam in a single jit. */
export async function setUp({ data, sizes, backend = 'wasm' }) {
  if (!(await init(backend)).includes(backend)) return { skipped: `this machine's browser has no ${backend}` };
  defaultDevice(backend);
  const nextBatch = await batchSource({ data, sizes });
  const step = jit(makeStep(sizes));
  let parameters = Object.fromEntries(
    Object.entries(layerSizes(sizes)).map(([layer, shape]) => {
      const { weight, bias } = initialWeights(shape);
      return [layer, { weight: np.array(weight).reshape(shape), bias: np.array(bias) }];
    }),
  );
  let first = tree.map((leaf) => np.zeros(leaf.shape), tree.ref(parameters));
  let second = tree.map((leaf) => np.zeros(leaf.shape), tree.ref(parameters));
  let [steps, loss] = [0, NaN];
  return {
    name: `jax-js ${versionOf('@jax-js/jax')}, ${defaultDevice()}, jit`,
    run: async (repetitions) => {
      for (let i = 0; i < repetitions; i++) {
        steps++;
        const x = np.array(nextBatch()).reshape([sizes.batchSize, sizes.inputSize]);
        const corrections = [1 / (1 - beta1 ** steps), 1 / (1 - beta2 ** steps)];
        const out = step(parameters, first, second, x, random.key(steps), ...corrections);
        [parameters, first, second] = [out.parameters, out.first, out.second];
        loss = (await out.loss.data())[0];
      }
    },
    loss: () => loss,
  };
}

/** Every array argument is consumed by its last use; earlier uses take `.ref`. */
function makeStep({ batchSize, latent, learningRate }) {
  const dense = ({ weight, bias }, x) => np.matmul(x, weight).add(bias);

  const negativeElbo = (parameters, x, key) => {
    const features = nn.relu(dense(parameters.encoder, x.ref));
    const mean = dense(parameters.mean, features.ref);
    const logVariance = dense(parameters.logVariance, features);
    const noise = random.normal(key, [batchSize, latent]);
    const z = mean.ref.add(np.exp(logVariance.ref.mul(0.5)).mul(noise));
    const logits = dense(parameters.output, nn.relu(dense(parameters.decoder, z)));
    const crossEntropy = nn.softplus(logits.ref).sub(logits.mul(x)).sum();
    const kl = logVariance.ref.add(1).sub(np.square(mean)).sub(np.exp(logVariance)).sum().mul(-0.5);
    return crossEntropy.add(kl).mul(1 / batchSize);
  };

  return (parameters, first, second, x, key, correction1, correction2) => {
    const [loss, gradients] = valueAndGrad(negativeElbo)(tree.ref(parameters), x, key);
    const newFirst = tree.map((m, g) => m.mul(beta1).add(g.mul(1 - beta1)), first, tree.ref(gradients));
    const newSecond = tree.map((v, g) => v.mul(beta2).add(np.square(g).mul(1 - beta2)), second, gradients);
    const update = (p, m, v) => {
      const root = np.sqrt(v.mul(correction2.ref)).add(epsilon);
      return p.sub(m.mul(correction1.ref).mul(learningRate).div(root));
    };
    const updated = tree.map(update, parameters, tree.ref(newFirst), tree.ref(newSecond));
    correction1.dispose();
    correction2.dispose();
    return { loss, parameters: updated, first: newFirst, second: newSecond };
  };
}
