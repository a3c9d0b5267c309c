import * as tf from '@tensorflow/tfjs';
import { batchSource, initialWeights, layerSizes } from './batches.mjs';

/** What each backend has to fetch before it can be chosen. */
const backends = {
  wasm: async () => {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    if (globalThis.location !== undefined) setWasmPaths(new URL('.', location.href).href);
  },
  webgl: () => undefined,
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
};

/** One repetition: one step with tf.train.adam on one of its backends. */
export async function setUp({ data, sizes, backend = 'wasm' }) {
  await backends[backend]();
  if (!(await tf.setBackend(backend))) return { skipped: `${backend} does not start here` };
  const nextBatch = await batchSource({ data, sizes });
  const layers = Object.fromEntries(
    Object.entries(layerSizes(sizes)).map(([layer, shape]) => {
      const { weight, bias } = initialWeights(shape);
      return [layer, { weight: tf.variable(tf.tensor2d(weight, shape)), bias: tf.variable(tf.tensor1d(bias)) }];
    }),
  );
  const dense = (layer, x) => tf.add(tf.matMul(x, layers[layer].weight), layers[layer].bias);
  const { batchSize, inputSize, latent, learningRate } = sizes;
  const optimizer = tf.train.adam(learningRate);

  const negativeElbo = (x) => {
    const features = tf.relu(dense('encoder', x));
    const mean = dense('mean', features);
    const logVariance = dense('logVariance', features);
    const noise = tf.randomNormal([batchSize, latent]);
    const z = tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise));
    const logits = dense('output', tf.relu(dense('decoder', z)));
    const crossEntropy = tf.sum(tf.sub(tf.softplus(logits), tf.mul(logits, x)));
    const kl = tf.mul(-0.5, tf.sum(tf.sub(tf.add(1, logVariance), tf.add(tf.square(mean), tf.exp(logVariance)))));
    return tf.div(tf.add(crossEntropy, kl), batchSize);
  };

  let loss = NaN;
  return {
    name: `TensorFlow.js ${tf.version.tfjs}, ${tf.getBackend()}`,
    run: async (repetitions) => {
      for (let i = 0; i < repetitions; i++) {
        const cost = tf.tidy(() => {
          const x = tf.tensor2d(nextBatch(), [batchSize, inputSize]);
          return optimizer.minimize(() => negativeElbo(x), true);
        });
        loss = (await cost.data())[0];
        cost.dispose();
      }
    },
    loss: () => loss,
  };
}
