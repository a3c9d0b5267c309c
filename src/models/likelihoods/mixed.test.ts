import { describe, expect, it } from 'vitest';
import { NdArray, ValueError } from '../../core/index.ts';
import { createEngine, evaluate, evaluateAll } from '../../engine/index.ts';
import { constant, input, isHostOp, topologicalOrder, verifyGraph, keyInput, keyWords } from '../../graph/index.ts';
import { initializeParameters } from '../../nn/index.ts';
import { key, normal } from '../../random/index.ts';
import { checkGradients, expectAllClose, testDistribution } from '../../testing/index.ts';
import { mixedFamily } from './index.ts';
import type { MixedBlock } from './index.ts';

// Numbers 4 and 9 are flags; a is numeric and b a category of three, c a level of four, d yes or no, e numeric, f a category of three.
const blocks: readonly MixedBlock[] = [
  { column: 'a', kind: 'numeric', offset: 0, width: 1, missing: 4 },
  { column: 'b', kind: 'categorical', offset: 1, width: 3 },
  { column: 'c', kind: 'ordinal', offset: 5, width: 4 },
  { column: 'd', kind: 'boolean', offset: 10, width: 1, missing: 9 },
  { column: 'e', kind: 'numeric', offset: 11, width: 1 },
  { column: 'f', kind: 'categorical', offset: 12, width: 3 },
];
const inputSize = 15;
const family = mixedFamily({ inputSize, blocks });

interface Row {
  readonly a: number | null;
  readonly b: number | null;
  readonly c: number | null;
  readonly d: number | null;
  readonly e: number;
  readonly f: number | null;
}

function encode({ a, b, c, d, e, f }: Row): number[] {
  const oneHot = (k: number | null, n: number): number[] => Array.from({ length: n }, (_, j) => +(j === k));
  return [a ?? 0, ...oneHot(b, 3), +(a === null), ...oneHot(c, 4), +(d === null), d ?? 0, e, ...oneHot(f, 3)];
}

const start = initializeParameters(family.parameters, key(0));
const parameters = Object.fromEntries(
  Object.entries(start).map(([name, value]) => [name, constant(NdArray.from(value, 'float64'))]),
);
const outputs = constant(normal(key(1), [1, family.outputSize], { dtype: 'float64' }));
const likelihood = family.apply(outputs, parameters);
const logProb = (row: Row): number => evaluate(likelihood.logProb([encode(row)])).item();
const row: Row = { a: 0.3, b: 1, c: 2, d: 1, e: -1, f: 0 };

describe('the mixed likelihood', () => {
  it('asks for as many numbers as its columns have parameters', () => {
    // The last two: whether a and d are missing.
    expect(family.outputSize).toBe(2 + 3 + 1 + 1 + 3 + 2);
    expect(Object.fromEntries(family.parameters.map(({ name, shape }) => [name, shape]))).toEqual({
      'likelihood.logVariance': [2],
      'likelihood.cutpoints.4': [1, 3],
    });
  });

  it('is a distribution over rows such as the encoder makes', () => {
    testDistribution(likelihood, { draws: 500 });
    const damaged = [encode({ ...row, e: NaN }), encode(row), encode(row), encode(row)];
    damaged[1]![1] = 1; // b chooses twice.
    damaged[2]![10] = 0.5; // d is yes or no.
    damaged[3]![4] = 2; // A flag.
    const isRow = (values: number[]): number => evaluate(likelihood.support.contains(constant([values]))).item();
    expect(damaged.map(isRow)).toEqual([0, 0, 0, 0]);
    expect(isRow(encode({ ...row, a: null, b: null }))).toBe(1);
  });

  it('draws its columns by noise of their own', () => {
    const drawKey = keyInput('key');
    const draw = likelihood.sample(drawKey);
    const draws = Array.from({ length: 600 }, (_, seed) => [...evaluate(draw, { key: keyWords(key(seed)) }).data]);
    const mean = (of: (row: number[]) => number): number => draws.reduce((sum, row) => sum + of(row), 0) / draws.length;
    // b's first choice, d and whether a is missing, each of another group: their covariances are within 5 standard errors of 0.
    for (const [i, j] of [
      [1, 10],
      [1, 4],
      [10, 4],
    ] as const) {
      const covariance = mean((row) => row[i]! * row[j]!) - mean((row) => row[i]!) * mean((row) => row[j]!);
      expect(Math.abs(covariance)).toBeLessThan((5 * 0.25) / Math.sqrt(draws.length));
    }
  });

  it('has total probability 1: a sum over every discrete column and over what is missing, an integral over the numbers', () => {
    // The trapezoidal rule, exact to rounding for normal densities of this width.
    const grid = Array.from({ length: 41 }, (_, k) => (k - 20) / 2);
    const rows: number[][] = [];
    const weights: number[] = [];
    for (const a of [...grid, null])
      for (let at = 0; at < 3 * 4 * 3 * 3; at++) {
        const [b, c, d, f] = [at % 3, Math.floor(at / 3) % 4, Math.floor(at / 12) % 3, Math.floor(at / 36)];
        // The numbers are independent: e stays where it is, and its density is divided by.
        rows.push(encode({ a, b, c, d: d === 2 ? null : d, e: 0, f }));
        weights.push(a === null ? 1 : 0.5);
      }
    const { mean, stddev } = evaluateAll({ mean: likelihood.mean, stddev: likelihood.parameters.stddev! });
    const density = (x: number, k: number): number =>
      Math.exp(-0.5 * ((x - mean.data[k === 0 ? 0 : 11]!) / stddev.data[k]!) ** 2) /
      (stddev.data[k]! * Math.sqrt(2 * Math.PI));
    const logProbs = [...evaluate(likelihood.logProb(rows)).data];
    const total = logProbs.reduce((sum, value, at) => sum + weights[at]! * Math.exp(value), 0);
    expect(total / density(0, 1)).toBeCloseTo(1, 10);
  });

  it('gives one part a column, in their order, which add up', () => {
    const parts = evaluate(likelihood.logProbParts([encode(row)]));
    expect(parts.shape).toEqual([1, 6]);
    expect([...parts.data].reduce((sum, part) => sum + part, 0)).toBeCloseTo(logProb(row), 12);
    const changed = evaluate(likelihood.logProbParts([encode({ ...row, c: 0 })]));
    parts.data.forEach((part, k) => {
      if (k === 2) expect(changed.data[k]).not.toBe(part);
      else expect(changed.data[k]).toBe(part);
    });
  });

  it('puts the probability that a value is missing in its place, where one is known; else nothing', () => {
    const parts = evaluate(likelihood.logProbParts([encode(row)])).data;
    const missing = evaluate(likelihood.parameters.missing!).data;
    const instead = { a: Math.log(missing[0]!), b: 0, c: 0, d: Math.log(missing[1]!) };
    (['a', 'b', 'c', 'd'] as const).forEach((column, k) => {
      expect(logProb({ ...row, [column]: null })).toBeCloseTo(logProb(row) - parts[k]! + instead[column], 12);
    });
    // And what stands in the place of a missing number does not matter.
    const x = encode({ ...row, a: null });
    x[0] = 1e6;
    expect(evaluate(likelihood.logProb([x])).item()).toBe(logProb({ ...row, a: null }));
  });

  it('draws rows of its table with their gaps; mean and mode have none', () => {
    const many = family.apply(constant(normal(key(3), [200, family.outputSize])), Object.fromEntries(Object.entries(start).map(([name, value]) => [name, constant(value)]))); // prettier-ignore
    const { drawn, mode, mean, missing } = evaluateAll({ drawn: many.sample(key(4)), mode: many.mode, mean: many.mean, missing: many.parameters.missing! }); // prettier-ignore
    for (const rows of [drawn, mode]) {
      for (let at = 0; at < 200; at++) {
        const x = rows.data.slice(at * inputSize, (at + 1) * inputSize) as Float32Array;
        expect(family.support.firstOutside(x)).toBe(-1);
        const sum = (from: number, to: number): number => x.slice(from, to).reduce((total, value) => total + value, 0);
        expect([sum(1, 4), sum(5, 9), sum(12, 15)]).toEqual([1, 1, 1]);
        if (rows === mode) expect([x[4], x[9]]).toEqual([0, 0]);
      }
    }
    [4, 9].forEach((flag, k) => {
      const of = (data: ArrayLike<number>, width: number, at: number): number[] =>
        Array.from({ length: 200 }, (_, r) => data[r * width + at]!);
      const [drew, p] = [of(drawn.data, inputSize, flag), of(missing.data, 2, k)];
      expect(drew.every((value) => value === 0 || value === 1)).toBe(true);
      const difference = drew.reduce((sum, value, r) => sum + value - p[r]!, 0);
      // Four standard errors of a sum of Bernoulli draws.
      expect(Math.abs(difference)).toBeLessThan(4 * Math.sqrt(p.reduce((sum, q) => sum + q * (1 - q), 0)));
    });
    expect(mean.data[1]! + mean.data[2]! + mean.data[3]!).toBeCloseTo(1, 6);
  });

  it('refuses rows that its table cannot have', () => {
    const outside = (x: number[]): number => family.support.firstOutside(Float32Array.from(x));
    expect(outside(encode(row))).toBe(-1);
    expect(outside(encode(row).map((value, at) => (at === 0 ? NaN : value)))).toBe(0);
    expect(outside(encode(row).map((value, at) => (at === 10 ? 0.5 : value)))).toBe(-1);
    expect(outside(encode(row).map((value, at) => (at === 10 ? 2 : value)))).toBe(10);
    expect(outside(encode(row).map((value, at) => (at === 14 ? 1 : value)))).toBe(14);
  });

  it('has gradients that agree with differences', () => {
    const x = [encode(row), encode({ ...row, a: null, c: null }), encode({ ...row, d: 0, f: 2 })];
    const variance = normal(key(8), [2], { dtype: 'float64' });
    const cutpoints = normal(key(9), [1, 3], { dtype: 'float64' });
    checkGradients(
      (values, logVariance, cuts) =>
        family.apply(values, { 'likelihood.logVariance': logVariance, 'likelihood.cutpoints.4': cuts }).logProb(x),
      [normal(key(7), [3, family.outputSize], { dtype: 'float64' }), variance, cutpoints],
    );
  });

  it('runs on ONNX Runtime with a batch of any size', async () => {
    const z = input('z', ['batch', family.outputSize]);
    const x = input('x', ['batch', inputSize]);
    const known = Object.fromEntries(Object.entries(start).map(([name, value]) => [name, constant(value)]));
    const made = family.apply(z, known);
    const tensors = {
      logProb: made.logProb(x),
      mean: made.mean,
      mode: made.mode,
      drawn: made.sample(key(2)),
      missing: made.parameters.missing!,
    };
    verifyGraph(Object.values(tensors));
    expect(topologicalOrder([tensors.logProb]).some(({ op }) => isHostOp(op))).toBe(false);
    const engine = await createEngine({ engine: 'onnxruntime-node', threads: 1 });
    const program = await engine.compile({ outputs: tensors });
    const rows = [row, { ...row, a: null }, { ...row, b: null, d: null }].map(encode);
    const feeds = { z: normal(key(1), [3, family.outputSize]), x: NdArray.from(rows, 'float32') };
    const values = await program.run(feeds);
    const expected = evaluateAll(tensors, feeds);
    for (const [name, value] of Object.entries(values)) {
      expectAllClose(value, expected[name as keyof typeof tensors], { rtol: 1e-5, atol: 1e-5 }, name);
    }
    await program.dispose();
  });

  it.each<[string, readonly MixedBlock[]]>([
    ['overlap', [{ column: 'a', kind: 'categorical', offset: 0, width: 3 }, { column: 'b', kind: 'numeric', offset: 2, width: 1 }]], // prettier-ignore
    ['leave the row', [{ column: 'a', kind: 'categorical', offset: 0, width: 5 }]],
    ['do not exist', []],
  ])('refuses blocks that %s', (_, wrong) => {
    expect(() => mixedFamily({ inputSize: 4, blocks: wrong })).toThrow(ValueError);
  });
});
