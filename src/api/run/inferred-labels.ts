import { counted } from '../../core/index.ts';
import type { NdArray } from '../../core/index.ts';
import { numbersOf } from '../../data/index.ts';
import type { Dataset } from '../../data/index.ts';
import type { Conditions } from '../data/conditions.ts';

/** q(y|x) of rows [n, inputSize] as the model takes them: [n, classes]. */
type Classify = (rows: NdArray<'float32'>) => Promise<NdArray<'float32'> | undefined>;

/**
 * A data set whose examples all have a label: those without get the one that a model's classifier finds most probable.
 *
 * @param options.rows the examples as the model takes them, [n, …], where a condition stands in the row at its end
 * @returns it, and how many labels were inferred; the data set's `inferred` says which
 */
export async function withInferredLabels(
  dataset: Dataset,
  { conditions, classify, rows }: { readonly conditions: Conditions; readonly classify: Classify; readonly rows: (dataset: Dataset) => NdArray<'float32'> }, // prettier-ignore
): Promise<{ readonly dataset: Dataset; readonly count: number }> {
  const { classes } = conditions;
  if (!conditions.areColumns) {
    if (dataset.labels) return { dataset, count: 0 };
    const labels = mostProbable(await classify(rows(dataset)), classes.length);
    const inferred = new Uint8Array(dataset.size).fill(1);
    return { dataset: { ...dataset, labels, classNames: classes.map(String), inferred }, count: dataset.size };
  }
  const all = numbersOf(dataset);
  const width = all.shape[1] ?? 0;
  const at = width - conditions.size;
  const open = Array.from({ length: dataset.size }, (_, row) => row).filter(
    (row) => !classes.some((_, k) => all.data[row * width + at + k] === 1),
  );
  if (open.length === 0) return { dataset, count: 0 };
  const taken = mostProbable(await classify(rows(dataset)), classes.length);
  const inferred = new Uint8Array(dataset.size);
  for (const row of open) inferred[row] = 1;
  const filled: Dataset = {
    ...dataset,
    inferred,
    gather(indices, out) {
      dataset.gather(indices, out);
      indices.forEach((index, k) => {
        if (inferred[index] !== 1) return;
        out.fill(0, k * width + at, (k + 1) * width);
        out[k * width + at + (taken[index] ?? 0)] = 1;
      });
    },
  };
  return { dataset: filled, count: open.length };
}

/**
 * Gives each row that has no class the one that a model's classifier finds most probable, in place.
 *
 * @param rows as the model takes them, without conditions, [n, inputSize]
 * @param given what they are given, zeros where the class is not known, [n, size]
 * @returns how many got one
 */
export async function inferClasses(
  rows: NdArray<'float32'>,
  given: NdArray<'float32'>,
  { conditions, classify }: { readonly conditions: Conditions; readonly classify: Classify },
): Promise<number> {
  const { classes, size } = conditions;
  const open = Array.from({ length: given.shape[0] ?? 0 }, (_, row) => row).filter(
    (row) => !classes.some((_, k) => given.data[row * size + k] === 1),
  );
  if (open.length === 0) return 0;
  const taken = mostProbable(await classify(rows), classes.length);
  for (const row of open) {
    given.data.fill(0, row * size, (row + 1) * size);
    given.data[row * size + (taken[row] ?? 0)] = 1;
  }
  return open.length;
}

/** What is said where labels were inferred. */
export function inferredNote(name: string, { count, of }: { readonly count: number; readonly of: number }): string {
  return `${name}: ${count} of ${counted(of, 'example')} have no label; each has the one that q(y|x) finds most probable, unless one is given.`;
}

function mostProbable(probabilities: NdArray<'float32'> | undefined, classes: number): Uint32Array {
  const { data, shape } = probabilities ?? { data: new Float32Array(0), shape: [0] };
  return Uint32Array.from({ length: shape[0] ?? 0 }, (_, row) => {
    const own = data.subarray(row * classes, (row + 1) * classes);
    return own.indexOf(Math.max(...own));
  });
}
