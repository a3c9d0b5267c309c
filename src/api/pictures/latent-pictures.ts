import { NdArray, ShapeError, ValueError, checkOptions, formatShape, rule } from '../../core/index.ts';
import type { OptionRules } from '../../core/index.ts';
import { numbersOf, takeFirst } from '../../data/index.ts';
import { isImageShape, labeledRows, mapColor, scatterPlot } from '../../drawing/index.ts';
import { LatentStatistics, hasKlPerDimension, principalAxes, project } from '../../evaluation/index.ts';
import type { PrincipalAxes } from '../../evaluation/index.ts';
import type { DataInput } from '../data/data.ts';
import { interpolateOptionRules, traverseOptionRules } from '../run/latent-paths.ts';
import type { InterpolateOptions, TraverseOptions } from '../run/latent-paths.ts';
import { asShades } from '../model/shades.ts';
import type { Run } from '../run/run.ts';

export interface LatentScatterOptions {
  /** Default: the test split of the data it was trained on. */
  readonly data?: DataInput;
  /** Show the first so many examples. Default: 2000. */
  readonly limit?: number;
  /** Draw q(z|x) of each example as the ellipse of one standard deviation. Default: up to 200 examples. */
  readonly ellipses?: boolean;
}

const scatterOptionRules: OptionRules<LatentScatterOptions> = {
  data: rule.anything,
  limit: rule.whole(1),
  ellipses: rule.flag,
};

/**
 * The posterior means of examples along the first two principal axes of their spread, as a PNG, coloured by label where there
 * are labels. With one latent dimension, the second axis is the posterior's standard deviation.
 */
export async function latentScatter(run: Run, options: LatentScatterOptions = {}): Promise<Uint8Array> {
  checkOptions('latentScatter', options, scatterOptionRules);
  const { dataset } = await run.testData(options.data);
  const shown = takeFirst(dataset, options.limit ?? 2000);
  const { mean, stddev, covariance } = await run.encode(numbersOf(shown));
  const latent = run.model.latent;
  const { labels, classNames, size } = shown;
  const common = {
    title: `${dataset.name}: posterior means of ${size} examples`,
    ...(labels && { labels }),
    ...(classNames && { classNames }),
  };
  if (latent === 1) {
    const points = Array.from(mean.data, (value, k) => [value, stddev.data[k] ?? NaN]);
    return scatterPlot(NdArray.from(points), { ...common, axes: ['μ(x)', 'σ(x)'] });
  }
  const axes = principalAxes(mean, 2);
  const covariances = (options.ellipses ?? size <= 200) ? projected(covariance, axes) : undefined;
  return scatterPlot(project(mean, axes), {
    ...common,
    axes: [axisText(1, axes), axisText(2, axes)],
    ...(covariances && { covariances }),
  });
}

function axisText(number: 1 | 2, { explained }: PrincipalAxes): string {
  return `axis ${number}: ${(100 * (explained[number - 1] ?? 0)).toFixed(0)} % of the variance`;
}

/** A Σ Aᵀ of each example, [n, 2, 2]. */
function projected(covariance: NdArray<'float32'>, { axes }: PrincipalAxes): NdArray<'float64'> {
  const [count = 0, size = 0] = covariance.shape;
  const result = NdArray.zeros([count, 2, 2], 'float64');
  for (let n = 0; n < count; n++) {
    for (let k = 0; k < 4; k++) {
      const [a, b] = [Math.floor(k / 2) * size, (k % 2) * size];
      let sum = 0;
      for (let i = 0; i < size; i++) {
        const row = n * size * size + i * size;
        for (let j = 0; j < size; j++) {
          sum += (axes.data[a + i] ?? 0) * (covariance.data[row + j] ?? 0) * (axes.data[b + j] ?? 0);
        }
      }
      result.data[4 * n + k] = sum;
    }
  }
  return result;
}

export interface TraversalPictureOptions extends TraverseOptions {
  /** An example whose posterior mean is the centre: its place in the test split. Default: z = 0. */
  readonly example?: number;
  /** Of the dimensions, show so many, those of highest KL. Default: 16, or those that were named. */
  readonly limit?: number;
  /** Default: the data it was trained on; they give the KL of each dimension. */
  readonly data?: DataInput;
}

const traversalOptionRules: OptionRules<TraversalPictureOptions> = {
  ...traverseOptionRules,
  example: rule.whole(0),
  limit: rule.whole(1),
  data: rule.anything,
};

/**
 * What each latent dimension does, as a PNG: a row for each dimension, those that tell most of the data (highest mean KL)
 * first, and in it E[x|z] as the dimension runs from −range to range.
 *
 * @throws ShapeError when the examples are no images
 */
export async function traversalPicture(run: Run, options: TraversalPictureOptions = {}): Promise<Uint8Array> {
  checkOptions('traversalPicture', options, traversalOptionRules);
  checkImages('traversalPicture', run);
  const { example, dimensions: named, limit = named?.length ?? 16, range = 3, steps = 9, data } = options;
  const { dataset } = await run.testData(data);
  const { mean, stddev } = await run.encode(numbersOf(takeFirst(dataset, 1000)));
  const statistics = new LatentStatistics(run.model.latent);
  statistics.add({ mean, variance: new NdArray(stddev.data.map((value) => value * value), stddev.shape) }); // prettier-ignore
  const kl = statistics.klPerDimension;
  const isKl = hasKlPerDimension(run.model);
  const candidates = named ?? kl.map((_, dimension) => dimension);
  const dimensions = candidates.toSorted((a, b) => (kl[b] ?? 0) - (kl[a] ?? 0)).slice(0, limit);
  if (example !== undefined && example >= dataset.size) {
    throw new ValueError(`traversalPicture: there is no example ${example}; ${dataset.name} has ${dataset.size}.`);
  }
  const center = example === undefined ? {} : { example: numbersOf(dataset, Uint32Array.of(example)) };
  const images = await run.traverse({ range, steps, dimensions, ...center });
  const values = Array.from({ length: steps }, (_, step) => range * ((2 * step) / (steps - 1) - 1));
  return labeledRows(asShades(run, images), {
    title: `Traversals${isKl ? ', dimensions by KL' : ''}${example === undefined ? '' : `, around example ${example}`}`,
    rows: dimensions.map((dimension) => `z${dimension + 1}${isKl ? ` · ${(kl[dimension] ?? 0).toFixed(2)} nats` : ''}`),
    columns: values.map((value) => signed(value)),
  });
}

function signed(value: number): string {
  return String(Number(value.toFixed(2))).replace('-', '−');
}

export interface InterpolationPictureOptions extends InterpolateOptions {
  /** How many pairs of test examples, one a row. Default: 8. */
  readonly pairs?: number;
  /** Default: the data it was trained on. */
  readonly data?: DataInput;
  /** Of the choice of examples. Default: the first ones. */
  readonly seed?: number;
}

const interpolationOptionRules: OptionRules<InterpolationPictureOptions> = {
  ...interpolateOptionRules,
  pairs: rule.whole(1),
  data: rule.anything,
  seed: rule.seed,
};

/**
 * What lies between test examples, as a PNG: a row for each pair, the originals at its ends and E[x|z] along the path between
 * their posterior means.
 *
 * @throws ShapeError when the examples are no images
 */
export async function interpolationPicture(run: Run, options: InterpolationPictureOptions = {}): Promise<Uint8Array> {
  checkOptions('interpolationPicture', options, interpolationOptionRules);
  checkImages('interpolationPicture', run);
  const { pairs = 8, data, seed, steps = 8, path = 'linear' } = options;
  const chosen = await run.examples({ data, seed, limit: 2 * pairs });
  const count = Math.floor((chosen.shape[0] ?? 0) / 2);
  const size = chosen.size / (chosen.shape[0] ?? 1);
  const shape = [count, ...run.exampleShape];
  const from = new NdArray(chosen.data.slice(0, count * size), shape);
  const to = new NdArray(chosen.data.slice(count * size, 2 * count * size), shape);
  const between = await run.interpolate(from, to, { steps, path });
  const rows = NdArray.zeros([count, steps + 2, ...run.exampleShape], between.dtype);
  for (let row = 0; row < count; row++) {
    const at = row * (steps + 2) * size;
    rows.data.set(from.data.subarray(row * size, (row + 1) * size), at);
    rows.data.set(between.data.subarray(row * steps * size, (row + 1) * steps * size), at + size);
    rows.data.set(to.data.subarray(row * size, (row + 1) * size), at + (steps + 1) * size);
  }
  const shares = Array.from({ length: steps }, (_, step) => `${Math.round((100 * step) / (steps - 1))} %`);
  return labeledRows(asShades(run, rows), {
    title: `Interpolations, ${path}, between test examples`,
    columns: ['from', ...shares, 'to'],
  });
}

export interface AnomalyPictureOptions {
  /** What stands left of each example, such as its score. */
  readonly texts?: readonly string[];
}

/**
 * Where examples are anomalous, as a PNG: each with its reconstruction and the heat map of what its pixels contribute to the
 * reconstruction score, on one scale from 0 (of standardised data the 0.5th percentile) to the 99.5th percentile.
 *
 * @param x [n, ...exampleShape], images
 * @throws ShapeError when they are no images
 */
export async function anomalyPicture(run: Run, x: NdArray, options: AnomalyPictureOptions = {}): Promise<Uint8Array> {
  checkOptions('anomalyPicture', options, { texts: rule.listOf(rule.anything, 'texts') });
  checkImages('anomalyPicture', run);
  const contributions = await run.explain(x);
  const [originalShades, shades] = [asShades(run, x), asShades(run, await run.reconstruct(x))];
  const [height = 0, width = 0, channels = 1] = run.exampleShape;
  const pixels = height * width;
  const count = x.size / (pixels * channels);
  const heat = Float32Array.from({ length: count * pixels }, (_, pixel) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += contributions.data[pixel * channels + c] ?? 0;
    return sum;
  });
  const sorted = heat.slice().sort();
  const quantile = (share: number): number => sorted[Math.floor(share * (heat.length - 1))] ?? 0;
  // A density in units of its own has no natural zero: the unit alone adds log scale to every pixel.
  const [least, largest] = [run.standardization ? quantile(0.005) : 0, quantile(0.995)];
  const sheet = NdArray.zeros([count, 3, height, width, 3], 'float32');
  const paint = (cell: number, pixel: number, color: (channel: number) => number): void => {
    for (let c = 0; c < 3; c++) sheet.data[(cell * pixels + pixel) * 3 + c] = color(c);
  };
  for (let n = 0; n < count; n++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const at = n * pixels + pixel;
      const value = (shades: NdArray) => (c: number) => shades.data[at * channels + (channels === 1 ? 0 : c)] ?? 0;
      paint(3 * n, pixel, value(originalShades));
      paint(3 * n + 1, pixel, value(shades));
      const color = mapColor('inferno', largest > least ? ((heat[at] ?? 0) - least) / (largest - least) : 0);
      paint(3 * n + 2, pixel, (c) => (color[c] ?? 0) / 255);
    }
  }
  const { texts } = options;
  return labeledRows(sheet, {
    columns: ['x', 'E[x|z]', '−log p'],
    ...(texts && { rows: texts }),
  });
}

function checkImages(operation: string, run: Run): void {
  if (!isImageShape(run.exampleShape)) {
    throw new ShapeError(`${operation}: examples of shape ${formatShape(run.exampleShape)} are no images.`);
  }
}
