import type { NdArray } from '../../core/index.ts';
import { sizeOf, takeTurns } from '../../core/index.ts';
import { numbersOf } from '../../data/index.ts';
import type { Dataset } from '../../data/index.ts';
import type { RunConfig } from '../../config/index.ts';
import type { DataSupport } from '../../models/index.ts';

/** Numbers that are read at once to be looked at. */
const chunkNumbers = 2 ** 18;

/** Whether a run was trained on numbers in [0, 1]. */
export function isOfUnitInterval({ data }: RunConfig): boolean {
  return data.support === undefined;
}

/** Whether a likelihood has a density for numbers outside [0, 1], which are then no error. */
export function takesAnyNumber({ data }: RunConfig, support: DataSupport): boolean {
  const size = sizeOf(data.shape);
  return [-0.5, 1.5].every((value) => support.firstOutside(new Float32Array(size).fill(value)) < 0);
}

/** What to do with numbers outside [0, 1], for a run that was trained on numbers within. */
export const unitAdvice =
  'The model was trained on numbers in [0, 1]: divide the data by the number that stands for 1, such as 255, or mend the example; of files, bytes (uint8) are divided by 255 as they are read.';

/** The line on the first value outside [0, 1] of examples [n, ...shape]; NaN is none. */
export function outsideUnit(
  name: string,
  { data, shape }: NdArray,
  { first = 0, names }: { readonly first?: number; readonly names?: Dataset['names'] } = {},
): string | undefined {
  const at = data.findIndex((value) => value < 0 || value > 1);
  if (at < 0) return undefined;
  const example = first + Math.floor(at / sizeOf(shape.slice(1)));
  return `${name}: example ${names?.at(example) ?? example} holds ${data[at] ?? NaN}, taken as it is. ${unitAdvice}`;
}

/** The same of a data set, which is read up to that value; one that is known to lie in [0, 1] is not. */
export async function outsideUnitIn(dataset: Dataset): Promise<string | undefined> {
  const { name, names, size, sampleShape, support } = dataset;
  if (support !== 'real') return undefined;
  const step = Math.max(1, Math.floor(chunkNumbers / sizeOf(sampleShape)));
  for (let first = 0; first < size; first += step) {
    const indices = Uint32Array.from({ length: Math.min(step, size - first) }, (_, k) => first + k);
    const line = outsideUnit(name, numbersOf(dataset, indices), { first, ...(names && { names }) });
    if (line !== undefined) return line;
    await takeTurns(); // Reading blocks the thread: timers and signals are let in.
  }
  return undefined;
}
