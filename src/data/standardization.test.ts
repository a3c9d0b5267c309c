import { describe, expect, it } from 'vitest';
import { ValueError } from '../core/index.ts';
import { Standardization, datasetOf, subset } from './index.ts';
import type { Dataset } from './index.ts';

// Columns with known mean and standard deviation: c + s · (−1, 1, −1, 1, …) has mean c and standard deviation s.

const signs = (k: number): number => (k % 2 === 0 ? -1 : 1);
function columns(...of: readonly ((row: number) => number)[]): Dataset {
  const rows = 400;
  const values = Float64Array.from({ length: rows * of.length }, (_, k) =>
    of[k % of.length]!(Math.floor(k / of.length)),
  );
  return datasetOf({ name: 'columns', kind: 'array', sampleShape: [of.length], support: 'real', values });
}

describe('Standardization.fit', () => {
  it('finds mean and standard deviation in any unit, and takes a constant as it is', async () => {
    const spreads = [
      [0, 1],
      [1.7e9, 1e-3],
      [-3e-7, 2e-9],
      [4e200, 1e199],
      [-1e-250, 3e-251],
      [1e15, 100],
    ] as const;
    const dataset = columns(
      ...spreads.map(
        ([c, s]) =>
          (row: number) =>
            c + s * signs(row),
      ),
      () => 7.25,
    );
    const { center, scale, size } = await Standardization.fit(dataset, 'each');
    expect(size).toBe(7);
    for (const [i, [c, s]] of spreads.entries()) {
      // What float64 rounds off c + s and c − s, it rounds off the scale.
      const rounded = (2 ** -52 * (Math.abs(c) + s)) / s;
      expect(Math.abs(center[i]! - c) / s, `centre ${c}`).toBeLessThan(400 * rounded);
      expect(Math.abs(scale[i]! / s - 1), `scale ${s}`).toBeLessThan(1e-14 + 4 * rounded);
    }
    expect([center[6], scale[6]]).toEqual([7.25, 1]);
  });

  it('takes rounding for no spread', async () => {
    const { scale } = await Standardization.fit(
      columns((row) => (row % 2 ? 0.1 + 0.2 : 0.3)),
      'each',
    );
    expect(scale[0]).toBe(1);
  });

  it('has one centre and scale for all numbers as a whole', async () => {
    const { center, scale } = await Standardization.fit(columns((row) => 10 + signs(row), (row) => 10 + 3 * signs(row)), 'whole'); // prettier-ignore
    expect([...center, ...scale]).toEqual(
      [10, 10, Math.sqrt(5), Math.sqrt(5)].map((value) => expect.closeTo(value, 12) as number),
    );
  });

  it('looks at the examples that it is given, and no others', async () => {
    const dataset = columns((row) => (row < 10 ? row : 1e6));
    const ten = subset(
      dataset,
      Uint32Array.from({ length: 10 }, (_, k) => k),
    );
    const { center, scale } = await Standardization.fit(ten, 'each');
    expect([center[0], scale[0]]).toEqual([expect.closeTo(4.5, 12), expect.closeTo(Math.sqrt(8.25), 12)]);
  });

  it('stops when it is told to', async () => {
    await expect(Standardization.fit(columns(signs), 'each', { signal: AbortSignal.abort() })).rejects.toThrow(/abort/);
  });
});

describe('a standardization', () => {
  const { center, scale } = { center: Float64Array.of(1.7e9, 0), scale: Float64Array.of(1e-3, 1e200) };
  const made = new Standardization('each', center, scale);

  it('goes to y in float64 before it rounds, and back', () => {
    const x = Float64Array.of(1.7e9 + 0.002, -3e200, 1.7e9 - 0.001, 1e199);
    const y = new Float32Array(4);
    made.apply(x, y);
    // 1.7e9 has a spacing of 2.4e-7 in float64: 1e-3 of it is known to 2e-4. In float32 nothing would be left of it.
    expect(Math.abs(y[0]! - 2)).toBeLessThan(3e-4);
    expect([y[1], Math.fround(y[3]!)]).toEqual([-3, Math.fround(0.1)]);
    const back = made.restore(y);
    for (let k = 0; k < 4; k++) expect(Math.abs(back[k]! - x[k]!)).toBeLessThan(1e-6 * scale[k % 2]! * 3);
    expect(made.logVolume).toBeCloseTo(Math.log(1e-3) + 200 * Math.log(10), 10);
  });

  it('refuses what is none', () => {
    expect(() => new Standardization('each', center, Float64Array.of(1))).toThrow(ValueError);
    expect(() => new Standardization('each', center, Float64Array.of(1, 0))).toThrow(/above 0, got 0/);
    expect(() => new Standardization('each', Float64Array.of(NaN), Float64Array.of(1))).toThrow(ValueError);
  });
});
