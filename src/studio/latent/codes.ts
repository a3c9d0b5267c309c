import type { Encoding, Run } from '../../api/index.ts';
import { NdArray } from '../../core/index.ts';
import { subset } from '../../data/index.ts';
import type { Dataset, SplitChoice } from '../../data/index.ts';
import { isImageShape } from '../../drawing/index.ts';
import { slogdet } from '../../linalg/index.ts';
import { has } from '../../models/index.ts';
import { columnsOf } from './columns.ts';
import type { ArrayType, CodesAbout } from './contract.ts';
import { drawPrior } from './prior-draws.ts';

/** What a run makes of examples: numbers, and how they are to be read. */
export interface Codes {
  readonly about: CodesAbout;
  readonly arrays: readonly CodeArray[];
  readonly bytes: number;
}

export interface CodeArray {
  readonly name: string;
  readonly dtype: ArrayType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint32Array | Uint8Array;
}

export interface CodesOptions {
  readonly dataset: Dataset;
  readonly split: SplitChoice;
  readonly total: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: CodesProgress) => void) | undefined;
  readonly notices?: readonly string[];
}

export interface CodesProgress {
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

/** Numbers of covariances that are sent whole, at most (16 MB); beyond, those of single examples are asked for. */
const mostCovariances = 2 ** 22;
/** Numbers of covariances that are made at once. */
const covariancesAtOnce = 2 ** 22;
/** Examples at once, at most: what there is between two looks at the signal. */
const rowsAtOnce = 1024;

/** What there is of a run whose examples are not at hand: its prior, and what its model can. */
export async function withoutExamples(run: Run, missing: string, notices: readonly string[]): Promise<Codes> {
  const known = await aboutModel(run);
  const { latent } = run.model;
  const arrays: CodeArray[] = [
    { name: 'mean', dtype: 'float32', shape: [0, latent], data: new Float32Array() },
    { name: 'error', dtype: 'float32', shape: [0], data: new Float32Array() },
    ...known.arrays,
  ];
  const looks = run.config.data.table ? 'row' : isImageShape(run.exampleShape) ? 'picture' : 'numbers';
  const about: CodesAbout = { ...known.about, split: 'test', count: 0, total: 0, missing, looks, spread: 'none', columns: [], arrays: arrays.map(({ name }) => name), notices }; // prettier-ignore
  return { about, arrays, bytes: arrays.reduce((sum, { data }) => sum + data.byteLength, 0) };
}

type AboutModel = Pick<CodesAbout, 'source' | 'latent' | 'exampleShape' | 'hasMoments' | 'posterior' | 'prior' | 'priorIsStandard' | 'whyNoSamples' | 'condition'>; // prettier-ignore

/** What does not depend on examples. */
async function aboutModel(run: Run): Promise<{ readonly about: AboutModel; readonly arrays: readonly CodeArray[] }> {
  const { prior, posterior } = run.config.model;
  const priorIsStandard = prior.name === 'standard-normal';
  const draws = priorIsStandard ? undefined : await drawPrior(run);
  const why = run.whyNoPaths();
  return {
    about: {
      source: run.config.data.source,
      latent: run.model.latent,
      exampleShape: run.exampleShape,
      hasMoments: has(run.model.parts.posterior, 'moments'),
      posterior: posterior.name,
      prior: prior.name,
      priorIsStandard,
      ...(why !== undefined && { whyNoSamples: why }),
      ...(run.conditions && { condition: run.conditions.names }),
    },
    arrays: draws ? [{ name: 'priorDraws', dtype: 'float32', shape: draws.shape, data: draws.data }] : [],
  };
}

/** Means, spreads, KL and reconstruction error of examples, with what is known of each. @throws what `signal` says, where it fires */
export async function codesOf(run: Run, options: CodesOptions): Promise<Codes> {
  const { dataset, signal, onProgress } = options;
  const { latent } = run.model;
  const count = dataset.size;
  const packedSize = (latent * (latent + 1)) / 2;
  const sendsAll = count * packedSize <= mostCovariances;
  const mean = new Float32Array(count * latent);
  const stddev = new Float32Array(count * latent);
  const packed = sendsAll ? new Float32Array(count * packedSize) : undefined;
  const error = new Float32Array(count).fill(NaN);
  const kl = new Float32Array(count).fill(NaN);
  let isDiagonal = true;
  const atOnce = Math.max(1, Math.min(rowsAtOnce, Math.floor(covariancesAtOnce / latent ** 2)));
  for (let start = 0; start < count; start += atOnce) {
    signal?.throwIfAborted();
    onProgress?.({ what: 'codes', done: start, total: count });
    const some = rangeOf(dataset, start, Math.min(count, start + atOnce));
    const encoding = await run.encode(some);
    mean.set(encoding.mean.data, start * latent);
    stddev.set(encoding.stddev.data, start * latent);
    isDiagonal &&= pack(encoding.covariance, packed?.subarray(start * packedSize));
    error.set((await run.score(some, { method: 'reconstruction' })).data, start);
    if (run.hasDensity) kl.set(await klOf(run, some, encoding), start);
  }
  onProgress?.({ what: 'codes', done: count, total: count });
  const columns = columnsOf(run, dataset);
  const hasNoise = stddev.some((value) => value > 0);
  const known = await aboutModel(run);
  const arrays: CodeArray[] = [
    { name: 'mean', dtype: 'float32', shape: [count, latent], data: mean },
    ...(hasNoise ? [{ name: 'stddev', dtype: 'float32', shape: [count, latent], data: stddev } as const] : []),
    ...(packed && !isDiagonal ? [{ name: 'covariance', dtype: 'float32', shape: [count, packedSize], data: packed } as const] : []), // prettier-ignore
    ...(dataset.labels ? [{ name: 'labels', dtype: 'uint32', shape: [count], data: Uint32Array.from(dataset.labels) } as const] : []), // prettier-ignore
    ...(run.hasDensity ? [{ name: 'kl', dtype: 'float32', shape: [count], data: kl } as const] : []),
    { name: 'error', dtype: 'float32', shape: [count], data: error },
    ...columns.map(({ name, values }) => ({ name: `column:${name}`, dtype: 'float32', shape: [count], data: values }) as const), // prettier-ignore
    ...known.arrays,
  ];
  const { names, classNames } = dataset;
  const about: CodesAbout = {
    ...known.about,
    split: options.split,
    count,
    total: options.total,
    looks: dataset.table ? 'row' : isImageShape(run.exampleShape) ? 'picture' : 'numbers',
    spread: !hasNoise ? 'none' : isDiagonal ? 'diagonal' : packed ? 'full' : 'asked',
    ...(classNames && { classes: classNames }),
    columns: columns.map(({ name, kind, levels }) => ({ name, kind, ...(levels && { levels }) })),
    ...(names?.kind === 'file' && { names: Array.from({ length: count }, (_, k) => String(names.at(k))) }),
    arrays: arrays.map(({ name }) => name),
    notices: options.notices ?? [],
  };
  return { about, arrays, bytes: arrays.reduce((sum, { data }) => sum + data.byteLength, 0) };
}

/**
 * KL(q(z|x) ‖ p(z)) of each example, nats. Of a Gaussian q and p = N(0, I) that of the encoding itself,
 *
 *   ½ (tr Σ + ‖μ‖² − latent − log det Σ)
 *
 * else by the draws whose ELBO and E[log p(x|z)] differ by it, of examples as scores binarise them.
 */
async function klOf(run: Run, dataset: Dataset, { mean, covariance }: Encoding): Promise<Float64Array> {
  const { prior, posterior } = run.model.parts;
  if (prior.name === 'standard-normal' && has(posterior, 'root')) return gaussianKl(mean, covariance);
  const draws = 8;
  const elbo = await run.score(dataset, { method: 'elbo', draws });
  const reconstruction = await run.score(dataset, { method: 'reconstruction-probability', draws });
  return elbo.data.map((score, k) => score - (reconstruction.data[k] ?? NaN));
}

function gaussianKl(mean: NdArray<'float32'>, covariance: NdArray<'float32'>): Float64Array {
  const [count = 0, latent = 0] = mean.shape;
  // Σ that float32 has rounded to a singular one has no density, and its KL is not known.
  const { sign, logAbs } = slogdet(new NdArray(Float64Array.from(covariance.data), covariance.shape));
  return Float64Array.from({ length: count }, (_, row) => {
    let sum = (sign.data[row] ?? 0) > 0 ? -(logAbs.data[row] ?? NaN) - latent : NaN;
    for (let k = 0; k < latent; k++) {
      sum += (mean.data[row * latent + k] ?? NaN) ** 2 + (covariance.data[(row * latent + k) * latent + k] ?? NaN);
    }
    return sum / 2;
  });
}

/** Σ of single examples, packed: [k, latent (latent + 1) / 2], the lower triangle row by row. */
export async function covariancesOf(run: Run, dataset: Dataset, rows: readonly number[]): Promise<Float32Array> {
  const { latent } = run.model;
  const size = (latent * (latent + 1)) / 2;
  const packed = new Float32Array(rows.length * size);
  const atOnce = Math.max(1, Math.min(rowsAtOnce, Math.floor(covariancesAtOnce / latent ** 2)));
  for (let start = 0; start < rows.length; start += atOnce) {
    const { covariance } = await run.encode(subset(dataset, Uint32Array.from(rows.slice(start, start + atOnce))));
    pack(covariance, packed.subarray(start * size));
  }
  return packed;
}

/** Lower triangles, row by row. @returns whether nothing but zeros is off the diagonals */
function pack({ data, shape }: NdArray<'float32'>, out: Float32Array | undefined): boolean {
  const [count = 0, latent = 0] = shape;
  let isDiagonal = true;
  for (let k = 0, at = 0; k < count; k++) {
    for (let i = 0; i < latent; i++) {
      for (let j = 0; j <= i; j++, at++) {
        const value = data[(k * latent + i) * latent + j] ?? NaN;
        if (i !== j && value !== 0) isDiagonal = false;
        if (out) out[at] = value;
      }
    }
  }
  return isDiagonal;
}

function rangeOf(dataset: Dataset, start: number, end: number): Dataset {
  return subset(
    dataset,
    Uint32Array.from({ length: end - start }, (_, k) => start + k),
  );
}
