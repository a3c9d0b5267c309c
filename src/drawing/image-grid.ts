import { NdArray, NumericalError, ShapeError, ValueError, formatShape } from '../core/index.ts';
import { encodePng } from '../io/index.ts';
import type { ByteArray, StoredArray } from '../io/index.ts';
import { drawText, glyphHeight, glyphWidth } from './pixel-font.ts';

export interface ImageGridOptions {
  /** Cells a row; default: the squarest sheet. */
  readonly columns?: number;
  /** Pixels between cells and around the sheet; default 2. */
  readonly padding?: number;
  /** Each image pixel becomes `scale` × `scale`; default: cells of at least 72 pixels, so that 28×28 is seen. */
  readonly scale?: number;
  /** A caption under each cell, in small capitals. */
  readonly labels?: readonly (string | number)[];
}

/** Neither ink nor paper of grey digits, so that cells end visibly on both. */
const gapColor = 88;
const textColor = 235;
const smallestCell = 72;

interface Layout {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly columns: number;
  readonly padding: number;
  readonly scale: number;
  readonly captionHeight: number;
  readonly fontScale: number;
}

/**
 * A contact sheet as PNG bytes: images side by side, enlarged by whole pixels, with thin grey gaps.
 *
 * @param images [N, height, width] or [N, height, width, C], C = 1 or 3, in [0, 1] (values outside are clipped) or bytes
 * @throws ShapeError, ValueError for shapes and options that make no sheet; NumericalError for a NaN pixel
 */
export function imageGrid(images: StoredArray, options: ImageGridOptions = {}): Uint8Array {
  return encodePng(drawImageGrid(images, options));
}

/** The contact sheet of `imageGrid` as bytes [height, width] or [height, width, 3], before encoding. */
export function drawImageGrid(images: StoredArray, options: ImageGridOptions = {}): ByteArray {
  const layout = layOut(images, options);
  const { count, height, width, channels, columns, padding, scale, captionHeight } = layout;
  const cellWidth = width * scale + padding;
  const cellHeight = height * scale + captionHeight + padding;
  const sheetWidth = columns * cellWidth + padding;
  const sheetHeight = Math.ceil(count / columns) * cellHeight + padding;
  const sheet = new Uint8Array(sheetHeight * sheetWidth * channels).fill(gapColor);
  const pixels = toPixels(images, height * width * channels);
  for (let cell = 0; cell < count; cell++) {
    const left = padding + (cell % columns) * cellWidth;
    const top = padding + Math.floor(cell / columns) * cellHeight;
    const image = pixels.subarray(cell * height * width * channels, (cell + 1) * height * width * channels);
    blit(image, layout, sheet, { left, top, sheetWidth });
    const label = options.labels?.[cell];
    if (label !== undefined) {
      caption(String(label), layout, sheet, { left, top: top + height * scale, sheetWidth });
    }
  }
  return {
    dtype: 'uint8',
    shape: channels === 1 ? [sheetHeight, sheetWidth] : [sheetHeight, sheetWidth, 3],
    data: sheet,
  };
}

function layOut(images: StoredArray, options: ImageGridOptions): Layout {
  const [count, height, width, channels = 1] = images.shape;
  const { labels, padding = 2 } = options;
  if (images.shape.length < 3 || images.shape.length > 4 || !count || !height || !width || ![1, 3].includes(channels)) {
    throw new ShapeError(
      `imageGrid: expected images [N, height, width] or [N, height, width, 1 or 3], got ${formatShape(images.shape)}.`,
    );
  }
  const columns = options.columns ?? Math.ceil(Math.sqrt(count));
  const scale = options.scale ?? Math.max(1, Math.ceil(smallestCell / Math.max(height, width)));
  for (const [name, value, least] of [
    ['columns', columns, 1],
    ['padding', padding, 0],
    ['scale', scale, 1],
  ] as const) {
    if (!Number.isInteger(value) || value < least) {
      throw new ValueError(`imageGrid: ${name} must be a whole number of at least ${least}, got ${value}.`);
    }
  }
  if (labels && labels.length !== count) {
    throw new ShapeError(`imageGrid: ${labels.length} labels for ${count} images.`);
  }
  const fontScale = width * scale >= 60 ? 2 : 1;
  const captionHeight = labels ? (glyphHeight + 4) * fontScale : 0;
  return {
    count,
    height,
    width,
    channels,
    columns: Math.min(columns, count),
    padding,
    scale,
    captionHeight,
    fontScale,
  };
}

function toPixels(images: StoredArray, imageSize: number): Uint8Array {
  if (images.dtype === 'uint8') return images.data;
  const pixels = new Uint8Array(images.data.length);
  for (let i = 0; i < pixels.length; i++) {
    const value = images.data[i]!;
    if (Number.isNaN(value)) throw new NumericalError(`imageGrid: image ${Math.floor(i / imageSize)} holds NaN.`);
    pixels[i] = Math.round(255 * Math.min(1, Math.max(0, value)));
  }
  return pixels;
}

interface Place {
  readonly left: number;
  readonly top: number;
  readonly sheetWidth: number;
}

function blit(image: Uint8Array, layout: Layout, sheet: Uint8Array, { left, top, sheetWidth }: Place): void {
  const { height, width, channels, scale } = layout;
  for (let y = 0; y < height * scale; y++) {
    const source = Math.floor(y / scale) * width;
    let target = ((top + y) * sheetWidth + left) * channels;
    for (let x = 0; x < width * scale; x++) {
      const from = (source + Math.floor(x / scale)) * channels;
      for (let c = 0; c < channels; c++) sheet[target++] = image[from + c]!;
    }
  }
}

/** Centred under the cell; what does not fit is cut off. */
function caption(text: string, layout: Layout, sheet: Uint8Array, { left, top, sheetWidth }: Place): void {
  const { fontScale, channels, width, scale } = layout;
  const room = Math.max(1, Math.floor((width * scale) / ((glyphWidth + 1) * fontScale)));
  const shown = text.slice(0, room);
  const textWidth = (shown.length * (glyphWidth + 1) - 1) * fontScale;
  const start = left + Math.max(0, Math.floor((width * scale - textWidth) / 2));
  drawText(shown, (x, y) => {
    if (x * fontScale >= width * scale) return;
    for (let dy = 0; dy < fontScale; dy++) {
      const row = (top + (y + 2) * fontScale + dy) * sheetWidth + start + x * fontScale;
      sheet.fill(textColor, row * channels, (row + fontScale) * channels);
    }
  });
}

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
