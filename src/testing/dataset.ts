import { ShapeError, ValueError, formatShape, sizeOf } from '../core/index.ts';
import { examplesOf, numbersOf } from '../data/index.ts';
import type { Dataset } from '../data/index.ts';

/** Examples of a large data set that are looked at. */
const mostExamples = 500;

/**
 * Holds a data set to its contract (`src/data/README.md`).
 *
 * @param make a new data set, the same each time
 * @throws Error saying which clause is broken
 */
export function testDataset(make: () => Dataset): void {
  const dataset = make();
  const { size, sampleShape } = dataset;
  expectThat(Number.isInteger(size) && size > 0, `size is ${size}`);
  expectThat(sizeOf(sampleShape) > 0 && sampleShape.every(Number.isInteger), `shape ${formatShape(sampleShape)}`);
  testColumns(dataset);
  testGather(dataset);
  testRefusals(dataset);
  const chosen = someOf(dataset);
  const again = examplesOf(make(), chosen).data;
  expectThat(equal(examplesOf(dataset, chosen).data, again), 'made twice, the examples differ');
}

/** Labels and factors have an entry an example, and class names cover the labels. */
function testColumns({ size, labels, classNames, factors }: Dataset): void {
  for (const [name, column] of Object.entries({ ...factors, ...(labels && { labels }) })) {
    expectThat(column.length === size, `'${name}' has ${column.length} entries, there are ${size} examples`);
    for (const index of [0, size - 1]) {
      const value = column.at(index);
      expectThat(value !== undefined && !Number.isNaN(value), `'${name}' is ${String(value)} at example ${index}`);
    }
    expectThat(column.at(size) === undefined, `'${name}' has a value beyond its end`);
  }
  if (labels && classNames) {
    let highest = 0;
    for (const label of labels) highest = Math.max(highest, label);
    expectThat(highest < classNames.length, `label ${highest} has no name among ${classNames.length}`);
  }
}

/** Any examples in any order, also twice, and nothing beside them. */
function testGather(dataset: Dataset): void {
  const { size, sampleShape, support } = dataset;
  const sampleSize = sizeOf(sampleShape);
  const one = (index: number): Float32Array => {
    const out = new Float32Array(sampleSize).fill(-7);
    dataset.gather(Uint32Array.of(index), out);
    return out;
  };
  const [first, last] = [one(0), one(size - 1)];
  const larger = new Float32Array(sampleSize * 3 + 2).fill(-7);
  dataset.gather(Uint32Array.of(size - 1, 0, size - 1), larger.subarray(1, -1));
  expectThat(equal(larger, Float32Array.from([-7, ...last, ...first, ...last, -7])), 'gather of [last, first, last]');
  const { data } = examplesOf(dataset, someOf(dataset));
  expectThat(data.every(Number.isFinite), 'a value is not finite');
  expectThat(support !== 'unit-interval' || data.every((value) => value >= 0 && value <= 1), 'a value outside [0, 1]');
  dataset.gather(new Uint32Array(0), new Float32Array(0));
  const wide = numbersOf(dataset, someOf(dataset));
  expectThat(equal(Float32Array.from(wide.data), data), 'gatherFloat64, rounded, is not what gather gives');
}

function testRefusals(dataset: Dataset): void {
  const sampleSize = sizeOf(dataset.sampleShape);
  const cases: [number, number, typeof ShapeError | typeof ValueError][] = [
    [0, sampleSize + 1, ShapeError],
    [0, sampleSize - 1, ShapeError],
    [dataset.size, sampleSize, ValueError],
  ];
  for (const [index, length, kind] of cases) {
    let thrown: unknown;
    try {
      dataset.gather(Uint32Array.of(index), new Float32Array(length));
    } catch (error) {
      thrown = error;
    }
    expectThat(thrown instanceof kind, `example ${index} into ${length} numbers must be a ${kind.name}`);
  }
}

/** Up to `mostExamples` indices over the whole data set, the ends among them. */
function someOf({ size }: Dataset): Uint32Array {
  const count = Math.min(size, mostExamples);
  return Uint32Array.from({ length: count }, (_, i) => Math.round((i * (size - 1)) / Math.max(1, count - 1)));
}

function equal(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

function expectThat(holds: boolean, problem: string): void {
  if (!holds) throw new Error(`data set contract: ${problem}.`);
}
