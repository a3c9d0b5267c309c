import { makeDigits } from 'rootsigma';
import { NdArray } from 'rootsigma/core';
import { bernoulliFamily, gaussianFamily } from 'rootsigma/models';
import type { LikelihoodFamily } from 'rootsigma/models';
import { foldIn, key, normal } from 'rootsigma/random';
import type { SubjectName } from './messages.ts';

/** What the two models learn, and how. */
export interface Subject {
  readonly inputSize: number;
  readonly hidden: readonly number[];
  readonly likelihood: LikelihoodFamily;
  readonly examples: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly learningRate: number;
  /** Of z for each test example, where the ELBO is measured. */
  readonly draws: number;
  /** The first `count` examples of a split, [count, inputSize]: the same for the same seed. */
  draw(split: 'train' | 'test', count: number, seed: number): NdArray<'float32'>;
  /** Mean log-density of rows under the distribution they were drawn from, nats, where that is known. */
  logDensity?(rows: NdArray<'float32'>): number;
}

type Pair = readonly [number, number];

/** Points x = g(z) + s n with z, n ~ N(0, I) in the plane: what a VAE whose decoder is g takes them for. */
export interface PointCloud {
  readonly g: (z: Pair) => Pair;
  readonly noise: number;
}

/** Lies at 30°; its half-axes are √(1.8² + 0.4²) and √(0.6² + 0.4²). */
export const straight: PointCloud = {
  g: ([u, v]) => {
    const [c, s] = [Math.sqrt(3) / 2, 1 / 2];
    return [c * 1.8 * u - s * 0.6 * v, s * 1.8 * u + c * 0.6 * v];
  },
  noise: 0.4,
};

/** A parabola's shape: where a point lies on it decides which way its latent ellipse should tilt. */
export const bent: PointCloud = {
  g: ([u, v]) => [1.5 * u, 0.9 * (u * u - 1) + 0.6 * v],
  noise: 0.4,
};

function drawPoints({ g, noise }: PointCloud, from: { split: string; count: number; seed: number }) {
  const own = foldIn(key(from.seed), from.split === 'train' ? 0 : 1);
  const [z, n] = [0, 1].map((part) => normal(foldIn(own, part), [from.count, 2], { dtype: 'float64' }).data);
  const points = NdArray.zeros([from.count, 2], 'float32');
  for (let i = 0; i < points.data.length; i += 2) {
    const [x, y] = g([z?.[i] ?? NaN, z?.[i + 1] ?? NaN]);
    points.data.set([x + noise * (n?.[i] ?? NaN), y + noise * (n?.[i + 1] ?? NaN)], i);
  }
  return points;
}

/**
 * log ∫ N(x; g(z), s² I) N(z; 0, I) dz, a mean over points, by the midpoint rule: on smooth functions that vanish at the rim
 * its error falls faster than any power of the step.
 */
export function logDensity({ g, noise }: PointCloud, points: NdArray<'float32'>): number {
  const step = 0.1;
  const [reach, side] = [6, 120];
  const nodes: { x: number; y: number; weight: number }[] = [];
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) {
      const [u, v] = [step * (i + 0.5) - reach, step * (j + 0.5) - reach];
      const [x, y] = g([u, v]);
      const weight = (step / (2 * Math.PI * noise)) ** 2 * Math.exp(-(u * u + v * v) / 2);
      nodes.push({ x, y, weight });
    }
  }
  let sum = 0;
  for (let k = 0; k < points.data.length; k += 2) {
    const [px, py] = [points.data[k] ?? NaN, points.data[k + 1] ?? NaN];
    let density = 0;
    for (const { x, y, weight } of nodes) {
      density += weight * Math.exp(-((px - x) ** 2 + (py - y) ** 2) / (2 * noise * noise));
    }
    sum += Math.log(density);
  }
  return (2 * sum) / points.data.length;
}

const pointSubject = (cloud: PointCloud, hidden: readonly number[]): Subject => ({
  inputSize: 2,
  hidden,
  likelihood: gaussianFamily({ inputSize: 2, stddev: cloud.noise }),
  examples: 2000,
  batchSize: 100,
  epochs: 60,
  learningRate: hidden.length === 0 ? 0.02 : 0.01,
  draws: 16,
  draw: (split, count, seed) => drawPoints(cloud, { split, count, seed }),
  logDensity: (points) => logDensity(cloud, points),
});

/** Drawn by code, black or white. */
const digits: Subject = {
  inputSize: 784,
  hidden: [64],
  likelihood: bernoulliFamily({ inputSize: 784 }),
  examples: 1000,
  batchSize: 50,
  epochs: 20,
  learningRate: 5e-3,
  draws: 4,
  draw: (split, count, seed) => {
    const pixels = NdArray.zeros([count, 784], 'float32');
    const all = Uint32Array.from({ length: count }, (_, i) => i);
    makeDigits({ split, count, seed }).gather(all, pixels.data);
    return new NdArray(
      pixels.data.map((darkness) => (darkness >= 0.5 ? 1 : 0)),
      pixels.shape,
      'float32',
    );
  },
};

export const subjects: Readonly<Record<SubjectName, Subject>> = {
  straight: pointSubject(straight, []),
  bent: pointSubject(bent, [32]),
  digits,
};
