// Codes between codes, and over a plane.
import { NdArray } from 'rootsigma/core';
import { interpolateLatents } from '../../../src/api/run/latent-paths.ts';
import { lift } from './plane.ts';
import type { Plane } from './plane.ts';

/** Codes from one to another, ends included, [steps, latent], as `rootsigma interpolate` goes. */
export function pathBetween(
  from: ArrayLike<number>,
  to: ArrayLike<number>,
  options: { readonly steps: number; readonly path: 'linear' | 'spherical' },
): Float32Array {
  // prettier-ignore
  const row = (z: ArrayLike<number>): NdArray<'float32'> => new NdArray(Float32Array.from(z), [1, z.length]);
  return interpolateLatents(row(from), row(to), options).data;
}

/** Codes over a rectangle of a plane, row by row from the top, [rows · columns, latent]. */
export function gridOver(
  plane: Plane,
  from: ArrayLike<number>,
  { x, y, columns, rows }: { readonly x: readonly [number, number]; readonly y: readonly [number, number]; readonly columns: number; readonly rows: number }, // prettier-ignore
): Float32Array {
  const latent = from.length;
  const codes = new Float32Array(columns * rows * latent);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const point = {
        x: x[0] + ((column + 0.5) / columns) * (x[1] - x[0]),
        y: y[1] - ((row + 0.5) / rows) * (y[1] - y[0]),
      };
      codes.set(lift(plane, point, from), (row * columns + column) * latent);
    }
  }
  return codes;
}
