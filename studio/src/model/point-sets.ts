// Points of a plane, for a first look at what a VAE does: drawn by code, the same for the same seed.
import { datasetOf } from 'rootsigma';
import type { Dataset } from 'rootsigma';
import type { pointSetNames } from './point-set-names.ts';
import { foldIn, key, normal, uniform } from 'rootsigma/random';

export interface PointSet {
  readonly name: keyof typeof pointSetNames;
  readonly classes: readonly string[];
  /** A point of a class, of a number from 0 to 1 and two from N(0, 1). */
  readonly point: (label: number, u: number, noise: readonly [number, number]) => readonly [number, number];
}

export const pointSets: readonly PointSet[] = [
  {
    name: 'moons',
    classes: ['upper', 'lower'],
    point: (label, u, [a, b]) => {
      const [x, y] = [Math.cos(Math.PI * u), Math.sin(Math.PI * u)];
      return label === 0 ? [x + 0.08 * a, y + 0.08 * b] : [1 - x + 0.08 * a, 0.5 - y + 0.08 * b];
    },
  },
  {
    name: 'ring',
    classes: ['1', '2', '3', '4', '5', '6', '7', '8'],
    point: (label, _, [a, b]) => [2 * Math.cos((Math.PI * label) / 4) + 0.15 * a, 2 * Math.sin((Math.PI * label) / 4) + 0.15 * b], // prettier-ignore
  },
  {
    name: 'spiral',
    classes: ['one', 'two'],
    point: (label, u, [a, b]) => {
      const [radius, angle] = [0.2 + 1.8 * u, 4.5 * u + Math.PI * label];
      return [radius * Math.cos(angle) + 0.06 * a, radius * Math.sin(angle) + 0.06 * b];
    },
  },
  {
    name: 'ellipse',
    classes: ['all'],
    point: (_, __, [a, b]) => [1.56 * a - 0.3 * b, 0.9 * a + 0.52 * b],
  },
];

/** So many points of a set, the classes in turn. */
export function drawPoints({ name, classes, point }: PointSet, count: number, seed: number): Dataset {
  const from = key(seed);
  const u = uniform(foldIn(from, 0), [count], { dtype: 'float64' }).data;
  const noise = normal(foldIn(from, 1), [count, 2], { dtype: 'float64' }).data;
  const values = new Float32Array(2 * count);
  const labels = new Uint8Array(count);
  for (let k = 0; k < count; k++) {
    const label = k % classes.length;
    labels[k] = label;
    values.set(point(label, u[k] ?? 0, [noise[2 * k] ?? 0, noise[2 * k + 1] ?? 0]), 2 * k);
  }
  return datasetOf({ name, kind: 'array', sampleShape: [2], values, support: 'real', labels, classNames: classes });
}
