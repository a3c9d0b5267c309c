// Calls of the worker that projects. Each thing is computed in a worker of its own kind, which is ended when nobody wants its result.
import { WorkerCalls } from '../../../src/core/messages/index.ts';

export interface PcaResult {
  readonly mean: Float64Array;
  /** [2, latent] */
  readonly axes: Float64Array;
  readonly explained: Float64Array;
}

export interface UmapRequest {
  readonly codes: Float32Array;
  readonly latent: number;
  readonly seed: number;
}

export interface UmapTold {
  readonly done: number;
  /** 0 while neighbours are looked for. */
  readonly total: number;
  /** As they lie now. */
  readonly points?: Float32Array;
}

export interface ContoursRequest {
  /** x and y in turn. */
  readonly means: Float32Array;
  /** xx, xy, yy in turn; without, a kernel by Scott's rule. */
  readonly covariances?: Float32Array;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly shares: readonly number[];
}

/** Codes that UMAP is given, at most: beyond, it takes minutes. */
export const mostForUmap = 10_000;
/** Examples whose q(z|x) the aggregate posterior is made of, at most. */
export const mostForAggregate = 10_000;

function compute(
  method: string,
  argument: unknown,
  { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent?: (event: unknown) => void },
): Promise<unknown> {
  const worker = new Worker(new URL('./projection.worker.ts', import.meta.url), { type: 'module' });
  // Nothing in it asks whether it should go on: it is ended.
  const end = (): void => {
    worker.terminate();
  };
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    WorkerCalls.of(worker)
      .call(method, argument, onEvent ? { onEvent } : {})
      .then(resolve, reject);
  }).finally(end);
}

export function principalAxesOf(codes: Float32Array, latent: number, signal: AbortSignal): Promise<PcaResult> {
  return compute('pca', { codes, latent }, { signal }) as Promise<PcaResult>;
}

export function umapOf(
  request: UmapRequest,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (told: UmapTold) => void },
): Promise<Float32Array> {
  const onEvent = (event: unknown): void => {
    onProgress(event as UmapTold);
  };
  return compute('umap', request, { signal, onEvent }) as Promise<Float32Array>;
}

export function contoursOf(request: ContoursRequest, signal: AbortSignal): Promise<readonly Float64Array[]> {
  return compute('contours', request, { signal }) as Promise<readonly Float64Array[]>;
}
