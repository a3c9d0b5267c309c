import { useEffect, useState } from 'preact/hooks';
import type { CodesData } from './codes.ts';
import { projectAll, projectDiagonal, projectPacked } from './plane.ts';
import type { Covariance2, Plane } from './plane.ts';
import { contoursOf, mostForAggregate } from './projections.ts';

/** Shares of the mass that contours run around. */
export const contourShares = [0.5, 0.8, 0.95] as const;

export interface Contours {
  readonly aggregate: readonly Float64Array[];
  readonly prior: readonly Float64Array[];
}

const none: Contours = { aggregate: [], prior: [] };

/** P Σ Pᵀ of an example, where its Σ is at hand. */
export function covarianceAt(
  { about, stddev, covariance }: CodesData,
  plane: Plane,
  index: number,
): Covariance2 | undefined {
  const { latent } = about;
  if (covariance) return projectPacked(plane, covariance, (index * latent * (latent + 1)) / 2);
  // Of those that are only asked for one by one, the diagonal alone would be another ellipse.
  return stddev && about.spread === 'diagonal' ? projectDiagonal(plane, stddev, index * latent) : undefined;
}

/** Contours of the aggregate posterior (1/n) Σ q(z|x), and of a prior that is not N(0, I), in a plane. */
export function useContours(
  codes: CodesData | undefined,
  plane: Plane | undefined,
  shown: { readonly aggregate: boolean; readonly prior: boolean },
): Contours {
  const [state, setState] = useState(none);
  useEffect(() => {
    setState(none);
    if (!codes || !plane?.b) return undefined;
    const { about, priorDraws } = codes;
    const controller = new AbortController();
    const { signal } = controller;
    const windowOf = (points: Float32Array) => {
      const margin = (values: readonly number[]): readonly [number, number] => {
        const [low, high] = [Math.min(...values), Math.max(...values)];
        return [low - 0.2 * (high - low) - 1, high + 0.2 * (high - low) + 1];
      };
      const sorted = (from: number): number[] => Array.from({ length: points.length / 2 }, (_, k) => points[2 * k + from] ?? NaN).sort((a, b) => a - b); // prettier-ignore
      const ends = (values: readonly number[]): number[] => [values[0] ?? 0, values.at(-1) ?? 1];
      return { x: margin(ends(sorted(0))), y: margin(ends(sorted(1))) };
    };
    const take = (name: keyof Contours) => (found: readonly Float64Array[]) => {
      if (!signal.aborted) setState((old) => ({ ...old, [name]: found }));
    };
    // Only a drawing: without it the rest stands.
    const leave = (): void => undefined;
    if (shown.aggregate) {
      const count = Math.min(about.count, mostForAggregate);
      const means = projectAll(plane, codes.mean.subarray(0, count * about.latent));
      const first = covarianceAt(codes, plane, 0);
      const covariances = first && new Float32Array(3 * count);
      for (let k = 0; covariances && k < count; k++) {
        const { xx, xy, yy } = covarianceAt(codes, plane, k) ?? first;
        covariances.set([xx, xy, yy], 3 * k);
      }
      contoursOf({ means, ...(covariances && { covariances }), ...windowOf(means), shares: contourShares }, signal).then(take('aggregate'), leave); // prettier-ignore
    }
    if (shown.prior && priorDraws) {
      const means = projectAll(plane, priorDraws);
      contoursOf({ means, ...windowOf(means), shares: contourShares }, signal).then(take('prior'), leave);
    }
    return () => {
      controller.abort(new Error('cancelled'));
    };
  }, [codes, plane, shown.aggregate, shown.prior]);
  return state;
}
