import { ShapeError, formatShape } from '../core/index.ts';
import type { NdArray } from '../core/index.ts';
import { Canvas } from './canvas.ts';
import type { Color } from './canvas.ts';
import { fitText, lineHeight, measureText, textMiddle } from './text.ts';

export interface LabeledRowsOptions {
  readonly title?: string;
  /** What stands left of each row. */
  readonly rows?: readonly string[];
  /** What stands above each column. */
  readonly columns?: readonly string[];
}

const gray: Color = [110, 116, 126];
const gap = 4;
const smallestCell = 64;
const widestLabel = 240;

/**
 * Images in rows and columns as a PNG, with text beside the rows and above the columns.
 *
 * @param images [rows, columns, height, width] or [rows, columns, height, width, 1 or 3], in [0, 1] (what is outside is
 *   clipped)
 * @throws ShapeError when that is not the images' shape, or the texts are not as many as rows and columns
 */
export function labeledRows(images: NdArray, options: LabeledRowsOptions = {}): Uint8Array {
  const [rows = 0, columns = 0, height = 0, width = 0, channels = 1] = images.shape;
  const { rows: rowTexts, columns: columnTexts, title } = options;
  if (![4, 5].includes(images.shape.length) || images.size === 0 || (channels !== 1 && channels !== 3)) {
    throw new ShapeError(
      `labelledRows: expected images [rows, columns, height, width] or [rows, columns, height, width, 1 or 3], got ${formatShape(images.shape)}.`,
    );
  }
  for (const [what, texts, count] of [['rows', rowTexts, rows], ['columns', columnTexts, columns]] as const) {
    if (texts && texts.length !== count) throw new ShapeError(`labelledRows: ${texts.length} texts for ${count} ${what}.`);
  } // prettier-ignore
  const scale = Math.max(1, Math.ceil(smallestCell / Math.max(height, width)));
  const [cellWidth, cellHeight] = [width * scale + gap, height * scale + gap];
  const label = rowTexts ? Math.min(widestLabel, Math.max(...rowTexts.map(measureText))) + 16 : 0;
  const left = 16 + Math.ceil(label);
  const top = 12 + (title === undefined ? 0 : lineHeight + 10) + (columnTexts ? lineHeight + 2 : 0);
  const titleWidth = title === undefined ? 0 : Math.min(measureText(title), 1200);
  const canvas = new Canvas(
    Math.ceil(Math.max(left + columns * cellWidth, titleWidth + 16) + 12),
    top + rows * cellHeight + 12,
  );
  if (title !== undefined) canvas.text(fitText(title, canvas.width - 28), { x: 16, y: 28 });
  const size = height * width * channels;
  for (let row = 0; row < rows; row++) {
    const y = top + row * cellHeight;
    const text = fitText(rowTexts?.[row] ?? '', widestLabel);
    canvas.text(text, { x: left - 12, y: y + (height * scale) / 2 + textMiddle }, { align: 'right' });
    for (let column = 0; column < columns; column++) {
      const from = (row * columns + column) * size;
      const pixels = Array.from(images.data.subarray(from, from + size), (value) => 255 * value);
      canvas.image(pixels, { height, width, channels }, { x: left + column * cellWidth, y, scale });
    }
  }
  columnTexts?.forEach((text, column) => {
    const x = left + column * cellWidth + (width * scale) / 2;
    canvas.text(fitText(text, cellWidth), { x, y: top - 8 }, { color: gray, align: 'center' });
  });
  return canvas.toPng();
}
