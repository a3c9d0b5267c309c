import { copyBytes } from './bytes.ts';
import type { ByteArray } from './bytes.ts';
import { readJpegSegments } from './image-header.ts';
import { decodeJpegPlanes } from './jpeg-decoder.ts';
import { orientImage } from './orient-image.ts';

/**
 * A JPEG of four components (CMYK, or YCCK where Adobe's segment says so) as RGB bytes [height, width, 3]:
 *
 *   R = (1 − C) (1 − K), and G, B so with M, Y
 *
 * as ImageMagick converts where there is no colour profile; subsampled components are interpolated between their samples' centres, as
 * libjpeg does. What is stored is 255 − ink, with or without Adobe's segment: so all
 * programs write and nearly all read it.
 *
 * @throws DataError when the file is damaged, or of a coding that is not read
 */
export function decodeCmykJpeg(bytes: Uint8Array, name: string): ByteArray {
  const { width, height, orientation, adobeTransform } = readJpegSegments(bytes, name);
  const planes = decodeJpegPlanes(copyBytes(bytes, 0, bytes.length), name).map((plane) => ({
    ...plane,
    across: placesOf(width, plane.scaleX),
    down: placesOf(height, plane.scaleY),
  }));
  const data = new Uint8ClampedArray(width * height * 3);
  const paper = new Float64Array(4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      planes.forEach(({ samples, stride, across, down }, component) => {
        const [row, next] = [down.first[y]! * stride, down.second[y]! * stride];
        const [left, right, share] = [across.first[x]!, across.second[x]!, across.share[x]!];
        const top = samples[row + left]! + share * (samples[row + right]! - samples[row + left]!);
        const bottom = samples[next + left]! + share * (samples[next + right]! - samples[next + left]!);
        paper[component] = top + down.share[y]! * (bottom - top);
      });
      if (adobeTransform === 2) fromYcc(paper);
      for (let c = 0; c < 3; c++) data[(y * width + x) * 3 + c] = (paper[c]! * paper[3]!) / 255;
    }
  }
  return orientImage({ dtype: 'uint8', shape: [height, width, 3], data: new Uint8Array(data.buffer) }, orientation);
}

/** For each pixel along a side, the two samples whose centres it lies between, and how far on the way to the second. */
function placesOf(
  size: number,
  scale: number,
): { readonly first: Uint32Array; readonly second: Uint32Array; readonly share: Float64Array } {
  const last = Math.ceil(size * scale) - 1;
  const places = Float64Array.from({ length: size }, (_, x) => Math.min(last, Math.max(0, (x + 0.5) * scale - 0.5)));
  const first = Uint32Array.from(places, Math.floor);
  return {
    first,
    second: first.map((place) => Math.min(last, place + 1)),
    share: places.map((place) => place - Math.floor(place)),
  };
}

/**
 * What of the paper C, M and Y leave, from YCbCr of the ink (JFIF, ITU-R BT.601): 255 − RGB, in place.
 */
function fromYcc(values: Float64Array): void {
  const [luma = 0, blue = 0, red = 0] = values;
  const byte = (value: number): number => Math.round(Math.min(255, Math.max(0, value)));
  values[0] = 255 - byte(luma + 1.402 * (red - 128));
  values[1] = 255 - byte(luma - 0.344136 * (blue - 128) - 0.714136 * (red - 128));
  values[2] = 255 - byte(luma + 1.772 * (blue - 128));
}
