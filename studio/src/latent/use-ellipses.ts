import { useEffect, useRef, useState } from 'preact/hooks';
import { fetchCovariances } from './codes.ts';
import type { CodesData } from './codes.ts';
import { projectPacked } from './plane.ts';
import type { Covariance2, Plane } from './plane.ts';
import { covarianceAt } from './use-contours.ts';

/** Examples whose Σ is asked for at once. */
const atOnce = 256;

/** P Σ Pᵀ of examples; where Σ comes one by one, they are asked for, and given when they are there. */
export function useCovariances(
  { id, query }: { readonly id: string; readonly query: string },
  codes: CodesData | undefined,
  wanted: readonly number[],
): (plane: Plane, index: number) => Covariance2 | undefined {
  const known = useRef(new Map<number, Float32Array>());
  const [, setTurn] = useState(0);
  useEffect(() => {
    known.current = new Map();
  }, [codes]);
  const missing = codes?.about.spread === 'asked' ? wanted.filter((index) => !known.current.has(index)).slice(0, atOnce) : []; // prettier-ignore
  useEffect(() => {
    if (!codes || missing.length === 0) return undefined;
    const controller = new AbortController();
    const size = (codes.about.latent * (codes.about.latent + 1)) / 2;
    fetchCovariances(id, query, missing, controller.signal).then(
      (packed) => {
        missing.forEach((index, k) => known.current.set(index, packed.subarray(k * size, (k + 1) * size)));
        setTurn((turn) => turn + 1);
      },
      () => undefined,
    );
    return () => {
      controller.abort();
    };
  }, [codes, missing.join()]);
  return (plane, index) => {
    if (!codes) return undefined;
    const own = known.current.get(index);
    return own ? projectPacked(plane, own) : covarianceAt(codes, plane, index);
  };
}
