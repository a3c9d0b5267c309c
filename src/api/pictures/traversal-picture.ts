import { NdArray, ValueError, checkOptions, fixed, rule } from '../../core/index.ts';
import type { OptionRules } from '../../core/index.ts';
import { numbersOf, takeFirst } from '../../data/index.ts';
import { labeledRows } from '../../drawing/index.ts';
import { LatentStatistics, hasKlPerDimension } from '../../evaluation/index.ts';
import type { DataInput } from '../data/data.ts';
import { asShades } from '../model/shades.ts';
import { traverseOptionRules } from '../run/latent-paths.ts';
import type { TraverseOptions } from '../run/latent-paths.ts';
import { givenRule } from '../run/run-options.ts';
import type { GivenOptions } from '../run/run-options.ts';
import { has } from '../../models/index.ts';
import type { Run } from '../run/run.ts';
import { checkImages } from './check-images.ts';

/** Options of `traversalPicture`: around which example, which dimensions. */
export interface TraversalPictureOptions extends TraverseOptions, GivenOptions {
  /** An example whose posterior mean is the centre: its place in the test split. Default: z = 0. */
  readonly example?: number;
  /** Of the dimensions, show so many, those of highest KL. Default: 16, or those that were named. */
  readonly limit?: number;
  /** Default: the data it was trained on; they give the KL of each dimension. */
  readonly data?: DataInput;
}

const traversalOptionRules: OptionRules<TraversalPictureOptions> = {
  ...traverseOptionRules,
  given: givenRule,
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
  const { example, dimensions: named, limit = named?.length ?? 16, range = 3, steps = 9, data, given } = options;
  const { dataset } = await run.testData(data);
  const { mean, stddev } = await run.encode(
    run.conditions ? takeFirst(dataset, 1000) : numbersOf(takeFirst(dataset, 1000)),
  );
  const statistics = new LatentStatistics(run.model.latent);
  statistics.add({ mean, variance: new NdArray(stddev.data.map((value) => value * value), stddev.shape) }); // prettier-ignore
  // What has no density tells of the data by how its codes spread over them.
  const hasDensity = has(run.model.parts.posterior, 'logProbOfDraw');
  const kl = hasDensity ? statistics.klPerDimension : statistics.varianceOfMeans;
  const isKl = hasKlPerDimension(run.model);
  const candidates = named ?? kl.map((_, dimension) => dimension);
  const dimensions = candidates.toSorted((a, b) => (kl[b] ?? 0) - (kl[a] ?? 0)).slice(0, limit);
  if (example !== undefined && example >= dataset.size) {
    throw new ValueError(`traversalPicture: there is no example ${example}; ${dataset.name} has ${dataset.size}.`);
  }
  const center = example === undefined ? {} : { example: numbersOf(dataset, Uint32Array.of(example)) };
  const images = await run.traverse({ range, steps, dimensions, given, ...center });
  const values = Array.from({ length: steps }, (_, step) => range * ((2 * step) / (steps - 1) - 1));
  return labeledRows(asShades(run, images), {
    title: `Traversals${isKl ? ', dimensions by KL' : ''}${example === undefined ? '' : `, around example ${example}`}`,
    rows: dimensions.map((dimension) => `z${dimension + 1}${isKl ? ` · ${fixed(kl[dimension] ?? 0)} nats` : ''}`),
    columns: values.map((value) => signed(value)),
  });
}

function signed(value: number): string {
  return String(Number(value.toFixed(2))).replace('-', '−');
}
