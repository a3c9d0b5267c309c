import { asShades, isImageShape } from 'rootsigma';
import type { NdArray, Run } from 'rootsigma';
import type { Decoded, Row } from './messages.ts';

/** Examples of a run [n, …] as they are looked at. */
export function decodedLook(run: Run, examples: NdArray): Decoded {
  const [count = 0] = examples.shape;
  if (run.config.data.table) return { cells: rowsOf(run, examples), shape: examples.shape };
  if (!isImageShape(run.exampleShape)) return { values: Float32Array.from(examples.data), shape: examples.shape };
  const [height = 0, width = 0, channels = 1] = run.exampleShape;
  const { data } = asShades(run, examples);
  const shades = Uint8Array.from(data, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
  return { shades, shape: [count, height, width, channels] };
}

function rowsOf(run: Run, examples: NdArray): Row[] {
  const { columns, rowCount } = run.toTable(examples);
  return Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries(columns.map(({ name, values }) => [name, values[row] ?? null])),
  );
}
