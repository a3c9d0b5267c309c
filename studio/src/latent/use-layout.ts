// Where codes are shown: a plane of their space, or a layout that is none.
import { useEffect, useState } from 'preact/hooks';
import type { CodesData } from './codes.ts';
import { axesPlane, pairPlane, projectAll } from './plane.ts';
import type { Plane } from './plane.ts';
import { mostForUmap, principalAxesOf, umapOf } from './projections.ts';

export type LayoutName = 'pair' | 'pca' | 'umap';

export interface Layout {
  /** x and y in turn; NaN for codes that the layout has no place for. */
  readonly points: Float32Array;
  /** Undefined of UMAP, where directions mean nothing. */
  readonly plane: Plane | undefined;
  /** Codes that have a place. */
  readonly count: number;
  /** How far UMAP is; `total` 0 while it looks for neighbours. */
  readonly progress?: { readonly done: number; readonly total: number };
}

export interface LayoutState {
  readonly layout: Layout | undefined;
  /** Changes with what is laid out, and not while it settles. */
  readonly key: string;
  readonly cancel: (() => void) | undefined;
  readonly problem: unknown;
}

/** @param pair the two dimensions, counted from 0 */
export function useLayout(
  codes: CodesData | undefined,
  name: LayoutName,
  pair: readonly [number, number],
  onCancel: () => void,
): LayoutState {
  const [state, setState] = useState<{ codes?: CodesData; key?: string; layout?: Layout; problem?: unknown }>({});
  const [controller, setController] = useState<AbortController | undefined>(undefined);
  const key = name === 'pair' ? `pair ${pair.join(' ')}` : name;
  useEffect(() => {
    if (!codes) return undefined;
    const { mean, stddev, about } = codes;
    const { latent, count } = about;
    const take = (layout: Layout): void => {
      setState({ codes, key, layout });
    };
    if (name === 'pair') {
      const plane = pairPlane(latent, pair[0], pair[1]);
      take({ points: projectAll(plane, mean, stddev), plane, count });
      return undefined;
    }
    const abort = new AbortController();
    const { signal } = abort;
    setController(abort);
    const fail = (problem: unknown): void => {
      if (!signal.aborted) setState({ codes, key, problem });
    };
    if (name === 'pca') {
      principalAxesOf(mean, latent, signal).then(({ mean: center, axes, explained }) => {
        const plane = axesPlane(center, axes, explained);
        if (!signal.aborted) take({ points: projectAll(plane, mean, stddev), plane, count });
      }, fail); // prettier-ignore
    } else {
      const some = Math.min(count, mostForUmap);
      const placed = (points: Float32Array): Float32Array => {
        const all = new Float32Array(2 * count).fill(NaN);
        all.set(points);
        return all;
      };
      const onProgress = ({ done, total, points }: { done: number; total: number; points?: Float32Array }): void => {
        if (signal.aborted) return;
        take({ points: points ? placed(points) : new Float32Array(2 * count).fill(NaN), plane: undefined, count: some, progress: { done, total } }); // prettier-ignore
      };
      umapOf({ codes: mean.slice(0, some * latent), latent, seed: 0 }, { signal, onProgress }).then((points) => {
        if (!signal.aborted) take({ points: placed(points), plane: undefined, count: some });
      }, fail); // prettier-ignore
    }
    return () => {
      abort.abort(new Error('cancelled'));
      setController(undefined);
    };
  }, [codes, key]);
  const layout = state.codes === codes && state.key === key ? state.layout : undefined;
  const cancel = layout?.progress && controller ? () => { controller.abort(new Error('cancelled')); onCancel(); } : undefined; // prettier-ignore
  return { layout, key, cancel, problem: state.key === key ? state.problem : undefined };
}
