import { NdArray, UnsupportedError } from '../../../core/index.ts';
import { datasetOf, examplesOf, takeFirst } from '../../../data/index.ts';
import type { Dataset } from '../../../data/index.ts';
import { isImageShape } from '../../../drawing/index.ts';
import { option, rule } from '../../../parts/index.ts';
import { principalAxes, project } from '../../principal-axes.ts';
import { columnMoments } from '../columns.ts';
import { encodeExamples } from '../encode.ts';
import type { MetricContext } from '../metric.ts';

/** What samples and examples are compared by. */
export type FeatureName = 'pca' | 'pixels' | 'codes';

export const featureOptions = {
  features: option(rule.oneOf<FeatureName>(['pca', 'pixels', 'codes']), {
    help: "what is compared: coordinates along the principal axes of training examples, an example's own numbers, or means of q(z|x)",
    default: 'pca',
  }),
  dimensions: option(rule.whole(1), { help: 'principal axes, for pca', default: 64 }),
  count: option(rule.whole(16), {
    help: 'draws, and as many examples of each split where there are so many',
    default: 1000,
  }),
};

interface FeatureOptions {
  readonly features: FeatureName;
  readonly dimensions: number;
  readonly count: number;
}

/** As many of each, [n, features]. */
export interface ComparedFeatures {
  readonly drawn: NdArray;
  readonly evaluated: NdArray;
  /** Of the training split: what a model that has learned its data by heart would draw. */
  readonly training: NdArray;
}

/** Numbers of an example that are compared as they are: a covariance of more takes minutes to take the root of. */
const mostNumbers = 1024;

/** Samples of the model, the examples that are evaluated and training examples, by features. */
export function comparedFeatures(context: MetricContext, options: FeatureOptions): Promise<ComparedFeatures> {
  const { features, dimensions, count } = options;
  return context.once(`features ${features} ${dimensions} ${count}`, () => compare(context, options));
}

async function compare(
  context: MetricContext,
  { features, dimensions, count }: FeatureOptions,
): Promise<ComparedFeatures> {
  const { dataset: training } = await context.training();
  const n = Math.min(count, context.dataset.size, training.size);
  if (n < 2)
    throw new UnsupportedError('samples are compared with examples by how both vary: evaluate at least two examples.');
  const { sampleShape, table } = context.dataset;
  const isImage = isImageShape(sampleShape) && !table;
  // Pictures are shown without noise; rows have theirs.
  const drawn = await context.sample(n, { seed: context.seed, show: isImage ? 'mean' : 'draw' });
  const sets = [drawn, examplesOf(takeFirst(context.dataset, n)), examplesOf(takeFirst(training, n))] as const;
  if (features === 'codes') {
    if ((context.model.conditionSize ?? 0) > 0) {
      throw new UnsupportedError(
        "features 'codes' are for models without a condition: samples have none to be encoded with. Take 'pca'.",
      );
    }
    const codes = async (x: NdArray): Promise<NdArray> =>
      (await encodeExamples(context, context.examplesOf(asDataset(x, context.dataset)))).mean;
    return { drawn: await codes(sets[0]), evaluated: await codes(sets[1]), training: await codes(sets[2]) };
  }
  const rows = sets.map((x) => x.reshape([n, x.size / n])) as [NdArray, NdArray, NdArray];
  const size = rows[0].shape[1] ?? 0;
  if (features === 'pixels' && size > mostNumbers) {
    throw new UnsupportedError(
      `features 'pixels' are for examples of at most ${mostNumbers} numbers, these have ${size}: take 'pca'.`,
    );
  }
  // Numbers in units of their own count alike; pixels and encoded rows have one unit.
  const scaled = isImage || table ? rows : inDeviations(rows);
  const [a, b, c] = features === 'pixels' ? scaled : onAxes(scaled, dimensions);
  return { drawn: a, evaluated: b, training: c };
}

type Three = readonly [drawn: NdArray, evaluated: NdArray, training: NdArray];

function inDeviations([drawn, evaluated, training]: Three): Three {
  const size = training.shape[1] ?? 0;
  const { variance } = columnMoments(training.data, size);
  const scale = (x: NdArray): NdArray =>
    new NdArray(
      Float64Array.from(x.data, (value, k) => value / (Math.sqrt(variance[k % size]!) || 1)),
      x.shape,
    );
  return [scale(drawn), scale(evaluated), scale(training)];
}

function onAxes([drawn, evaluated, training]: Three, dimensions: number): Three {
  const axes = principalAxes(training, dimensions);
  return [project(drawn, axes), project(evaluated, axes), project(training, axes)];
}

/** Examples in the data's units, as a data set like the one that is evaluated. */
function asDataset(x: NdArray, { sampleShape, support, table }: Dataset): Dataset {
  const values = x.data instanceof Float64Array ? x.data : Float32Array.from(x.data);
  const set = datasetOf({
    name: 'samples',
    kind: 'array',
    sampleShape,
    values,
    support: support === 'unit-interval' ? support : 'real',
  });
  return table ? { ...set, support: 'table', table } : set;
}
