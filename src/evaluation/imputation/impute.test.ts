import { describe, expect, it } from 'vitest';
import { NdArray, NumericalError } from '../../core/index.ts';
import { createEngine } from '../../engine/index.ts';
import { createVae } from '../../models/index.ts';
import type { Vae } from '../../models/index.ts';
import { gaussianFamily } from '../../models/likelihoods/gaussian.ts';
import { mixedFamily } from '../../models/likelihoods/mixed.ts';
import { key, normal } from '../../random/index.ts';
import type { Key } from '../../random/index.ts';
import { imputeRows } from './index.ts';
import type { ImputeOptions, Imputed, PartLayout } from './index.ts';

const engine = await createEngine();

type Parameters = Record<string, NdArray<'float32'>>;

function parametersOf(model: Vae, given: Record<string, readonly number[]>): Parameters {
  return Object.fromEntries(
    model.parameters.map(({ name, shape }) => {
      const data = given[name] ?? NdArray.zeros(shape, 'float32').data;
      return [name, new NdArray(Float32Array.from(data), shape, 'float32')];
    }),
  );
}

type Case = Pick<ImputeOptions, 'model' | 'parameters' | 'layout' | 'draws'> &
  Partial<Pick<ImputeOptions, 'sweeps' | 'key' | 'signal' | 'conditions' | 'drawPrior'>> & {
    readonly x: readonly (readonly number[])[];
  };

/** Gaps are NaN. */
function impute({ x, layout, ...options }: Case): Promise<Imputed> {
  const missing = Uint8Array.from(x.flatMap((row) => layout.parts.map(({ offset }) => +Number.isNaN(row[offset]))));
  const rows = x.map((row) => {
    const known = row.map((value) => (Number.isNaN(value) ? 0 : value));
    for (const { offset, flag } of layout.parts) if (flag !== undefined && Number.isNaN(row[offset])) known[flag] = 1;
    return known;
  });
  return imputeRows({
    engine,
    rows: NdArray.from(rows, 'float32'),
    layout,
    missing,
    sweeps: 25,
    key: key(5),
    drawPrior: (count, from) => Promise.resolve(normal(from, [count, options.model.latent])),
    ...options,
  });
}

const vector = (size: number): PartLayout => ({
  inputSize: size,
  parts: Array.from({ length: size }, (_, offset) => ({ offset, width: 1 })),
});

/** False alarms: one in 150 000 comparisons. */
const standardErrors = 4.5;

describe('a linear Gaussian model, x = W z + b + σ ε', () => {
  const [W, b, sigma] = [[1.5, -0.5, 0.8, 0.3, 1, -1.2, 0.2, 0.9], [0.5, -1, 0, 2], 0.6] as const; // W [latent, size]
  const size = 4;
  const options = {
    inputSize: size,
    latent: 2,
    hidden: [],
    likelihood: gaussianFamily({ inputSize: size, stddev: sigma }),
  };
  const decoder = { 'decoder.0.weight': W, 'decoder.0.bias': b };
  /** An encoder that is not the posterior: neither its mean nor its variances. */
  const wrong = {
    'mean.weight': [0.3, 0.1, -0.1, 0.2, 0.2, 0, 0.1, 0.25],
    'mean.bias': [0.2, -0.3],
    'logVariance.bias': [-1.5, -0.5],
    'logVariance.weight': [0.1, 0, 0, 0, 0.2, 0, 0, -0.1],
  };

  interface Given {
    readonly start: readonly number[];
    readonly priorMean: readonly [number, number];
    readonly priorVariance: readonly [number, number];
  }
  const nothing: Given = { start: b, priorMean: [0, 0], priorVariance: [1, 1] };

  /** Mean and covariance of x_missing given x_observed, by the posterior of z: Σ = (S⁻¹ + Wₒᵀ Wₒ / σ²)⁻¹, z ~ N(m, S). */
  function exact(x: readonly number[], { start, priorMean: [n0, n1], priorVariance: [v0, v1] } = nothing) {
    const column = (i: number): readonly [number, number] => [W[i]!, W[size + i]!];
    let [p00, p01, p11, h0, h1] = [1 / v0, 0, 1 / v1, n0 / v0, n1 / v1];
    for (const [i, value] of x.entries()) {
      if (Number.isNaN(value)) continue;
      const [u, v] = column(i);
      p00 += (u * u) / sigma ** 2;
      p01 += (u * v) / sigma ** 2;
      p11 += (v * v) / sigma ** 2;
      h0 += (u * (value - start[i]!)) / sigma ** 2;
      h1 += (v * (value - start[i]!)) / sigma ** 2;
    }
    const determinant = p00 * p11 - p01 ** 2;
    const [s00, s01, s11] = [p11 / determinant, -p01 / determinant, p00 / determinant];
    const [m0, m1] = [s00 * h0 + s01 * h1, s01 * h0 + s11 * h1];
    const gaps = [...x.keys()].filter((i) => Number.isNaN(x[i]!));
    const covariance = (i: number, j: number): number => {
      const [[a, c], [d, e]] = [column(i), column(j)];
      return a * (s00 * d + s01 * e) + c * (s01 * d + s11 * e) + (i === j ? sigma ** 2 : 0);
    };
    return { gaps, mean: (i: number) => start[i]! + column(i)[0] * m0 + column(i)[1] * m1, covariance };
  }

  const rows = [
    [1, NaN, 0.5, 2.5],
    [NaN, -2, NaN, 3],
    [3, NaN, NaN, NaN],
    [NaN, NaN, NaN, NaN],
  ];
  const count = 2000;

  function expectExact({ draws, mean }: Imputed, given: (row: number) => Given = () => nothing): void {
    for (const [row, x] of rows.entries()) {
      const { gaps, mean: mu, covariance } = exact(x, given(row));
      const value = (draw: number, i: number): number => draws.data[(draw * rows.length + row) * size + i]!;
      for (const [i, known] of x.entries()) {
        if (Number.isNaN(known)) continue;
        const kept = Array.from({ length: count }, (_, draw) => value(draw, i));
        expect([...new Set(kept), mean.data[row * size + i]]).toEqual([Math.fround(known), Math.fround(known)]);
      }
      for (const i of gaps) {
        const sums = Array.from({ length: count }, (_, draw) => value(draw, i)).reduce((a, c) => a + c, 0);
        const error = Math.sqrt(covariance(i, i) / count);
        expect(Math.abs(sums / count - mu(i))).toBeLessThan(standardErrors * error);
        // Averages of E[x|z] over a chain vary less than draws do.
        expect(Math.abs(mean.data[row * size + i]! - mu(i))).toBeLessThan(standardErrors * error);
        for (const j of gaps) {
          let sum = 0;
          for (let draw = 0; draw < count; draw++) sum += (value(draw, i) - mu(i)) * (value(draw, j) - mu(j));
          // Isserlis: the variance of the product is Σᵢᵢ Σⱼⱼ + Σᵢⱼ².
          const spread = Math.sqrt((covariance(i, i) * covariance(j, j) + covariance(i, j) ** 2) / count);
          expect(Math.abs(sum / count - covariance(i, j))).toBeLessThan(standardErrors * spread);
        }
      }
    }
  }

  it('has the exact conditional mean and covariance, though its encoder is wrong', async () => {
    const model = createVae({ ...options, posterior: 'diagonal' });
    const parameters = parametersOf(model, { ...decoder, ...wrong });
    const imputed = await impute({ model, parameters, layout: vector(size), draws: count, x: rows });
    expectExact(imputed);
    for (const share of Object.values(imputed.accepted)) expect(share).toBeGreaterThan(0.1);
  });

  it('has them with a posterior whose density is known of its draws alone', async () => {
    const model = createVae({ ...options, posterior: 'planar', flows: 1 });
    // Wide enough to cover the prior: importance weights have a bound.
    const parameters = parametersOf(model, { ...decoder, 'logVariance.bias': [0.4, 0.4], 'flow.u.bias': [0.5, 0.2], 'flow.w.bias': [0.7, -0.4] }); // prettier-ignore
    const imputed = await impute({ model, parameters, layout: vector(size), draws: count, x: rows, sweeps: 80 });
    expectExact(imputed);
    expect(Object.keys(imputed.accepted)).toEqual(['given']);
  });

  describe('of which each example is given something', () => {
    // p(x|z, c) = N(W z + V c + b, σ²), p(z|c) = N(M c, diag(exp(T c))): two classes, and a number beside them.
    const V = [[0.4, -1, 0.3, 0.2], [-0.7, 0.5, 1, -0.4], [0.3, 0.8, -0.6, 0.5]]; // prettier-ignore
    const M = [[0.5, -0.6], [-1, 0.2], [0.3, 0.4]]; // prettier-ignore
    const T = [[-0.8, 0.3], [0.5, -0.5], [0.2, -0.3]]; // prettier-ignore
    const conditions = [[1, 0, 0.5], [0, 1, -0.4], [0, 1, 0.8], [1, 0, -0.3]]; // prettier-ignore
    const by = (matrix: readonly (readonly number[])[], c: readonly number[], j: number): number =>
      matrix.reduce((sum, row, k) => sum + row[j]! * c[k]!, 0);
    const givenRow = (row: number): Given => {
      const c = conditions[row]!;
      return {
        start: b.map((value, i) => value + by(V, c, i)),
        priorMean: [by(M, c, 0), by(M, c, 1)],
        priorVariance: [Math.exp(by(T, c, 0)), Math.exp(by(T, c, 1))],
      };
    };
    const conditional = { ...options, posterior: 'diagonal', prior: 'conditional-normal', conditionSize: 3 } as const;
    const model = createVae(conditional);
    const parameters = parametersOf(model, {
      'decoder.0.weight': [...W, ...V.flat()],
      'decoder.0.bias': b,
      // It looks at the condition, and at x, and is the posterior of neither.
      'mean.weight': [...wrong['mean.weight'], 0.2, -0.1, 0.1, 0.3, -0.2, 0.1],
      'mean.bias': wrong['mean.bias'],
      'logVariance.bias': [-0.6, -0.3],
      'logVariance.weight': [...wrong['logVariance.weight'], 0.1, 0.2, 0, -0.1, 0.1, 0],
      'prior.mean.weight': M.flat(),
      'prior.logVariance.weight': T.flat(),
    });
    const about = { model, parameters, layout: vector(size), x: rows, conditions: NdArray.from(conditions, 'float32') };
    const drawPrior = (total: number, from: Key, c?: NdArray<'float32'>): Promise<NdArray<'float32'>> => {
      const drawn = normal(from, [total, 2]);
      drawn.data.forEach((epsilon, at) => {
        const own = c!.data.subarray(3 * Math.floor(at / 2), 3 * Math.floor(at / 2) + 3);
        drawn.data[at] = by(M, [...own], at % 2) + Math.exp(by(T, [...own], at % 2) / 2) * epsilon;
      });
      return Promise.resolve(drawn);
    };

    it('has the exact conditional mean and covariance given that, too', async () => {
      const imputed = await impute({ ...about, draws: count, drawPrior, sweeps: 40 });
      expectExact(imputed, givenRow);
      for (const share of Object.values(imputed.accepted)) expect(share).toBeGreaterThan(0.1);
      // What is expected under another condition is far from what was drawn: the test tells them apart.
      expect(() => { expectExact(imputed, (row) => givenRow(3 - row)); }).toThrow(); // prettier-ignore
    });

    it('says the same however many chains are drawn at once', async () => {
      const shorter = { ...about, drawPrior, draws: 1, sweeps: 3 };
      const { draws } = await impute(shorter);
      const many = await impute({ ...shorter, x: [...rows, ...rows], conditions: NdArray.from([...conditions, ...conditions], 'float32') }); // prettier-ignore
      expect(many.draws.data.subarray(0, draws.data.length)).toEqual(draws.data);
    });
  });

  it('says the same for the same key, and something else for another', async () => {
    const model = createVae({ ...options, posterior: 'diagonal' });
    const about = { model, parameters: parametersOf(model, { ...decoder, ...wrong }), layout: vector(size), draws: 2, x: rows, sweeps: 4 }; // prettier-ignore
    const [first, again, other] = [await impute(about), await impute(about), await impute({ ...about, key: key(6) })];
    expect(again).toEqual(first);
    expect(other.draws.data).not.toEqual(first.draws.data);
  });

  it('is stopped by its signal, and refuses a model that gives NaN', async () => {
    const model = createVae({ ...options, posterior: 'diagonal' });
    const parameters = parametersOf(model, { ...decoder, ...wrong });
    const about = { model, layout: vector(size), draws: 1, x: rows };
    await expect(impute({ ...about, parameters, signal: AbortSignal.abort() })).rejects.toThrow(/abort/);
    const broken = parametersOf(model, { ...decoder, ...wrong, 'decoder.0.bias': [NaN, 0, 0, 0] });
    await expect(impute({ ...about, parameters: broken })).rejects.toThrow(NumericalError);
  });
});

describe('a table of two columns that may be missing and one that never was, one latent dimension', () => {
  // a: yes or no, flagged; c: one of two, flagged; d: yes or no, without a flag. x = a, flag a, c₁ c₂, flag c, d
  const parts = [
    { column: 'a', kind: 'boolean', offset: 0, width: 1, missing: 1 },
    { column: 'c', kind: 'categorical', offset: 2, width: 2, missing: 4 },
    { column: 'd', kind: 'boolean', offset: 5, width: 1 },
  ] as const;
  const layout: PartLayout = {
    inputSize: 6,
    parts: parts.map(({ offset, width, ...part }) => ({
      offset,
      width,
      ...('missing' in part && { flag: part.missing }),
    })),
  };
  const model = createVae({
    inputSize: 6,
    latent: 1,
    hidden: [],
    posterior: 'diagonal',
    likelihood: mixedFamily({ inputSize: 6, blocks: parts }),
  });
  // The decoder's numbers: log-odds of a and d, logits of c, then log-odds of the flags of a and c.
  const [slope, start] = [
    [1.5, -2, 1, 0.5, -2, 1.5],
    [0.3, 0.1, -0.2, 0.2, -0.5, 0.4],
  ] as const;
  const parameters = parametersOf(model, {
    'decoder.0.weight': slope,
    'decoder.0.bias': start,
    'mean.weight': [0.5, -0.3, 0.2, -0.2, 0.1, -0.4],
    'logVariance.bias': [-0.7],
  });
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

  /** p(value | observed) by the trapezoid rule over z, the flags counting as observed. */
  function exact(
    weight: (z: number, p: (k: number) => number) => number,
    value: (z: number, p: (k: number) => number) => number,
  ) {
    let [total, sum] = [0, 0];
    for (let z = -9; z <= 9; z += 1e-3) {
      const p = (k: number): number => sigmoid(slope[k]! * z + start[k]!);
      const w = Math.exp(-0.5 * z * z) * weight(z, p);
      total += w;
      sum += w * value(z, p);
    }
    return sum / total;
  }
  const first = (z: number): number => sigmoid((slope[2] - slope[3]) * z + start[2] - start[3]);

  it('takes a flag for evidence, and leaves out the value of a gap without one', async () => {
    const [yes, no] = [1, 0];
    const rows = [
      [NaN, no, yes, no, no, yes],
      [yes, no, NaN, NaN, no, NaN],
    ];
    const count = 2500;
    const { draws, mean } = await impute({ model, parameters, layout, draws: count, x: rows });
    const share = (row: number, number: number): number => {
      let sum = 0;
      for (let draw = 0; draw < count; draw++) sum += draws.data[(draw * rows.length + row) * 6 + number]!;
      return sum / count;
    };
    const expectShare = (row: number, number: number, expected: number): void => {
      const error = Math.sqrt((expected * (1 - expected)) / count);
      expect(Math.abs(share(row, number) - expected)).toBeLessThan(standardErrors * error);
      expect(Math.abs(mean.data[row * 6 + number]! - expected)).toBeLessThan(standardErrors * error);
    };
    // Row 0: a is missing and says so; c = 1 and d = yes are known.
    expectShare(0, 0, exact((z, p) => p(4) * first(z) * (1 - p(5)) * p(1), (_, p) => p(0))); // prettier-ignore
    // Row 1: a = yes; c is missing and says so, d is missing and nothing says so.
    const known = (_: number, p: (k: number) => number): number => p(0) * (1 - p(4)) * p(5);
    expectShare(1, 2, exact(known, first));
    expectShare(1, 5, exact(known, (_, p) => p(1))); // prettier-ignore
    expect(share(1, 3)).toBeCloseTo(1 - share(1, 2), 12);
    for (const flag of [1, 4]) expect([share(0, flag), share(1, flag)]).toEqual([0, 0]);
  });
});
