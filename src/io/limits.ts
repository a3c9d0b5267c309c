import { DataError, bytesInWords } from '../core/index.ts';
import type { DecodeOptions } from './bytes.ts';

/**
 * The most bytes that one image may decode to, 256 MiB: 67 million pixels of a JPEG or WebP (which their codecs decode to four
 * bytes each), 89 million of an RGB PNG, 268 million of a grey one. Of a JPEG whose coefficients are kept until its end they count
 * too: progressive ones have 26 to 38 million. Decoding takes up to 2.2 times as much.
 */
const imageLimit = 2 ** 28;

/** What decoding takes in all, for each byte that the decoder gives: measured with each format. */
const memoryPerByte = 2.2;

/** What the decoders of images take. */
export interface DecodeImageOptions extends DecodeOptions {
  /** The most pixels of an image, in millions, in place of the limit in bytes: for who has large images, or little memory. */
  readonly megapixels?: number;
}

export interface ImageSize {
  readonly width: number;
  readonly height: number;
  /** Of what the decoder gives. */
  readonly bytesPerPixel: number;
  /** Bytes for each pixel that the decoder keeps besides until it is done. */
  readonly kept?: number;
}

/** Refuses an image for its size before anything is allocated for it. @throws DataError */
export function checkImageSize(
  name: string,
  { width, height, bytesPerPixel, kept = 0 }: ImageSize,
  { megapixels }: Pick<DecodeImageOptions, 'megapixels'>,
): void {
  const most = megapixels ?? Math.floor(imageLimit / (bytesPerPixel + kept) / 1e6);
  const isWithin =
    megapixels === undefined
      ? width * height * (bytesPerPixel + kept) <= imageLimit
      : width * height <= megapixels * 1e6;
  if (isWithin) return;
  const least = Math.ceil((width * height) / 1e6);
  const bytes = width * height * (memoryPerByte * bytesPerPixel + kept);
  throw new DataError(
    `${name}: ${width}×${height} pixels are more than the ${most} million that ${megapixels === undefined ? 'an image of its kind may have' : 'megapixels allows'}. ` +
      `Scale it down with another program first, or allow it: the data option megapixels=${least}, for which decoding takes up to ${bytesInWords(bytes, 2)}.`,
  );
}
