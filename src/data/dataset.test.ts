import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ShapeError, ValueError } from '../core/index.ts';
import { testDataset } from '../testing/dataset.ts';
import { datasetOf, examplesOf, makeDigits, makeSpriteGrid, makeSprites, subset, takeFirst } from './index.ts';
import type { Dataset } from './index.ts';
import { readIdxFolder } from './node/index.ts';

const glyphs = process.env.ROOTSIGMA_GLYPHS ?? '../shared/data/glyphs';

const small: Dataset = datasetOf({
  name: 'small',
  kind: 'array',
  sampleShape: [2],
  values: Uint8Array.of(0, 255, 51, 128, 127, 1),
  labels: Uint8Array.of(2, 0, 1),
  factors: { size: Float32Array.of(0.5, 1.5, 2.5) },
  classNames: ['a', 'b', 'c'],
});

// The contract of README.md, for every kind of data set.
const makers: [string, (() => Dataset) | undefined][] = [
  ['bytes', () => small],
  [
    'floats',
    () =>
      datasetOf({ name: 'floats', kind: 'array', sampleShape: [3], values: Float32Array.of(0, 0.25, 1, 0.5, 0, 0) }),
  ],
  [
    'subset of a subset',
    () => subset(subset(makeDigits({ count: 30 }), Uint32Array.of(3, 1, 29, 4)), Uint32Array.of(2, 0)),
  ],
  ['digits', () => makeDigits({ count: 50 })],
  ['sprites, the grid', makeSpriteGrid],
  ['sprites, a part', () => makeSprites({ count: 100, testCount: 10 }).test!],
  ['IDX folder', existsSync(glyphs) ? () => readIdxFolder(glyphs).test! : undefined],
];
for (const [name, make] of makers) {
  test.skipIf(!make)(`the contract of a data set: ${name}${make ? '' : ` (no ${glyphs})`}`, () => {
    testDataset(make!);
  });
}

test('the contract is checked: broken data sets fail it', () => {
  const broken: Record<string, Partial<Dataset>> = {
    'labels.*2 entries': { labels: Uint8Array.of(0, 1) },
    'has no name': { labels: Uint8Array.of(0, 1, 3) },
    "'size'.* beyond its end": { factors: { size: { length: 3, at: () => 1 } } },
    'gather of': {
      gather(indices, out) {
        small.gather(indices.toSorted(), out);
      },
    },
    'outside \\[0, 1\\]': {
      gather(indices, out) {
        small.gather(indices, out);
        for (let i = 0; i < out.length; i++) out[i]! *= 2;
      },
    },
    'must be a ShapeError': {
      gather(indices, out) {
        small.gather(indices, out.length === 2 * indices.length ? out : new Float32Array(2));
      },
    },
  };
  for (const [problem, change] of Object.entries(broken)) {
    expect(() => {
      testDataset(() => ({ ...small, ...change }));
    }, problem).toThrow(new RegExp(problem));
  }
});

describe('datasetOf', () => {
  test('bytes stand for byte / 255', () => {
    expect(examplesOf(small).data).toEqual(Float32Array.from([0, 1, 51 / 255, 128 / 255, 127 / 255, 1 / 255]));
  });

  test('refuses what does not fit', () => {
    const source = { name: 'x', kind: 'array', sampleShape: [2], values: new Float32Array(4) } as const;
    expect(() => datasetOf({ ...source, values: new Float32Array(5) })).toThrow(
      /5 values are no whole number of examples of \[2\]/,
    );
    expect(() => datasetOf({ ...source, sampleShape: [0] })).toThrow(ShapeError);
    expect(() => datasetOf({ ...source, labels: new Uint8Array(3) })).toThrow(/2 examples, but 3 entries of 'labels'/);
    expect(() => datasetOf({ ...source, factors: { a: new Float32Array(1) } })).toThrow(/entries of 'a'/);
    expect(() => datasetOf({ ...source, values: Float32Array.of(0, 1, 0, 255) })).toThrow(
      /example 1 holds 255, outside \[0, 1\]/,
    );
    expect(() => datasetOf({ ...source, values: Float32Array.of(0, NaN, 0, 0) })).toThrow(ValueError);
  });
});

test('subset takes values, labels and factors along', () => {
  const part = subset(small, Uint32Array.of(2, 0), { name: 'part' });
  expect(part).toMatchObject({ name: 'part', size: 2, labels: Uint8Array.of(1, 2), classNames: ['a', 'b', 'c'] });
  expect(part.factors!.size).toEqual(Float32Array.of(2.5, 0.5));
  expect(examplesOf(part).data).toEqual(Float32Array.from([127 / 255, 1 / 255, 0, 1]));
  expect(() => subset(small, Uint32Array.of(3))).toThrow(/example 3 does not exist, there are 3/);
});

test('takeFirst limits, and takes all when there are fewer', () => {
  expect(examplesOf(takeFirst(small, 1)).data).toEqual(Float32Array.of(0, 1));
  expect(takeFirst(small, 9).size).toBe(3);
});
