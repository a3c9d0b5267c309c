import { ShapeError, ValueError, formatShape } from '../core/index.ts';
import type { ByteArray } from './bytes.ts';

export interface ResizeOptions {
  readonly height: number;
  readonly width: number;
  /** 1 for grey, 3 for RGB; default: as the image has it. */
  readonly channels?: 1 | 3;
  /** `crop` (default) cuts the middle of the sides' ratio that is wanted; `stretch` distorts instead. */
  readonly fit?: 'crop' | 'stretch';
}

/** The source pixels that one target pixel covers, with the length of each cover. */
interface Cover {
  readonly first: number;
  readonly weights: Float64Array;
}

/** What each of `count` equal parts of [offset, offset + extent] covers of the unit pixels. */
function coversOf(offset: number, extent: number, count: number, limit: number): Cover[] {
  return Array.from({ length: count }, (_, part) => {
    const from = offset + (part * extent) / count;
    const to = offset + ((part + 1) * extent) / count;
    const first = Math.floor(from);
    const end = Math.min(limit, Math.max(first + 1, Math.ceil(to)));
    const weights = Float64Array.from({ length: end - first }, (_, k) =>
      Math.max(0, Math.min(first + k + 1, to) - Math.max(first + k, from)),
    );
    return { first, weights };
  });
}

/**
 * An image of another size: each new pixel is the mean of the area it covers, so that nothing is skipped when shrinking
 * and pixels become blocks when growing. Grey from RGB is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601).
 *
 * @param image bytes [height, width] or [height, width, 3]
 * @returns bytes of the new size, [height, width] or [height, width, 3]
 */
export function resizeImage(image: ByteArray, options: ResizeOptions): ByteArray {
  const [sourceHeight, sourceWidth, sourceChannels = 1] = image.shape as [number, number, number?];
  const { height, width, fit = 'crop' } = options;
  const channels = options.channels ?? (sourceChannels === 1 ? 1 : 3);
  if (image.shape.length < 2 || image.shape.length > 3 || (sourceChannels !== 1 && sourceChannels !== 3)) {
    throw new ShapeError(
      `resizeImage: expected [height, width] or [height, width, 3], got ${formatShape(image.shape)}.`,
    );
  }
  if (![height, width].every((side) => Number.isInteger(side) && side >= 1)) {
    throw new ValueError(`resizeImage: the new size must be whole numbers above 0, got ${height}×${width}.`);
  }
  // How many source pixels a side of one target pixel has.
  const step = Math.min(sourceHeight / height, sourceWidth / width);
  const extentY = fit === 'crop' ? step * height : sourceHeight;
  const extentX = fit === 'crop' ? step * width : sourceWidth;
  const rows = coversOf((sourceHeight - extentY) / 2, extentY, height, sourceHeight);
  const columns = coversOf((sourceWidth - extentX) / 2, extentX, width, sourceWidth);
  const area = (extentY / height) * (extentX / width);
  const data = new Uint8Array(height * width * channels);
  const sums = new Float64Array(width * sourceChannels);
  rows.forEach((row, y) => {
    sums.fill(0);
    row.weights.forEach((weight, k) => {
      addRow(image.data, { at: (row.first + k) * sourceWidth * sourceChannels, channels: sourceChannels }, columns, {
        weight: weight / area,
        sums,
      });
    });
    storeRow(sums, sourceChannels, data.subarray(y * width * channels, (y + 1) * width * channels), channels);
  });
  return { dtype: 'uint8', shape: channels === 1 ? [height, width] : [height, width, 3], data };
}

/** Adds one source row's covers, weighted, to the sums of a target row. */
function addRow(
  data: Uint8Array,
  source: { readonly at: number; readonly channels: number },
  columns: readonly Cover[],
  target: { readonly weight: number; readonly sums: Float64Array },
): void {
  const { at, channels } = source;
  const { weight, sums } = target;
  for (let x = 0; x < columns.length; x++) {
    const { first, weights } = columns[x]!;
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * data[at + (first + k) * channels + c]!;
      sums[x * channels + c]! += weight * sum;
    }
  }
}

function storeRow(sums: Float64Array, sourceChannels: number, out: Uint8Array, channels: number): void {
  for (let x = 0; x * channels < out.length; x++) {
    if (sourceChannels === channels) {
      for (let c = 0; c < channels; c++) out[x * channels + c] = Math.round(sums[x * channels + c]!);
    } else if (channels === 1) {
      out[x] = Math.round(0.299 * sums[x * 3]! + 0.587 * sums[x * 3 + 1]! + 0.114 * sums[x * 3 + 2]!);
    } else {
      out.fill(Math.round(sums[x]!), x * 3, x * 3 + 3);
    }
  }
}
