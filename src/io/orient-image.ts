import type { ByteArray } from './bytes.ts';

/**
 * An image turned and mirrored as an EXIF orientation says (1 to 8; CIPA DC-008): 1 leaves it, 3 turns by 180°, 6 by 90° to the
 * right, 8 to the left; 2, 4, 5 and 7 are mirrored.
 *
 * @param image bytes [height, width, 3] or [height, width]
 */
export function orientImage(image: ByteArray, orientation: number): ByteArray {
  if (orientation <= 1) return image;
  const [height = 0, width = 0, channels = 1] = image.shape;
  const swaps = orientation >= 5;
  const [newHeight, newWidth] = swaps ? [width, height] : [height, width];
  const flipX = [2, 3, 7, 8].includes(orientation);
  const flipY = [3, 4, 6, 7].includes(orientation);
  const data = new Uint8Array(image.data.length);
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      // Where the pixel comes from, before sides swap and mirrors.
      let [fromX, fromY] = swaps ? [y, x] : [x, y];
      if (flipX) fromX = width - 1 - fromX;
      if (flipY) fromY = height - 1 - fromY;
      for (let c = 0; c < channels; c++) {
        data[(y * newWidth + x) * channels + c] = image.data[(fromY * width + fromX) * channels + c]!;
      }
    }
  }
  return { dtype: 'uint8', shape: [newHeight, newWidth, ...image.shape.slice(2)], data };
}
