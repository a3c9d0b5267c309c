import { NdArray, train } from '../../src/index.ts';
import type { Run, Table, TrainOptions } from '../../src/index.ts';

// Small runs of every kind that is served, trained in a fraction of a second each.

export const quiet = { epochs: 1, batchSize: 32, validation: 0, hidden: [12], onNotice: 'silent', engine: 'auto', threads: 1 } as const; // prettier-ignore

const wave = (row: number, k: number): number => Math.sin(row * 0.37 + k * 1.3) / 2 + 0.5;

/** Rows in (0, 1), [count, width]. */
export function waves(count: number, width: number): NdArray<'float32'> {
  return new NdArray(Float32Array.from({ length: count * width }, (_, at) => wave(Math.floor(at / width), at % width)), [count, width], 'float32'); // prettier-ignore
}

/** Numbers in units of their own, with more digits than float32 has. */
export function measures(count: number): NdArray<'float64'> {
  return new NdArray(Float64Array.from({ length: count * 5 }, (_, at) => 1e4 + 37.123456789 * wave(Math.floor(at / 5), at % 5)), [count, 5], 'float64'); // prettier-ignore
}

const cities = ['Oslo', 'Paris', 'Rome'];

export function peopleRows(count: number): Record<string, string | number>[] {
  return Array.from({ length: count }, (_, k) => ({
    age: 20 + ((k * 37) % 50),
    city: cities[k % 3]!,
    smoker: k % 4 === 0 ? 'yes' : 'no',
  }));
}

export function people(count: number): Table {
  const rows = peopleRows(count);
  const columns = (['age', 'city', 'smoker'] as const).map((name) => ({ name, values: rows.map((row) => row[name]!) }));
  return { columns, rowCount: count };
}

/** Grey images as floats, [count, 8, 8]. */
export function images(count: number): NdArray<'float32'> {
  return waves(count, 64).reshape([count, 8, 8]);
}

export function trainOn(data: Parameters<typeof train>[0], options: Partial<TrainOptions> = {}): Promise<Run> {
  return Promise.resolve(train(data, { ...quiet, ...options }));
}
