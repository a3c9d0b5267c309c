import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { batchSource, initialWeights, layerSizes } from './batches.mjs';

/** One repetition: one step with tf.train.adam on the WASM backend. */
export async function setUp({ data, sizes }) {
  await tf.setBackend('wasm');
  await tf.ready();
  const nextBatch = batchSource({ data, sizes });
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
    run: (repetitions) => {
      for (let i = 0; i < repetitions; i++) {
        loss = tf.tidy(() => {
          const x = tf.tensor2d(nextBatch(), [batchSize, inputSize]);
          return optimizer.minimize(() => negativeElbo(x), true).dataSync()[0];
        });
      }
    },
    loss: () => loss,
  };
}
