import { NdArray } from '../core/index.ts';

/** Points of a distribution's events with weights, over which a density adds up to 1. */
export interface Domain {
  /** [count, ...event], numbers in ascending order */
  readonly points: NdArray<'float64'>;
  readonly weights: readonly number[];
  /** Of events that are numbers: x, and how many of the points lie at or below it. */
  readonly cuts: readonly { readonly x: number; readonly count: number }[];
}

/** Every value that has a probability. */
export function everyOf(values: readonly number[] | readonly (readonly number[])[]): Domain {
  const points = NdArray.from(values, 'float64');
  return {
    points,
    weights: values.map(() => 1),
    cuts: points.shape.length > 1 ? [] : Array.from(points.data, (x, k) => ({ x, count: k + 1 })),
  };
}

const nodes = [-0.906179845938664, -0.5384693101056831, 0, 0.5384693101056831, 0.906179845938664];
const shares = [0.23692688505618908, 0.47862867049936647, 0.5688888888888889, 0.47862867049936647, 0.23692688505618908];

/** Gauss–Legendre with five nodes on each of `pieces` parts of the line between neighbouring breaks. */
export function lineOf(breaks: readonly number[], pieces = 100): Domain {
  const points: number[] = [];
  const weights: number[] = [];
  const cuts: { x: number; count: number }[] = [];
  breaks.slice(1).forEach((end, at) => {
    const start = breaks[at] ?? NaN;
    const half = (end - start) / pieces / 2;
    for (let piece = 0; piece < pieces; piece++) {
      const center = start + (2 * piece + 1) * half;
      nodes.forEach((node, k) => {
        points.push(center + half * node);
        weights.push(half * (shares[k] ?? NaN));
      });
      cuts.push({ x: center + half, count: points.length });
    }
  });
  return { points: NdArray.from(points, 'float64'), weights, cuts };
}

/** The pairs of the points of two lines. */
export function planeOf(first: Domain, second: Domain): Domain {
  const [a, b] = [Array.from(first.points.data), Array.from(second.points.data)];
  return {
    points: NdArray.from(
      a.flatMap((x) => b.map((y) => [x, y])),
      'float64',
    ),
    weights: first.weights.flatMap((v) => second.weights.map((w) => v * w)),
    cuts: [],
  };
}
