import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NdArray } from '../core/index.ts';
import { createEngine, evaluate } from '../engine/index.ts';
import { constant, grad, input, sum } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { checkGradients } from '../testing/index.ts';
import { Normal } from './index.ts';

interface Row {
  readonly z: string;
  readonly logUpper: string;
  readonly upper?: string;
  /** Derivatives of log Q. */
  readonly first?: string;
  readonly second?: string;
}
const rows = JSON.parse(
  readFileSync(new URL('../../test/fixtures/normal-tails.json', import.meta.url), 'utf8'),
) as Row[];
const near = rows.filter(({ upper }) => upper !== undefined);
const standard = Normal.fromStddev(0, 1);

/** |x − truth| / |truth|, where numbers below 2^−1022 have the grid of subnormal ones. */
function errorOf(x: number, truth: string | undefined): number {
  const expected = Number(truth);
  return x === expected ? 0 : Math.max(0, Math.abs(x - expected) - 2 ** -1073) / Math.abs(expected);
}

const valuesOf = (of: (z: Tensor) => Tensor, z: readonly number[]): readonly number[] =>
  Array.from(evaluate(of(constant([...z]))).data);

describe('tails of Normal', () => {
  it('agree with 60-digit values: cdf and survival within 3e-15, their logarithms within 1e-14', () => {
    const z = near.map((row) => Number(row.z));
    const [upper, lower] = [
      valuesOf((x) => standard.survival(x), z),
      valuesOf(
        (x) => standard.cdf(x),
        z.map((x) => -x),
      ),
    ];
    near.forEach((row, k) => {
      expect(errorOf(upper[k]!, row.upper), `Q(${row.z})`).toBeLessThan(3e-15);
      expect(lower[k]).toBe(upper[k]);
    });
    const all = rows.map((row) => Number(row.z));
    const logUpper = valuesOf((x) => standard.logSurvival(x), all);
    const logLower = valuesOf(
      (x) => standard.logCdf(x),
      all.map((x) => -x),
    );
    rows.forEach((row, k) => {
      expect(errorOf(logUpper[k]!, row.logUpper), `log Q(${row.z})`).toBeLessThan(1e-14);
      expect(logLower[k]).toBe(logUpper[k]);
    });
  });

  it('are right at infinity, and shifted and scaled', () => {
    const ends = [-Infinity, Infinity];
    expect(valuesOf((x) => standard.cdf(x), ends)).toEqual([0, 1]);
    expect(valuesOf((x) => standard.survival(x), ends)).toEqual([1, 0]);
    expect(valuesOf((x) => standard.logCdf(x), ends).map((x) => x + 0)).toEqual([-Infinity, 0]);
    expect(valuesOf((x) => standard.logSurvival(x), ends).map((x) => x + 0)).toEqual([0, -Infinity]);
    expect(evaluate(standard.cdf(NaN)).item()).toBeNaN();
    // Issue's number: Φ(−10) = 7.6e-24.
    expect(evaluate(Normal.fromVariance(2, 16).cdf(-38)).item()).toBeCloseTo(7.619853024160527e-24, 38);
  });

  it('have derivatives that are right far out: log Q within 1e-13, its second derivative within 1e-10', () => {
    // Q(38) is subnormal, as coarse as 1e-8.
    const normal = near.filter((row) => Number(row.z) > -38);
    const z = normal.map((row) => Number(row.z));
    const x = input('x', [z.length], 'float64');
    const [first] = grad(sum(standard.logSurvival(x)), [x]) as [Tensor];
    const [second] = grad(sum(first), [x]) as [Tensor];
    const feeds = { x: NdArray.from(z) };
    const [slopes, bends] = [evaluate(first, feeds).data, evaluate(second, feeds).data];
    normal.forEach((row, k) => {
      expect(errorOf(slopes[k]!, row.first), `(log Q)'(${row.z})`).toBeLessThan(1e-13);
      expect(errorOf(bends[k]!, row.second), `(log Q)''(${row.z})`).toBeLessThan(1e-10);
    });
  });

  it('pass central differences of first and second order, in parameters too', () => {
    for (const of of ['cdf', 'survival', 'logCdf', 'logSurvival'] as const) {
      checkGradients(
        (x, mean, logVariance) => Normal.fromLogVariance(mean, logVariance)[of](x),
        [[-6, -2.4, -1.9, -0.3, 0.4, 1.9, 2.9, 6], 0.2, 0.3],
        { order: 2 },
      );
    }
  });

  it('hold on ONNX Runtime, in float64 to 4e-15 and in float32 to what the exponent allows', async () => {
    const engine = await createEngine();
    for (const dtype of ['float64', 'float32'] as const) {
      const z = near.map((row) => Number(row.z)).filter((x) => Math.abs(x) < (dtype === 'float64' ? 37.5 : 12));
      const x = input('x', ['n'], dtype);
      const normal = Normal.fromStddev(constant(0, dtype), constant(1, dtype));
      const outputs = { upper: normal.survival(x), logUpper: normal.logSurvival(x) };
      const program = await engine.compile({ outputs });
      const fed = NdArray.from(z, dtype);
      const { upper, logUpper } = await program.run({ x: fed });
      const reference = valuesOf((t) => standard.survival(t), [...fed.data]);
      const logReference = valuesOf((t) => standard.logSurvival(t), [...fed.data]);
      const unit = dtype === 'float64' ? 1e-15 : 2 ** -23;
      z.forEach((point, k) => {
        const allowed = dtype === 'float64' ? 4 : 8 + point ** 2;
        expect(errorOf(upper!.data[k]!, String(reference[k])), `${dtype} Q(${point})`).toBeLessThan(allowed * unit);
        // Below zero log Q is as small as Q of the other side.
        const error = errorOf(logUpper!.data[k]!, String(logReference[k]));
        expect(error, `${dtype} log Q(${point})`).toBeLessThan((dtype === 'float64' ? 16 : 16 + point ** 2) * unit);
      });
      await program.dispose();
    }
  });
});
