import { NdArray, checkOptions, counted, rule } from '../../core/index.ts';
import type { OptionRules } from '../../core/index.ts';
import { numbersOf, takeFirst } from '../../data/index.ts';
import { scatterPlot } from '../../drawing/index.ts';
import { principalAxes, project } from '../../evaluation/index.ts';
import type { PrincipalAxes } from '../../evaluation/index.ts';
import type { DataInput } from '../data/data.ts';
import { givenRule } from '../run/run-options.ts';
import type { GivenOptions } from '../run/run-options.ts';
import type { Run } from '../run/run.ts';

/** Options of `latentScatter`: which examples, and how their q(z|x) are drawn. */
export interface LatentScatterOptions extends GivenOptions {
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
  given: givenRule,
};

/**
 * The posterior means of examples along the first two principal axes of their spread, as a PNG, coloured by label where there
 * are labels. With one latent dimension, the second axis is the posterior's standard deviation.
 */
export async function latentScatter(run: Run, options: LatentScatterOptions = {}): Promise<Uint8Array> {
  checkOptions('latentScatter', options, scatterOptionRules);
  const { dataset } = await run.testData(options.data);
  const shown = takeFirst(dataset, options.limit ?? 2000);
  const { mean, stddev, covariance } = await run.encode(run.conditions ? shown : numbersOf(shown), {
    given: options.given,
  });
  const latent = run.model.latent;
  const { labels, classNames, size } = shown;
  const common = {
    title: `${dataset.name}: posterior means of ${counted(size, 'example')}`,
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
