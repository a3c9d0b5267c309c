// What is trained to compare two versions: every posterior, likelihood, network and optimiser, threads, a table, trimming, a
// training that was stopped and goes on. Each takes some fifty steps and a second or two.

const size = 240;

/** Numbers between 0 and 1 from the sines of their places: the same on every version, whatever its random numbers are. */
const wave = (count, speed = 12.9898) =>
  Float32Array.from({ length: count }, (_, k) => {
    const value = Math.sin((k + 1) * speed) * 43758.5453;
    return value - Math.floor(value);
  });

const array = (columns, change) => ({ values: wave(size * columns).map(change), shape: [size, columns] });
const units = () => array(12, (value) => value);
const numbers = () => array(12, (value, k) => 3 * value + (k % 4));
const whole = (levels) => () => array(12, (value) => Math.floor(levels * value));

/** Rows [height 16, width 16] of soft spots. */
const images = (channels) => () => ({
  values: wave(size * 256 * channels, 0.37).map((value) => value * value),
  shape: channels === 1 ? [size, 16, 16] : [size, 16, 16, channels],
});

const table = () => ({
  columns: Object.fromEntries([
    ['height', Array.from(wave(size), (value) => 150 + 40 * value)],
    ['visits', Array.from(wave(size, 3.7), (value) => Math.floor(9 * value))],
    ['colour', Array.from(wave(size, 5.1), (value) => ['red', 'green', 'blue'][Math.floor(3 * value)])],
    ['member', Array.from(wave(size, 7.3), (value) => value > 0.4)],
  ]),
});

const small = { hidden: [24], latent: 3, batchSize: 24, epochs: 6, seed: 5, threads: 1 };

export const configurations = {
  diagonal: { data: units, options: {} },
  isotropic: { data: units, options: { posterior: 'isotropic' } },
  'full-symmetric': { data: units, options: { posterior: 'full' } },
  'full-cholesky': { data: units, options: { posterior: 'full', root: 'cholesky' } },
  'low-rank': { data: units, options: { posterior: 'low-rank', rank: 2 } },
  gaussian: { data: numbers, options: { likelihood: 'gaussian' } },
  'gaussian-head': { data: numbers, options: { likelihood: 'gaussian', stddev: 'head' } },
  laplace: { data: numbers, options: { likelihood: 'laplace', stddev: 'per-dimension' } },
  'continuous-bernoulli': { data: units, options: { likelihood: 'continuous-bernoulli' } },
  poisson: { data: whole(6), options: { likelihood: 'poisson' } },
  categorical: {
    data: () => ({
      values: Float32Array.from({ length: size * 8 }, (_, k) => Number(k % 4 === (k >> 2) % 4)),
      shape: [size, 2, 4],
    }),
    options: { likelihood: 'categorical' },
  },
  ordinal: { data: whole(5), options: { likelihood: 'ordinal', classes: 5 } },
  table: { data: table, options: { hidden: [24, 24], epochs: 4 } },
  conv: { data: images(1), options: { network: 'conv', channels: [4, 8], hidden: [], epochs: 3 } },
  'conv-normalized': {
    data: images(3),
    options: { network: 'conv', channels: [4, 8], hidden: [], normalization: 'batch', dropout: 0.1, epochs: 3 },
  },
  residual: { data: images(1), options: { network: 'residual', channels: [8, 8], hidden: [], epochs: 2 } },
  adamw: { data: units, options: { optimizer: 'adamw', weightDecay: 0.1, schedule: 'cosine', warmupSteps: 5 } },
  sgd: { data: units, options: { optimizer: 'sgd', momentum: 0.9, learningRate: 1e-3, clipNorm: 1 } },
  'beta-trim-patience': { data: units, options: { beta: 2, trim: 0.1, patience: 2, epochs: 10 } },
  'two-threads': {
    data: () => ({ values: wave(512 * 784), shape: [512, 784] }),
    options: { hidden: [400], latent: 8, batchSize: 128, epochs: 10, threads: 2 },
  },
  resumed: { data: units, options: {}, stopAfter: 20 },
  'resumed-full-trim': { data: units, options: { posterior: 'full', trim: 0.1 }, stopAfter: 31 },
};

export const optionsOf = ({ options }) => ({ ...small, ...options });
