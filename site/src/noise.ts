import type { NdArray } from 'rootsigma/core';
import { constant, matmul } from 'rootsigma/graph';
import { key, normal } from 'rootsigma/random';
import { evaluate } from 'rootsigma/reference';
import { rows } from './covariance.ts';
import type { Covariance, Matrix } from './covariance.ts';

/** Points in the plane, x and y in turn. */
export type Cloud = ArrayLike<number>;

const drawn = new Map<string, NdArray<'float64'>>();

/** `count` draws of ε from N(0, I) in the plane: the same for the same seed on every machine. */
export function noiseCloud(seed: number, count: number): NdArray<'float64'> {
  const name = `${seed} ${count}`;
  let cloud = drawn.get(name);
  if (!cloud) {
    if (drawn.size > 20) drawn.clear();
    cloud = normal(key(seed), [count, 2], { dtype: 'float64' });
    drawn.set(name, cloud);
  }
  return cloud;
}

/** F ε for every ε of the cloud. */
export function transformed(factor: Matrix, cloud: NdArray<'float64'>): Cloud {
  return evaluate(matmul(constant(cloud), constant(rows(factor)), { transposeB: true })).data;
}

/** The cloud's own covariance (n − 1 below). */
export function empiricalCovariance(cloud: Cloud): Covariance {
  const n = cloud.length / 2;
  let [x, y] = [0, 0];
  for (let i = 0; i < n; i++) {
    x += (cloud[2 * i] ?? NaN) / n;
    y += (cloud[2 * i + 1] ?? NaN) / n;
  }
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const dx = (cloud[2 * i] ?? NaN) - x;
    const dy = (cloud[2 * i + 1] ?? NaN) - y;
    xx += (dx * dx) / (n - 1);
    xy += (dx * dy) / (n - 1);
    yy += (dy * dy) / (n - 1);
  }
  return { xx, xy, yy };
}

export function empiricalVariance(values: ArrayLike<number>): number {
  const n = values.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (values[i] ?? NaN) / n;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += ((values[i] ?? NaN) - mean) ** 2;
  return sum / (n - 1);
}
