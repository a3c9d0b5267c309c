// Truth: models whose aggregate posterior is a Gaussian, or a mixture of clouds that do not overlap; a linear decoder, whose
// true posterior is known.
import { describe, expect, it } from 'vitest';
import { NdArray } from '../../../core/index.ts';
import { createEngine, evaluate } from '../../../engine/index.ts';
import { MultivariateNormal, klDivergence } from '../../../gaussian/index.ts';
import { inverse, logDet, matmul, transpose } from '../../../linalg/index.ts';
import { key, normal } from '../../../random/index.ts';
import { examplesIn, linearGaussianVae } from '../../../testing/linear-gaussian.ts';
import type { LinearGaussian } from '../../../testing/linear-gaussian.ts';
import { meanWithError } from '../../importance-sampling.ts';
import { columnMoments } from '../columns.ts';
import { aggregateDensities } from './aggregate.ts';
import type { AggregateDensities } from './aggregate.ts';
import { fitPosteriors } from './fit-posteriors.ts';
import { drawnKlPerDimension } from './kl-per-dimension.ts';
import { meanDifference } from './mutual-information.ts';
import { aggregateCovariance, gaussianTotalCorrelation } from './total-correlation.ts';

const engine = await createEngine();
const measured = (model: LinearGaussian) => ({ engine, model: linearGaussianVae(model), parameters: {} });
const difference = (a: Float64Array, b: Float64Array): number => meanDifference(a, b).value;

describe('columnMoments', () => {
  it('are exact for a known table', () => {
    const { mean, variance } = columnMoments([1, 10, 2, 10, 6, 10], 2);
    expect([...mean]).toEqual([3, 10]);
    expect(variance[0]).toBeCloseTo(14 / 3, 12);
    expect(variance[1]).toBe(0);
  });
});

describe('the aggregate posterior', () => {
  const diagonal: LinearGaussian = {
    map: [[1, 0], [0, 1]], // prettier-ignore
    variances: [0.25, 0.5],
    weight: [[1, 0], [0, 1]], // prettier-ignore
    stddev: 1,
  };
  /** Of examples that come `repeats` times in a row, in several blocks of 256. */
  const densitiesAt = (points: readonly (readonly number[])[], repeats: number): Promise<AggregateDensities> => {
    const rows = points.flatMap((point) => Array.from({ length: repeats }, () => point));
    const examples = examplesIn(NdArray.from(rows, 'float32'));
    return aggregateDensities(measured(diagonal), examples, { count: examples.size, key: key(1) });
  };

  it('of equal examples is their posterior: nothing tells them apart', async () => {
    const { own, aggregate, aggregateOfOthers, marginals } = await densitiesAt([[0.5, -1]], 300);
    own.forEach((value, i) => {
      expect(aggregate[i]).toBeCloseTo(value, 4);
      expect(aggregateOfOthers[i]).toBeCloseTo(value, 4);
      expect(marginals![i]).toBeCloseTo(value, 4);
    });
  });

  it('of clouds that do not overlap knows the cloud, and of another draw of it nothing', async () => {
    const [repeats, clouds] = [150, [[50, 0], [0, 50], [-50, 0]]]; // prettier-ignore
    const { own, aggregate, aggregateOfOthers } = await densitiesAt(clouds, repeats);
    const total = repeats * clouds.length;
    expect(difference(own, aggregate)).toBeCloseTo(Math.log(3), 4);
    expect(difference(own, aggregateOfOthers)).toBeCloseTo(Math.log((total - 1) / (repeats - 1)), 4);
  });

  it('of a single example among others that are far away says log M, and no more', async () => {
    const points = Array.from({ length: 20 }, (_, k) => [100 * k, 0]);
    const { own, aggregate, aggregateOfOthers } = await densitiesAt(points, 1);
    expect(difference(own, aggregate)).toBeCloseTo(Math.log(20), 4);
    expect(difference(own, aggregateOfOthers)).toBeGreaterThan(1000);
  });

  it('of Gaussian codes has the mutual information, gap and total correlation of the closed form between its bounds', async () => {
    const model: LinearGaussian = {
      map: [[0.8, 0.3], [0.1, 0.9]], // prettier-ignore
      bias: [0.4, -0.2],
      scaleTril: [[0.6, 0], [-0.2, 0.5]], // prettier-ignore
      weight: [[1, 0], [0, 1]], // prettier-ignore
      stddev: 1,
    };
    const count = 1200;
    const examples = examplesIn(normal(key(2), [count, 2]));
    const { own, aggregate, aggregateOfOthers, marginals, prior } = await aggregateDensities(
      measured(model),
      examples,
      {
        count,
        key: key(3),
      },
    );
    const [a, l] = [NdArray.from(model.map), NdArray.from(model.scaleTril!)];
    const covariance = matmul(l, transpose(l));
    const total = NdArray.from(matmul(a, transpose(a)));
    total.data.forEach((value, k) => (total.data[k] = value + covariance.data[k]!));
    const truth = 0.5 * (logDet(total).item() - logDet(covariance).item());
    // Averages over 1200 draws; the bias of either bound is some 1 / M of the density's relative variance.
    const [lower, upper] = [meanDifference(own, aggregate), meanDifference(own, aggregateOfOthers)];
    const sampling = 4 * lower.standardError;
    expect(lower.value).toBeLessThan(upper.value);
    expect(Math.abs(lower.value - truth)).toBeLessThan(sampling + 0.02);
    expect(Math.abs(upper.value - truth)).toBeLessThan(sampling + 0.02);
    expect(sampling).toBeLessThan(0.17);

    const [m0 = 0, m1 = 0] = model.bias!;
    const gap = 0.5 * (total.data[0]! + total.data[3]! + m0 * m0 + m1 * m1 - 2 - logDet(total).item());
    const estimate = meanDifference(aggregate, prior);
    expect(Math.abs(estimate.value - gap)).toBeLessThan(4 * estimate.standardError + 0.02);
    expect(lower.value + estimate.value).toBeCloseTo(difference(own, prior), 9);

    const correlation = meanDifference(aggregate, marginals!);
    const closed = gaussianTotalCorrelation(total);
    const r = total.data[1]! / Math.sqrt(total.data[0]! * total.data[3]!);
    expect(closed).toBeCloseTo(-0.5 * Math.log(1 - r * r), 12);
    expect(Math.abs(correlation.value - closed)).toBeLessThan(4 * correlation.standardError + 0.02);
  });

  it('has the covariance of means and posteriors together', async () => {
    const model: LinearGaussian = {
      map: [[0.8, 0.3], [0.1, 0.9]], // prettier-ignore
      scaleTril: [[0.6, 0], [-0.2, 0.5]], // prettier-ignore
      weight: [[1, 0], [0, 1]], // prettier-ignore
      stddev: 1,
    };
    const x = normal(key(4), [600, 2]);
    const subject = { ...measured(model), examples: examplesIn(x) };
    const found = await aggregateCovariance(subject);
    const means = matmul(x, transpose(NdArray.from(model.map)));
    const { mean } = columnMoments(means.data, 2);
    const l = NdArray.from(model.scaleTril!);
    const expected = Array.from(matmul(l, transpose(l)).data);
    for (let k = 0; k < means.size; k++) {
      for (let j = 0; j < 2; j++) {
        const other = means.data[k - (k % 2) + j]! - mean[j]!;
        expected[(k % 2) * 2 + j]! += ((means.data[k]! - mean[k % 2]!) * other) / 600;
      }
    }
    expected.forEach((value, k) => {
      expect(found.data[k]).toBeCloseTo(value, 5);
    });
  });
});

describe('the KL of each dimension', () => {
  it('by draws is the closed form, to the standard error of the draws', async () => {
    const model: LinearGaussian = {
      map: [[0.8, 0.3], [0.1, 0.9]], // prettier-ignore
      bias: [1, 0],
      scaleTril: [[0.6, 0], [-0.2, 0.5]], // prettier-ignore
      weight: [[1, 0], [0, 1]], // prettier-ignore
      stddev: 1,
    };
    const x = normal(key(7), [150, 2]);
    const [draws, variances] = [400, [0.36, 0.29]];
    const found = await drawnKlPerDimension(measured(model), examplesIn(x), { draws, key: key(8) });
    found.forEach((value, i) => {
      const [a = 0, b = 0] = model.map[i]!;
      const terms = Array.from({ length: 150 }, (_, row) => {
        const mean = a * x.data[2 * row]! + b * x.data[2 * row + 1]! + model.bias![i]!;
        return 0.5 * (variances[i]! + mean * mean - 1 - Math.log(variances[i]!));
      });
      // A draw's term has a variance below (1 + mean²) / 2 + …, about 2 here.
      expect(Math.abs(value - meanWithError(terms).mean)).toBeLessThan(4 * Math.sqrt(2 / (150 * draws)));
    });
  });
});

describe('fitPosteriors', () => {
  const weight = [[1, 1], [0, 0.5], [1, 0.5]]; // prettier-ignore
  const stddev = 0.7;
  /** p(z|x) = N(B x, P⁻¹), P = I + Wᵀ W / σ² */
  const w = NdArray.from(weight);
  const precision = NdArray.from(matmul(transpose(w), w));
  precision.data.forEach((value, k) => (precision.data[k] = value / stddev ** 2 + (k % 3 === 0 ? 1 : 0)));
  const covariance = inverse(precision);
  const map = NdArray.from(matmul(covariance, transpose(w)));
  map.data.forEach((value, k) => (map.data[k] = value / stddev ** 2));
  const x = normal(key(5), [48, 3]);
  const away = [0.4, -0.3];
  const shift = [map.toNested()].flat() as number[][];

  /** KL of a Gaussian around the true mean + `offset` to the true posterior. */
  const klOf = (q: NdArray, offset: readonly number[]): number =>
    evaluate(
      klDivergence(MultivariateNormal.fromCovariance(offset, q), MultivariateNormal.fromCovariance([0, 0], covariance)),
    ).item();
  const fit = async (given: Pick<LinearGaussian, 'scaleTril' | 'variances'>) => {
    const model = { map: shift, bias: away, weight, stddev, ...given };
    const { before, after } = await fitPosteriors(measured(model), examplesIn(x), {
      ...{ examples: 40, steps: 400, draws: 8, learningRate: 0.05, key: key(6) },
    });
    expect([before.length, after.length]).toEqual([40, 40]);
    return meanWithError(after.map((value, i) => value - before[i]!));
  };

  it('closes the KL to the true posterior where q can be it', async () => {
    const { mean, standardError } = await fit({ scaleTril: [[0.5, 0], [0.3, 0.8]] }); // prettier-ignore
    const q = NdArray.from([[0.25, 0.15], [0.15, 0.73]]); // prettier-ignore
    const gap = klOf(q, away);
    expect(gap).toBeGreaterThan(0.5);
    expect(Math.abs(mean - gap)).toBeLessThan(4 * standardError + 0.01);
    expect(standardError).toBeLessThan(0.1);
  });

  it('comes to the best diagonal Gaussian where q is one, and no further', async () => {
    const variances = [0.2, 0.6];
    const { mean, standardError } = await fit({ variances });
    const diagonal = (values: readonly number[]) => NdArray.from([[values[0]!, 0], [0, values[1]!]]); // prettier-ignore
    const best = klOf(diagonal([1 / precision.data[0]!, 1 / precision.data[3]!]), [0, 0]);
    const gap = klOf(diagonal(variances), away) - best;
    expect(best).toBeGreaterThan(0.02);
    expect(Math.abs(mean - gap)).toBeLessThan(4 * standardError + 0.01);
  });
});
