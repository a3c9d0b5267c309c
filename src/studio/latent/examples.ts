import { asShades } from '../../api/index.ts';
import type { Run } from '../../api/index.ts';
import { numbersOf } from '../../data/index.ts';
import type { Dataset } from '../../data/index.ts';
import { isImageShape } from '../../drawing/index.ts';
import { rowsOf } from '../../serve/json-input.ts';
import { checkRows } from './chosen.ts';
import type { CodeArray } from './codes.ts';
import { cellsOf } from './columns.ts';
import type { ExamplesAbout } from './contract.ts';

/** Single examples to look at: pictures as shades, rows of a table as cells, else numbers. @throws ValueError for a place that there is not */
export function examplesAt(
  run: Run,
  dataset: Dataset,
  rows: readonly number[],
): { readonly about: ExamplesAbout; readonly arrays: readonly CodeArray[] } {
  checkRows(rows, dataset.size);
  const indices = Uint32Array.from(rows);
  if (dataset.table) return { about: { rows, cells: rowsOf(cellsOf(run, dataset, indices)) }, arrays: [] };
  const numbers = numbersOf(dataset, indices);
  if (!isImageShape(run.exampleShape)) {
    const data = Float32Array.from(numbers.data);
    return { about: { rows }, arrays: [{ name: 'values', dtype: 'float32', shape: [rows.length, ...run.exampleShape], data }] }; // prettier-ignore
  }
  const shades = shadesOf(asShades(run, numbers).data);
  const [height = 0, width = 0, channels = 1] = run.exampleShape;
  const shape = [rows.length, height, width, channels];
  return { about: { rows }, arrays: [{ name: 'shades', dtype: 'uint8', shape, data: shades }] };
}

/** Shades from 0 to 1 as bytes. */
export function shadesOf(values: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
}
