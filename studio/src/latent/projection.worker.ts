// What takes long of the explorer's mathematics, beside the page: principal axes, UMAP, densities.
import { UMAP } from 'umap-js';
import { NdArray, nextTurn } from 'rootsigma/core';
import { principalAxes } from 'rootsigma/evaluation';
import { serve } from '../../../src/core/messages/index.ts';
import type { CallContext } from '../../../src/core/messages/index.ts';
import { contour, kernelOf, massLevels, mixtureDensity } from './contours.ts';
import type { Grid } from './contours.ts';
import type { ContoursRequest, PcaResult, UmapRequest, UmapTold } from './projections.ts';

serve(globalThis, { pca, umap, contours });

function pca({ codes, latent }: { readonly codes: Float32Array; readonly latent: number }): PcaResult {
  const { mean, axes, explained } = principalAxes(new NdArray(codes as Float32Array<ArrayBuffer>, [codes.length / latent, latent]), 2); // prettier-ignore
  return { mean, axes: axes.data, explained };
}

/** One step of the layout after another, so that who watches sees it settle. */
async function umap({ codes, latent, seed }: UmapRequest, { tell }: CallContext): Promise<Float32Array> {
  const say = (told: UmapTold): void => {
    tell(told);
  };
  const rows = Array.from({ length: codes.length / latent }, (_, k) =>
    Array.from(codes.subarray(k * latent, (k + 1) * latent)),
  );
  say({ done: 0, total: 0 });
  await nextTurn();
  const layout = new UMAP({ nComponents: 2, nNeighbors: Math.min(15, rows.length - 1), random: randomOf(seed) });
  const total = layout.initializeFit(rows);
  let said = performance.now();
  for (let done = 0; done < total; done++) {
    layout.step();
    if (performance.now() - said < 200) continue;
    said = performance.now();
    say({ done: done + 1, total, points: flat(layout.getEmbedding()) });
    await nextTurn();
  }
  return flat(layout.getEmbedding());
}

function flat(points: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(points.flat());
}

/** Mulberry32 (Ettinger 2017): UMAP asks for many numbers, of no great quality, and the same ones each time. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The lines around shares of the mass, a list of segments each. */
function contours({ means, covariances, x, y, shares }: ContoursRequest): readonly Float64Array[] {
  const grid: Omit<Grid, 'values'> = { columns: 129, rows: 129, x, y };
  const density = mixtureDensity(means, covariances ?? kernelOf(means), grid);
  return massLevels(density, shares).map((level) => contour(density, level));
}
