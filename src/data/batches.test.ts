import { describe, expect, test } from 'vitest';
import { ValueError } from '../core/index.ts';
import { fillUniform, key } from '../random/index.ts';
import {
  binarize,
  binarizeForEvaluation,
  datasetOf,
  epochOrder,
  examplesOf,
  grayFraction,
  isGray,
  makeDigits,
  splitValidation,
  stepsPerEpoch,
  trainingBatches,
} from './index.ts';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('training batches', () => {
  test('are full, disjoint, and drop the short last one', () => {
    const batches = [...trainingBatches(23, { batchSize: 5, seed: 1, epoch: 0 })];
    expect(batches.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
    expect(batches.every(({ indices }) => indices.length === 5)).toBe(true);
    const seen = batches.flatMap(({ indices }) => [...indices]);
    expect(new Set(seen).size).toBe(20);
    expect(Math.max(...seen)).toBeLessThan(23);
    expect(stepsPerEpoch(23, 5)).toBe(4);
  });

  test('an order depends on seed and epoch, and is a permutation', () => {
    const order = (seed: number, epoch: number): number[] => [...epochOrder(100, { seed, epoch })];
    expect(order(1, 2)).toEqual(order(1, 2));
    expect(order(1, 2)).not.toEqual(order(1, 3));
    expect(order(1, 2)).not.toEqual(order(2, 2));
    expect(order(1, 2).sort((a, b) => a - b)).toEqual(range(100));
  });

  test('resume in the middle of an epoch', () => {
    const options = { batchSize: 4, seed: 3, epoch: 7 };
    const whole = [...trainingBatches(21, options)];
    expect([...trainingBatches(21, { ...options, firstStep: 2 })]).toEqual(whole.slice(2));
  });

  test('refuse a batch that cannot be filled', () => {
    expect(() => [...trainingBatches(3, { batchSize: 4, seed: 0, epoch: 0 })]).toThrow(
      /3 examples do not fill one batch of 4/,
    );
    expect(() => stepsPerEpoch(3, 0)).toThrow(ValueError);
  });
});

describe('splitValidation', () => {
  const digits = makeDigits({ count: 101 });

  test('parts are disjoint, complete, of the right size, and depend on the seed alone', () => {
    const marked = datasetOf({ name: 'm', kind: 'array', sampleShape: [1], values: Uint8Array.from(range(101)) });
    const read = (seed: number): [number[], number[]] => {
      const { train, validation } = splitValidation(marked, { fraction: 0.1, seed });
      return [train, validation!].map((part) => [...examplesOf(part).data].map((v) => Math.round(v * 255))) as [
        number[],
        number[],
      ];
    };
    const [train, validation] = read(5);
    expect(validation.length).toBe(10);
    expect([...train, ...validation].sort((a, b) => a - b)).toEqual(range(101));
    expect(read(5)).toEqual([train, validation]);
    expect(read(6)).not.toEqual([train, validation]);
  });

  test('labels go along, 0 holds nothing out, and something must be left', () => {
    const { train, validation } = splitValidation(digits, { fraction: 0.5, seed: 0 });
    expect(train.labels!.length + validation!.labels!.length).toBe(101);
    expect(splitValidation(digits, { fraction: 0, seed: 0 })).toEqual({ train: digits });
    expect(() => splitValidation(makeDigits({ count: 1 }), { fraction: 0.9, seed: 0 })).toThrow(/leaves none/);
    for (const fraction of [1, -0.1, NaN]) {
      expect(() => splitValidation(digits, { fraction, seed: 0 })).toThrow(ValueError);
    }
  });
});

describe('binarize', () => {
  test('threshold: 1 from byte 128 on', () => {
    const all = datasetOf({ name: 'all', kind: 'array', sampleShape: [256], values: Uint8Array.from(range(256)) });
    const { data } = examplesOf(all);
    expect(data).toEqual(Float32Array.from(range(256), (byte) => byte / 255));
    binarize(data, 'threshold', key(0));
    expect([...data]).toEqual(range(256).map((byte) => (byte >= 128 ? 1 : 0)));
  });

  test('none leaves the values', () => {
    const values = Float32Array.of(0, 0.3, 1);
    binarize(values, 'none', key(0));
    expect(values).toEqual(Float32Array.of(0, 0.3, 1));
  });

  test('dynamic: the mean is the value, within 5 standard errors', () => {
    const n = 40_000;
    for (const p of [0, 1 / 255, 0.25, 0.5, 254 / 255, 1]) {
      const values = new Float32Array(n).fill(p);
      binarize(values, 'dynamic', key(11));
      expect(values.every((value) => value === 0 || value === 1)).toBe(true);
      const mean = values.reduce((sum, value) => sum + value, 0) / n;
      expect(Math.abs(mean - p)).toBeLessThanOrEqual(5 * Math.sqrt((p * (1 - p)) / n));
    }
  });

  test('dynamic: 1 where the key’s uniform lies below the value, at any length', () => {
    for (const n of [1, 15, 16, 17, 1024, 1025, 5000]) {
      const values = Float32Array.from({ length: n }, (_, k) => [0, 0.5, 1, NaN, (k % 97) / 96][k % 5]!);
      const uniforms = new Float32Array(n);
      fillUniform(key(n), uniforms);
      const expected = [...values].map((value, k) => (uniforms[k]! < value ? 1 : 0));
      // A view in the middle of an array: what lies around it stays.
      const around = new Float32Array(n + 2).fill(0.5);
      around.set(values, 1);
      binarize(around.subarray(1, n + 1), 'dynamic', key(n));
      expect([...around]).toEqual([0.5, ...expected, 0.5]);
    }
  });

  test('in evaluation an example does not depend on its batch', () => {
    const digits = makeDigits({ count: 10 });
    const draw = (indices: Uint32Array): Float32Array => {
      const { data } = examplesOf(digits, indices);
      binarizeForEvaluation(data, 'dynamic', { indices, seed: 4 });
      return data;
    };
    const all = draw(Uint32Array.from(range(10)));
    const some = draw(Uint32Array.of(7, 2));
    expect(some.subarray(0, 784)).toEqual(all.subarray(7 * 784, 8 * 784));
    expect(some.subarray(784)).toEqual(all.subarray(2 * 784, 3 * 784));
  });
});

test('greyFraction tells grey from binary', () => {
  const make = (values: Uint8Array) => datasetOf({ name: 'x', kind: 'array', sampleShape: [2], values });
  expect(grayFraction(make(Uint8Array.of(0, 255, 255, 0)))).toBe(0);
  expect(isGray(make(Uint8Array.of(0, 255, 255, 0)))).toBe(false);
  expect(grayFraction(make(Uint8Array.of(0, 255, 254, 0)))).toBe(0.25);
  expect(grayFraction(make(Uint8Array.of(0, 255, 254, 0)), { limit: 1 })).toBe(0);
  expect(isGray(makeDigits({ count: 10 }))).toBe(true);
});
