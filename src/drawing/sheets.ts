import { NdArray } from '../core/index.ts';
import { imageGrid } from './image-grid.ts';

/** How a contact sheet is laid out. */
export interface SheetOptions {
  /** Images a row. Default: the squarest sheet. */
  readonly columns?: number;
  /** Each image pixel becomes `scale` × `scale`. Default: images of at least 72 pixels. */
  readonly scale?: number;
}

/** Whether an example of this shape is a picture: [height, width], or [height, width, channels] with 1 or 3 of them. */
export function isImageShape(shape: readonly number[]): boolean {
  return shape.length === 2 || (shape.length === 3 && (shape[2] === 1 || shape[2] === 3));
}

/** Images [n, ...shape] as one PNG, in the squarest sheet. */
export function sheet(images: NdArray, options: SheetOptions = {}): Uint8Array {
  return imageGrid(images, options);
}

/** Originals with their reconstructions right below, as one PNG. */
export function comparison(originals: NdArray, reconstructions: NdArray, options: SheetOptions = {}): Uint8Array {
  const columns = options.columns === undefined ? 10 : Math.min(options.columns, Math.max(1, originals.shape[0] ?? 0));
  const [count = 0, ...shape] = originals.shape;
  const size = originals.size / Math.max(count, 1);
  const rows = Math.ceil(count / columns);
  const paired = NdArray.zeros([2 * rows * columns, ...shape], 'float32');
  for (let index = 0; index < count; index++) {
    const row = Math.floor(index / columns);
    const column = index % columns;
    const from = index * size;
    paired.data.set(originals.data.subarray(from, from + size), (2 * row * columns + column) * size);
    paired.data.set(reconstructions.data.subarray(from, from + size), ((2 * row + 1) * columns + column) * size);
  }
  return imageGrid(paired, { ...options, columns });
}
